/** SQL text from tokens, spaced the same way every time. */
import type { SqlToken } from './lex.ts';

const PLAIN_NAME = /^[a-z_\u0080-\uffff][a-z0-9_$\u0080-\uffff]*$/i;
const SAME_OPERATOR: Readonly<Record<string, string>> = { '==': '=', '<>': '!=' };

/** A name as it reads best: bare where SQLite allows it, in double quotes otherwise. */
function showName(name: string): string {
  return PLAIN_NAME.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** `table.column`, each quoted where it has to be. */
export const fullName = (table: string, column: string): string => `${showName(table)}.${showName(column)}`;

function show(token: SqlToken): string {
  switch (token.kind) {
    case 'identifier':
      return showName(token.value.toLowerCase());
    case 'operator':
      return SAME_OPERATOR[token.text] ?? token.text;
    case 'number':
    case 'blob':
      return token.text.toLowerCase();
    case 'keyword':
      return token.value;
    default:
      return token.text;
  }
}

/**
 * Keywords in capitals, names in lower case without needless quotes, one blank where one belongs.
 * `replace` gives the text of a run of tokens that starts at an offset (a resolved column, say).
 */
export function renderTokens(
  tokens: readonly SqlToken[],
  replace?: ReadonlyMap<number, { readonly end: number; readonly text: string }>,
): string {
  let out = '';
  let glue = true;
  let skipTo = 0;
  for (const [i, token] of tokens.entries()) {
    if (token.start < skipTo) continue;
    const replaced = replace?.get(token.start);
    if (replaced) skipTo = replaced.end;
    const isCall = token.kind === 'identifier' && token.quote === '' && tokens[i + 1]?.text === '(';
    const text = replaced?.text ?? (isCall ? token.value.toUpperCase() : show(token));
    // A dot that stands before a digit would become part of the number.
    const dot = text === '.' && isName(tokens[i - 1]) && tokens[i + 1]?.kind !== 'number';
    const sticks = text === ',' || text === ')' || dot || text === ';' || (text === '(' && isName(tokens[i - 1]));
    out += glue || sticks ? text : ` ${text}`;
    glue = text === '(' || dot;
  }
  return out;
}

function isName(token: SqlToken | undefined): boolean {
  return (
    token?.kind === 'identifier' || (token?.kind === 'keyword' && (token.value === 'REPLACE' || token.value === 'CAST'))
  );
}
