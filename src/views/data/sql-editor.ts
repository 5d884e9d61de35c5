/** An editor for SQL that knows the names of a schema: CodeMirror, put together. Fetched when one is shown. */
import { autocompletion, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { sql, SQLite } from '@codemirror/lang-sql';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState, Prec } from '@codemirror/state';
import { drawSelection, EditorView, keymap } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Schema } from '../../grpo/types.ts';

export interface SqlEditorOptions {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly schema: Schema;
  /** What it is called, and the id of what describes it. */
  readonly label: string;
  readonly describedBy: string;
  readonly onchange: (text: string) => void;
  /** Ctrl or Cmd with Enter. */
  readonly onrun: () => void;
  /** Alt with an arrow: the SQL before, or after, in what was run; null where there is none. */
  readonly onolder: () => string | null;
  readonly onnewer: () => string | null;
}

export interface SqlEditor {
  readonly text: (text: string) => void;
  readonly schema: (schema: Schema) => void;
  /** Underlines where the SQL is wrong, from there to the end of the word; null takes it away. */
  readonly fault: (fault: { readonly at: number; readonly message: string } | null) => void;
  readonly close: () => void;
}

/** Colours mean signs on this page: here weight and shade tell the parts. */
const HIGHLIGHT = HighlightStyle.define([
  { tag: tags.keyword, fontWeight: '700' },
  { tag: [tags.string, tags.number], color: 'var(--ink2)' },
  { tag: tags.comment, color: 'var(--ink3)' },
]);

const THEME = EditorView.theme({
  '&': { backgroundColor: 'var(--surface)', color: 'var(--ink)', fontSize: '12.5px', borderRadius: '4px' },
  '&.cm-focused': { outline: '2px solid var(--ink)', outlineOffset: '1px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '20px', fontVariantLigatures: 'none', overflow: 'auto' },
  '.cm-content': { minHeight: '104px', padding: '6px 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 10px' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--line)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--sunken)', outline: '1px solid var(--control)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--ink) 1.5px',
    textUnderlineOffset: '3px',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    border: '1px solid var(--control)',
    borderRadius: '4px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '240px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--invert-bg)', color: 'var(--invert-ink)' },
  '.cm-diagnostic': { borderLeft: '3px solid var(--ink)' },
});

/** Tables with their columns; a dot within a name is none between names. */
const namesOf = ({ tables }: Schema) =>
  sql({
    dialect: SQLite,
    upperCaseKeywords: true,
    schema: Object.fromEntries(
      tables.map(({ name, columns }) => [name.replace(/[\\.]/g, '\\$&'), columns.map((column) => column.name)]),
    ),
  });

export function makeSqlEditor(options: SqlEditorOptions): SqlEditor {
  const language = new Compartment();
  const put = (view: EditorView, text: string | null): boolean => {
    if (text === null) return true;
    view.dispatch({
      changes: { from: 0, to: view.state.doc.length, insert: text },
      selection: { anchor: text.length },
    });
    return true;
  };
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        Prec.highest(
          keymap.of([
            {
              key: 'Mod-Enter',
              run: () => {
                options.onrun();
                return true;
              },
            },
            { key: 'Alt-ArrowUp', run: (of) => put(of, options.onolder()) },
            { key: 'Alt-ArrowDown', run: (of) => put(of, options.onnewer()) },
          ]),
        ),
        history(),
        drawSelection(),
        bracketMatching(),
        autocompletion({ icons: false }),
        // Tab is bound to nothing: it goes on to what comes next.
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        language.of(namesOf(options.schema)),
        syntaxHighlighting(HIGHLIGHT),
        THEME,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          'aria-label': options.label,
          'aria-describedby': options.describedBy,
          spellcheck: 'false',
          autocapitalize: 'off',
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onchange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    text: (text) => {
      if (text !== view.state.doc.toString()) put(view, text);
    },
    schema: (schema) => view.dispatch({ effects: language.reconfigure(namesOf(schema)) }),
    fault: (fault) => {
      const text = view.state.doc.toString();
      const at = Math.min(fault?.at ?? 0, Math.max(0, text.length - 1));
      const [word = ''] = /^(?:[\p{L}\p{N}_$]+|"[^"]*"?)/u.exec(text.slice(at)) ?? [];
      const to = Math.min(text.length, at + Math.max(1, word.length));
      view.dispatch(
        setDiagnostics(view.state, fault === null ? [] : [{ from: at, to, severity: 'error', message: fault.message }]),
      );
    },
    close: () => view.destroy(),
  };
}
