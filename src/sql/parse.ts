/**
 * What node-sql-parser makes of SQL that SQLite refused: where a reader of SQL would stop, and what could stand there.
 * For explanation only, never a verdict: its sqlite grammar refuses some of what SQLite runs and accepts much that it
 * refuses.
 *
 * Its grammars backtrack. The postgresql one took minutes on text that a language model really wrote, so only the
 * sqlite one is used, and only on short text with balanced parentheses and without comments. It is 40 kB of script
 * that most runs have no use for, so it is loaded when the first such text is there.
 */
import type { Explanation } from './explain.ts';
import { reasonMessage } from '../grpo/reward-reasons.ts';
import { lex } from './lex.ts';
import { phraseList } from './word-list.ts';

const LONGEST = 2000;
const DEEPEST = 12;
/** What the message may name as missing; the parser's own list runs to a hundred characters and signs. */
const WORDS = phraseList(`
  SELECT, FROM, WHERE, GROUP BY, BY, HAVING, ORDER BY, LIMIT, JOIN, ON, AS, AND, THEN, END
`);

/** With more that could stand there, none is named. */
const MOST_NAMED = 4;

interface GrammarError {
  readonly location: { readonly start: { readonly offset: number } };
  readonly expected: readonly { readonly type: string; readonly text?: string }[] | null;
}

/** Where the parser stops; null when it has no objection, or is not asked because the text could keep it busy. */
export type ParserObjection = (sql: string) => Explanation | null;

/** Loads the parser. Rejects where its script cannot be had; a later call may succeed. */
export async function loadParser(): Promise<ParserObjection> {
  const { default: sqlite } = await import('node-sql-parser/build/sqlite.js');
  return (sql) => {
    const text = plainText(sql);
    if (text === null) return null;
    try {
      new sqlite.Parser().astify(text);
      return null;
    } catch (error) {
      return isGrammarError(error) ? explanation(text, error) : null;
    }
  };
}

/** The SQL with comments blanked out, offsets kept; null when it is too long, too deep or not balanced. */
function plainText(sql: string): string | null {
  if (sql.length > LONGEST) return null;
  let depth = 0;
  let deepest = 0;
  let text = sql;
  for (const token of lex(sql)) {
    if (token.kind === 'comment')
      text = text.slice(0, token.start) + ' '.repeat(token.end - token.start) + text.slice(token.end);
    if (token.text === '(') deepest = Math.max(deepest, ++depth);
    if (token.text === ')' && --depth < 0) return null;
  }
  return depth === 0 && deepest <= DEEPEST ? text : null;
}

function explanation(text: string, { location, expected }: GrammarError): Explanation {
  const at = location.start.offset;
  const rest = /^\s*(\S{1,40})/u.exec(text.slice(at))?.[1] ?? '';
  const before = /(\S{1,40})\s*$/u.exec(text.slice(0, at))?.[1] ?? '';
  const possible = WORDS.filter(
    (word) => expected?.some((item) => item.type === 'literal' && item.text?.toUpperCase() === word) === true,
  );
  const told = possible.length <= MOST_NAMED ? possible : [];
  return { at, message: reasonMessage('parser-stops', rest, before, ...told) };
}

function isGrammarError(error: unknown): error is GrammarError {
  return typeof error === 'object' && error !== null && 'location' in error && 'expected' in error;
}
