/**
 * What looks most like a statement in text where no whole query is: a query that breaks off or is wrong, another kind
 * of statement. It is told by its words alone, so that it can be refused for what it is.
 */
import { isCleanStart } from './embedded-query.ts';
import { lexCode, type SqlToken } from './lex.ts';

/** `score`'s least value: below it the word "select" is only a word. */
export const LEAST_SCORE = 2;
/** From this score on a second statement is worth a note. */
export const GOOD_SCORE = 4;
export const OTHER_STATEMENTS: ReadonlySet<string> = new Set(
  'INSERT UPDATE DELETE REPLACE CREATE DROP ALTER PRAGMA ATTACH DETACH VACUUM EXPLAIN REINDEX ANALYZE BEGIN'.split(' '),
);

export interface BrokenStatement {
  readonly sql: string;
  readonly others: number;
  readonly prose: boolean;
}

interface Candidate {
  readonly from: number;
  readonly to: number;
  readonly score: number;
  readonly query: boolean;
}

export function brokenStatement(region: string): BrokenStatement | null {
  const tokens = lexCode(region);
  const starts = statementStarts(tokens, region);
  const candidates = starts.map((start, i): Candidate => judge(tokens, region, start, starts[i + 1] ?? tokens.length));
  if (candidates.length === 0) return null;
  const best = candidates.reduce((a, b) => (b.score >= a.score ? b : a));
  if (best.query && best.score < LEAST_SCORE) return null;
  const start = tokens[best.from]?.start ?? 0;
  const end = tokens[best.to - 1]?.end ?? region.length;
  const sql = region.slice(start, end).trim();
  const around = (region.slice(0, start) + region.slice(end)).replace(/[\s;`]/g, '');
  const others = candidates.filter((one) => one !== best && one.score >= GOOD_SCORE).length;
  return { sql, others, prose: others === 0 && around !== '' };
}

/** Token indices where a statement may begin: not inside parentheses, not behind UNION, not a CTE's main SELECT. */
function statementStarts(tokens: readonly SqlToken[], region: string): number[] {
  const starts: number[] = [];
  let depth = 0;
  let inWith = false;
  /** Parentheses open where the last statement began; those opened since are its own. */
  let depthAtStart = 0;
  let inOther = false;
  const begin = (i: number, other: boolean): void => {
    starts.push(i);
    depthAtStart = depth;
    inOther = other;
  };
  for (const [i, token] of tokens.entries()) {
    const before = tokens[i - 1];
    if (token.text === '(') depth += 1;
    else if (token.text === ')') depth = Math.max(0, depth - 1);
    else if (token.text === ';') {
      depth = 0;
      depthAtStart = 0;
      inWith = false;
      inOther = false;
    } else if (token.kind === 'keyword') {
      const compound = before?.kind === 'keyword' && ['UNION', 'ALL', 'INTERSECT', 'EXCEPT'].includes(before.value);
      if (compound || inOther) continue;
      const clean = isCleanStart(region, token.start);
      // Unclosed parentheses of prose must not swallow a statement on a line of its own.
      const stray =
        clean === 'line' && before?.text !== '(' && !inWith && (starts.length === 0 || depth <= depthAtStart);
      if (depth > 0 && !stray) continue;
      if (token.value === 'WITH' && isWithStart(tokens, i)) {
        begin(i, false);
        inWith = true;
      } else if (
        token.value === 'SELECT' ||
        (token.value === 'VALUES' && tokens[i + 1]?.text === '(' && clean !== null)
      ) {
        if (inWith) inWith = false;
        else begin(i, false);
      } else if (OTHER_STATEMENTS.has(token.value) && clean !== null && token.text !== token.text.toLowerCase())
        begin(i, true);
    }
  }
  return starts;
}

function isWithStart(tokens: readonly SqlToken[], i: number): boolean {
  const name = tokens[i + 1]?.value === 'RECURSIVE' ? i + 2 : i + 1;
  return (
    tokens[name + 1]?.value === 'AS' ||
    (tokens[name + 1]?.text === '(' && tokens.slice(name, name + 60).some((token) => token.value === 'AS'))
  );
}

function judge(tokens: readonly SqlToken[], region: string, from: number, limit: number): Candidate {
  let to = from;
  let depth = 0;
  let hasFrom = false;
  for (; to < limit; to += 1) {
    const token = tokens[to];
    const before = tokens[to - 1];
    if (!token || (token.text === ';' && to > from)) break;
    // A full stop at the end or before a new sentence; the dot of a qualified name has its column behind it.
    if (
      token.text === '.' &&
      !/\S/.test(region.charAt(token.end)) &&
      (!tokens[to + 1] || isProse(tokens, region, to + 1))
    )
      break;
    if (to > from && before && region.slice(before.end, token.start).includes('\n') && isProse(tokens, region, to))
      break;
    if (token.text === '(') depth += 1;
    else if (token.text === ')') depth -= 1;
    else if (token.kind === 'keyword' && token.value === 'FROM') hasFrom = true;
  }
  const first = tokens[from];
  const query = first?.value === 'SELECT' || first?.value === 'WITH' || first?.value === 'VALUES';
  const start = isCleanStart(region, first?.start ?? 0);
  const capitals = first !== undefined && first.text === first.text.toUpperCase();
  const score =
    (hasFrom ? 3 : 0) +
    (start === null ? 0 : 2) +
    (capitals ? 1 : 0) +
    (depth === 0 ? 1 : 0) -
    (hasProseRun(tokens, from, to) ? 4 : 0) -
    (query ? 0 : 5);
  return { from, to, score, query };
}

/** Keywords that are everyday words and can stand in a sentence. */
const EVERYDAY = new Set(
  'QUERY KEY ROW ROWS FIRST LAST COLUMN VIEW PLAN DATABASE NO OF WITHOUT FOR IF EACH CURRENT ACTION TEMP TO ADD NOTHING TABLE INDEX'.split(
    ' ',
  ),
);
const bare = (token: SqlToken | undefined): boolean =>
  (token?.kind === 'identifier' && token.quote === '') || (token?.kind === 'keyword' && EVERYDAY.has(token.value));

/** Does a line of prose begin at token i? Three bare names in a row, or a word and a colon, are never SQL. */
function isProse(tokens: readonly SqlToken[], region: string, i: number): boolean {
  const [a, b, c] = [tokens[i], tokens[i + 1], tokens[i + 2]];
  if (!a) return false;
  if (
    a.kind === 'operator' &&
    (a.text === '*' || a.text === '-') &&
    b &&
    region.charAt(a.end) === ' ' &&
    bare(b) &&
    bare(c)
  )
    return true;
  if (a.kind === 'unknown' || a.kind === 'parameter') return true;
  if (!bare(a)) return false;
  if (region.charAt(a.end) === ':' && !/\w/.test(region.charAt(a.end + 1))) return true;
  if (bare(b) && bare(c)) return true;
  // "This returns all …"
  return /^(This|The|It|Note|Here|We|You|These|That)$/.test(a.text) && bare(b) && c?.kind === 'keyword';
}

/** Four bare words in a row: a sentence, not SQL. */
function hasProseRun(tokens: readonly SqlToken[], from: number, to: number): boolean {
  let run = 0;
  for (let i = from + 1; i < to; i += 1) {
    run = bare(tokens[i]) ? run + 1 : 0;
    if (run >= 3) return true;
  }
  return false;
}
