/**
 * Where SQL that SQLite refused stops making sense. Never a verdict: it is asked only after SQLite has said no.
 *
 * It looks at tokens alone, so it is linear; parse.ts is asked where they show no trouble.
 */
import { FOREIGN_WORDS, reasonMessage, type ReasonMessage } from '../grpo/reward-reasons.ts';
import { lexCode, type SqlToken } from './lex.ts';
import { wordList } from './word-list.ts';

export interface Explanation {
  readonly message: ReasonMessage;
  /** UTF-16 index into the SQL. */
  readonly at: number;
}

const CLAUSES = wordList(`
  SELECT DISTINCT FROM JOIN WHERE GROUP HAVING ORDER LIMIT UNION INTERSECT EXCEPT BETWEEN EXISTS
`);

/**
 * Null when the tokens show no trouble. `errorAt` is where SQLite stopped (`Execution.errorOffset`). Never throws;
 * linear.
 */
export function explainSyntax(sql: string, errorAt?: number): Explanation | null {
  const tokens = lexCode(sql);
  const [first] = tokens;
  if (!first) return { message: reasonMessage('no-sql'), at: 0 };
  return openEnds(tokens) ?? misspeltOrForeign(tokens, errorAt) ?? wrongStart(first);
}

function openEnds(tokens: readonly SqlToken[]): Explanation | null {
  const open: number[] = [];
  for (const token of tokens) {
    if (!token.closed) return { message: reasonMessage('quote-open', token.start + 1), at: token.start };
    if (token.text === '(') open.push(token.start);
    else if (token.text === ')' && open.pop() === undefined)
      return { message: reasonMessage('bracket-extra', token.start + 1), at: token.start };
  }
  const last = open.at(-1);
  return last === undefined ? null : { message: reasonMessage('bracket-open', last + 1), at: last };
}

/** SQLite stops at or just behind the word that is wrong, since a wrong word can pass as an alias. */
function misspeltOrForeign(tokens: readonly SqlToken[], errorAt: number | undefined): Explanation | null {
  const stop = errorAt === undefined ? -1 : tokens.findIndex((token) => token.end > errorAt);
  const near =
    errorAt === undefined
      ? tokens
      : tokens.slice(Math.max(0, (stop < 0 ? tokens.length : stop) - 2), stop < 0 ? tokens.length : stop + 1);
  for (const token of near) {
    if (token.kind !== 'identifier' || token.quote !== '') continue;
    const word = token.value.toUpperCase();
    const foreign = FOREIGN_WORDS.find((one) => one === word);
    if (foreign !== undefined) return { message: reasonMessage('foreign-word', foreign), at: token.start };
    const meant = CLAUSES.find((clause) => isSlip(word, clause));
    if (meant !== undefined) return { message: reasonMessage('word-meant', token.text, meant), at: token.start };
  }
  const cast = tokens.find((token, i) => token.text === ':' && tokens[i + 1]?.text.startsWith(':'));
  return cast ? { message: reasonMessage('double-colon'), at: cast.start } : null;
}

/** One letter more, less or other, or two neighbours swapped. */
function isSlip(word: string, clause: string): boolean {
  if (word === clause || Math.abs(word.length - clause.length) > 1) return false;
  let head = 0;
  while (head < word.length && word[head] === clause[head]) head += 1;
  const [a, b] = [word.slice(head), clause.slice(head)];
  return (
    a.slice(1) === b.slice(1) ||
    a.slice(1) === b ||
    a === b.slice(1) ||
    (a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2))
  );
}

function wrongStart(first: SqlToken): Explanation | null {
  const starts = first.kind === 'keyword' && ['SELECT', 'WITH', 'VALUES'].includes(first.value);
  return starts ? null : { message: reasonMessage('wrong-start', first.text.slice(0, 30)), at: first.start };
}
