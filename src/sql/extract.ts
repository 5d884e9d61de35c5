/**
 * Text from a model becomes SQL here, and nowhere else.
 *
 * The rules, in order:
 * 1. `<think>` blocks go; one that never closes takes all that follows with it. JSON with an `sql` or `query` field
 * gives that field.
 * 2. HTML entities, smart quotes and zero-width characters outside quoted values become what was meant.
 * 3. Fenced code that holds a statement is preferred to the prose around it.
 * 4. Of several statements the last complete query is taken: models draft first and correct themselves afterwards.
 *    A query that looks like SQL (at the start of a line or after `:`, `|`, `;`, with a FROM, in capitals) goes before
 *    one inside a sentence.
 * 5. The statement ends at its `;`, at a closing fence, or where prose begins again.
 * Text without a query but with another statement (DELETE, PRAGMA …) gives that statement, so that it can be refused
 * for what it is.
 */
import { lexCode, type SqlToken } from './lex.ts';

export interface Extracted {
  /** '' when the text holds no SQL. No closing semicolon, no surrounding white space. */
  readonly sql: string;
  /** What was done to the text, one phrase each; empty when the text was plain SQL. */
  readonly notes: readonly string[];
}

/** Longer texts are cut: no query that the sandbox accepts is longer. */
const MAX_LENGTH = 200_000;
/** `judge`'s score below which the word "select" is only a word, and from which a second query is worth a note. */
const LEAST_SCORE = 2;
const GOOD_SCORE = 4;
/** Characters between two smart quotes that can still be one value. */
const LONGEST_QUOTED = 300;
const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  '#39': "'",
  '#x27': "'",
  '#34': '"',
  nbsp: ' ',
};
const ENTITY = /&(lt|gt|amp|quot|apos|#39|#x27|#34|nbsp);/gi;
const INVISIBLE = /[\u200b-\u200f\u2060\ufeff\u00ad]/;
const WIDE_SPACE = /[\u00a0\u2000-\u200a\u202f\u3000]/;
const OTHER_STATEMENTS = new Set(
  'INSERT UPDATE DELETE REPLACE CREATE DROP ALTER PRAGMA ATTACH DETACH VACUUM EXPLAIN REINDEX ANALYZE BEGIN'.split(' '),
);

export function extractSql(text: string): Extracted {
  const notes: string[] = [];
  const note = (what: string): void => {
    if (!notes.includes(what)) notes.push(what);
  };
  let work = text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH) : text;
  if (work !== text) note('cut to 200,000 characters');
  work = withoutThinking(work, note);
  work = fromJson(work, note);
  work = readable(work, note);
  const lastOf = (regions: readonly string[]): Pick | undefined =>
    regions
      .map((region) => pickStatement(region))
      .filter((pick) => pick !== null)
      .at(-1);
  const fenced = lastOf(fencedRegions(work));
  if (fenced) note('code fence removed');
  const chosen = fenced ?? lastOf(inlineRegions(work));
  const pick = chosen ?? pickStatement(withoutFenceLines(work));
  if (pick === null) return { sql: '', notes: [...notes, 'no SQL found'] };
  if (pick.others > 0) note(`${pick.others} other ${pick.others === 1 ? 'statement' : 'statements'} ignored`);
  if (pick.prose) note('text around the SQL removed');
  return { sql: pick.sql, notes };
}

type Note = (what: string) => void;

/** Searches forward only, so that a thousand tags that never close cost no more than one. */
function withoutThinking(text: string, note: Note): string {
  // Chat templates may put the opening tag into the prompt: what stands before the last closing tag is reasoning.
  let from = 0;
  for (const found of text.matchAll(/<\/(?:think|thinking|reasoning|thought)>/gi)) from = found.index + found[0].length;
  const rest = text.slice(from);
  const open = rest.search(/<(?:think|thinking|reasoning|thought)>/i);
  if (open >= 0) note('reasoning never ended');
  else if (from > 0) note('reasoning removed');
  return open >= 0 ? rest.slice(0, open) : rest;
}

