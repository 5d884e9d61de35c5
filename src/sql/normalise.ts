import { lexCode } from './lex.ts';
import { renderTokens } from './render.ts';

/**
 * One text for SQL that differs only in case, white space, quotes around names, comments, `==` and `<>`, and a closing
 * semicolon. For counting distinct completions and for splitting questions by gold SQL; the values in it keep their
 * case.
 */
export function normaliseSql(sql: string): string {
  const tokens = lexCode(sql);
  while (tokens.at(-1)?.text === ';') tokens.pop();
  return renderTokens(tokens);
}