function fromJson(text: string, note: Note): string {
  const opened = text.trim().replace(/^```(?:json)?\s*/i, '');
  const body = opened.endsWith('```') ? opened.slice(0, -3) : opened;
  if (!body.startsWith('{')) return text;
  try {
    const parsed = JSON.parse(body) as Readonly<Record<string, unknown>>;
    const sql = parsed['sql'] ?? parsed['query'] ?? parsed['SQL'];
    if (typeof sql !== 'string') return text;
    note('taken from JSON');
    return sql;
  } catch {
    return text;
  }
}

/** Entities, smart quotes, odd spaces and invisible characters, each only where it is not part of a quoted value. */
function readable(text: string, note: Note): string {
  let work = text;
  if (ENTITY.test(work.replace(/'[^']*'/g, ''))) {
    work = work.replace(ENTITY, (whole, name: string) => ENTITIES[name.toLowerCase()] ?? whole);
    note('HTML entities decoded');
  }
  ENTITY.lastIndex = 0;
  if (!/[\u2018-\u201f\u00a0\u2000-\u200f\u202f\u2060\u3000\ufeff\u00ad]/.test(work)) return work;
  let out = '';
  let i = 0;
  const nextEnd = { single: endFinder(work, /[\u2018\u2019']/), double: endFinder(work, /[\u201c\u201d"]/) };
  while (i < work.length) {
    const c = work.charAt(i);
    if (c === "'" || c === '"' || c === '`') {
      // A straight apostrophe inside a word of prose opens nothing.
      const apostrophe = c === "'" && /\w/.test(work.charAt(i - 1)) && /\w/.test(work.charAt(i + 1));
      const close = apostrophe ? -1 : work.indexOf(c, i + 1);
      const end = close < 0 ? i + 1 : close + 1;
      out += work.slice(i, end);
      i = end;
    } else if (/[\u2018-\u201b]/.test(c) || /[\u201c-\u201f]/.test(c)) {
      const single = /[\u2018-\u201b]/.test(c);
      const quote = single ? "'" : '"';
      const end = (single ? nextEnd.single : nextEnd.double)(i + 1);
      const closed = end - i <= LONGEST_QUOTED && end < work.length && work.charAt(end) !== '\n';
      if (closed && !/\w/.test(work.charAt(i - 1))) {
        const inner = work.slice(i + 1, end);
        // Whoever curls the quotes curls the apostrophes too.
        const plain = single ? inner.replace(/[\u2018\u2019]/g, "'") : inner;
        out += quote + plain.replaceAll(quote, quote + quote) + quote;
        i = end + 1;
      } else {
        out += quote;
        i += 1;
      }
      note('smart quotes straightened');
    } else if (INVISIBLE.test(c)) {
      note('invisible characters removed');
      i += 1;
    } else {
      out += WIDE_SPACE.test(c) ? ' ' : c;
      i += 1;
    }
  }
  return out;
}

/**
 * Finds the next place at or behind `from` where a smart quote closes or its line ends; the text's length when there is
 * none. It remembers the last answer, so asking with growing `from` reads the text once.
 */
function endFinder(text: string, ends: RegExp): (from: number) => number {
  let found = -1;
  return (from) => {
    if (found >= from) return found;
    found = from;
    // An apostrophe between letters belongs to the value.
    while (
      found < text.length &&
      text.charAt(found) !== '\n' &&
      !(ends.test(text.charAt(found)) && !/\w/.test(text.charAt(found + 1)))
    )
      found += 1;
    return found;
  };
}

/**
 * Empties the lines that hold only a fence. Line by line: one expression over all lines backtracks through long white
 * space.
 */
function withoutFenceLines(text: string): string {
  return text
    .split('\n')
    .map((line) => (/^(?:```|~~~)\s*\w*$/.test(line.trim()) ? '' : line))
    .join('\n');
}

/** The insides of code fences, the last of which may be left open. */
function fencedRegions(text: string): string[] {
  return (
    [...text.matchAll(/(```|~~~)[ \t]*([\w+-]*)([\s\S]*?)(?:\1|$)/g)]
      .filter((found) => !/^(json|python|text|csv|output|bash)$/i.test(found[2] ?? ''))
      // ```SELECT … on the fence's own line: the "language" is the statement's first word.
      .map((found) => (/^(select|with|values)$/i.test(found[2] ?? '') ? `${found[2]}${found[3]}` : (found[3] ?? '')))
  );
}

/** Inline code that begins like a query. Inside it backticks would have to quote names, so it ends at the first. */
function inlineRegions(text: string): string[] {
  return [...text.matchAll(/`\s*((?:select|with|values)\b[^`]*)`/gi)].map((found) => found[1] ?? '');
}

interface Pick {
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

function pickStatement(region: string): Pick | null {
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

/** 'line' at the start of a line, 'mark' behind a colon, bar, semicolon or quote, null inside a sentence. */
function isCleanStart(region: string, at: number): 'line' | 'mark' | null {
  let i = at - 1;
  while (i >= 0 && (region.charAt(i) === ' ' || region.charAt(i) === '\t')) i -= 1;
  if (i < 0 || region.charAt(i) === '\n') return 'line';
  return /[:|;"'`>*.)]/.test(region.charAt(i)) ? 'mark' : null;
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
