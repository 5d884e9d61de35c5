/**
 * Text from a model becomes SQL here, and nowhere else.
 *
 * The rules, in order:
 * 1. Reasoning goes, in whatever tags, brackets or channels; what never ends takes all that follows with it.
 * 2. Wherever SELECT, WITH or VALUES stands, the text is read by SQLite's grammar from there on (embedded-query.ts).
 *    What its own literals hold is therefore never taken for wrapping, nor the prose's quote marks for literals.
 *    Curly and full-width signs outside the literals are made plain only where they keep it from being a query.
 * 3. What stands in a fence, a tag for the answer or JSON is preferred to inline code, and that to prose.
 * 4. Of several whole queries there the last is taken: models draft first and correct themselves afterwards. One that
 *    looks like SQL (at the start of a line or behind `:`, `|`, `;`, with a FROM, in capitals) goes before one inside a
 *    sentence.
 * 5. Where that finds no whole query, the text is decoded (HTML entities, escapes of Markdown and strings …) and read
 *    again.
 * 6. Where nothing helps, what looks most like a statement is given (broken-statement.ts): a wrong query, or DELETE,
 *    PRAGMA …, so that it can be refused for what it is. A wrong query is never cut until it is a right one.
 */
import { brokenStatement, GOOD_SCORE, LEAST_SCORE, OTHER_STATEMENTS } from './broken-statement.ts';
import { decoded } from './decodings.ts';
import { isCleanStart, openerBefore, QueryFinder } from './embedded-query.ts';
import { JSON_START, jsonAt, stringBefore } from './json-answers.ts';
import { withoutColours, withoutLineMarks } from './line-marks.ts';
import { ENTITY, ESCAPED_REASONING, REASONING } from './markup.ts';
import { withoutReasoning } from './reasoning.ts';

export interface Extracted {
  /** '' when the text holds no SQL. No closing semicolon, no surrounding white space. */
  readonly sql: string;
  /** What was done to the text, one phrase each; empty when the text was plain SQL. */
  readonly notes: readonly string[];
}

/** Longer texts are cut: no query that the sandbox accepts is longer. */
const MAX_LENGTH = 200_000;
/** JSON in JSON in JSON: tool calls hold their arguments as text. */
const MAX_NESTED = 3;
/** Places that look like JSON and are none, in one text. */
const MAX_NO_JSON = 6;

export function extractSql(text: string): Extracted {
  const notes: string[] = [];
  const note = (what: string): void => {
    if (!notes.includes(what)) notes.push(what);
  };
  const cut = text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH) : text;
  if (cut !== text) note('cut to 200,000 characters');
  const found = search(cut, note, 0);
  const sql = found?.sql ?? '';
  if (sql === '') note('no SQL found');
  return { sql, notes };
}

type Note = (what: string) => void;

/** Where a query stands: in prose, in inline code, or in a piece that is there to hold it. */
type Place = 0 | 1 | 2;

interface Candidate {
  readonly place: Place;
  /** Null for one that is not whole. */
  readonly sql: string | null;
  /** What is in its place, if that is known. */
  readonly broken?: string;
  readonly score: number;
  readonly from: number;
  readonly to: number;
  readonly notes: readonly string[];
}

interface Reading {
  readonly sql: string;
  readonly whole: boolean;
  /** Whole, and nothing as good behind it that is not. */
  readonly settled: boolean;
  readonly notes: readonly string[];
}

function search(given: string, note: Note, nested: number): Reading | null {
  const unquoted = withoutLineMarks(given);
  if (unquoted !== given) note('marks at the start of lines removed');
  const answer = answerIn(withoutEscapes(unquoted, note));
  if (answer.note !== null) note(answer.note);
  const first = reading(answer.text, nested);
  let best = first;
  if (first?.settled !== true && /select|values/i.test(answer.text))
    for (const one of decoded(answer.text)) {
      const again = answerIn(one.text);
      const found = reading(again.text, nested);
      if (found?.whole !== true || (best?.whole === true && !found.settled)) continue;
      best = { ...found, notes: [...one.notes, ...found.notes] };
      if (found.settled) break;
    }
  best ??= otherStatement(answer.text);
  for (const one of best?.notes ?? []) note(one);
  return best;
}

/** A text whose marks of reasoning are escaped is decoded first: else they would not be seen. */
function withoutEscapes(text: string, note: Note): string {
  if (text.search(ESCAPED_REASONING) < 0) return text;
  const isLiteral = literalsOf(text);
  if ([...text.matchAll(ESCAPED_REASONING)].every((mark) => isLiteral(mark.index))) return text;
  const one = decoded(text).next();
  if (one.done === true) return text;
  for (const what of one.value.notes) note(what);
  return one.value.text;
}

function answerIn(text: string): ReturnType<typeof withoutReasoning> {
  const none = text.search(REASONING) < 0 && !/<\|channel|analysis|my thought process/.test(text);
  return none ? { text, note: null } : withoutReasoning(text, literalsOf(text));
}

/** Tells whether an offset lies inside a whole query or in JSON: what looks like a mark there is content. */
function literalsOf(text: string): (at: number) => boolean {
  const spans: [number, number][] = [];
  const finder = new QueryFinder(text);
  const words = new RegExp(`${STATEMENT_WORD}|(?<json>[{[])`, 'gi');
  let noJson = 0;
  for (let found = words.exec(text); found !== null; found = words.exec(text)) {
    let end: number | undefined;
    if (found.groups?.['json'] !== undefined) {
      JSON_START.lastIndex = found.index;
      if (noJson >= MAX_NO_JSON || !JSON_START.test(text)) continue;
      const region = jsonAt(text, found.index);
      if (region?.closed === true) end = region.end;
      else noJson += 1;
    } else if (isStatementWord(text, found)) end = finder.at(found.index)?.end;
    if (end === undefined) continue;
    spans.push([found.index, end]);
    words.lastIndex = end;
  }
  // Asked with growing offsets: the spans are walked once.
  let i = 0;
  return (at) => {
    while (i > 0 && (spans[i]?.[0] ?? Infinity) > at) i -= 1;
    while (i < spans.length && (spans[i]?.[1] ?? 0) <= at) i += 1;
    return (spans[i]?.[0] ?? Infinity) < at;
  };
}

const STATEMENT_WORD = '\\b_{0,3}(?<word>select|with|values)(?![\\w$])';

/** Not part of a name: `a.select`, `$with`, `SELECT语句`. */
function isStatementWord(text: string, found: RegExpExecArray): boolean {
  const before = text.charAt(found.index - 1);
  const after = text.charAt(found.index + found[0].length);
  return !/[$@.]/.test(before) && !(after > '\u007f' && /\p{L}/u.test(after));
}

const ANSWER_TAGS =
  'sql|query|sql_query|answer|final_?answer|final|output|result|response|solution|code|parameter|arg_value';
const SCAN = new RegExp(
  `(?<fence>\`{3,}|~{3,})|${STATEMENT_WORD}|(?<json>[{[])|` +
    `\\b(?<other>${[...OTHER_STATEMENTS].join('|')})\\b|` +
    `[<[](?<close>/?)(?:${ANSWER_TAGS})(?:[ =][^<>\\n\\]]{0,80})?[>\\]]`,
  'gi',
);

/** The best query of a text as it stands, JSON read; null when it holds none. */
function reading(text: string, nested: number): Reading | null {
  const candidates = candidatesIn(text, nested);
  const place = candidates.reduce<Place>((most, one) => (one.place > most ? one.place : most), 0);
  const here = candidates.filter((one) => one.place === place);
  const whole = here.filter((one) => one.sql !== null);
  if (whole.length === 0) {
    const last = here.at(-1);
    if (last === undefined) return null;
    if (last.broken !== undefined) return { sql: last.broken, whole: false, settled: false, notes: last.notes };
    const broken = brokenStatement(text.slice(here[0]?.from ?? 0, place === 2 ? last.to : text.length));
    return (
      broken && { sql: broken.sql, whole: false, settled: false, notes: notesOf(place, broken.others, broken.prose) }
    );
  }
  const best = whole.reduce((a, b) => (b.score >= a.score ? b : a));
  const others = candidates.filter((one) => one !== best && one.score >= GOOD_SCORE).length;
  const around = (text.slice(0, best.from) + text.slice(best.to)).replace(/[\s;`]/g, '') !== '';
  return {
    sql: best.sql ?? '',
    whole: true,
    settled: !here.some((one) => one.sql === null && one.from > best.from),
    notes: [...best.notes, ...notesOf(place, others, others === 0 && around && best.notes[0] !== 'taken from JSON')],
  };
}

function notesOf(place: Place, others: number, prose: boolean): string[] {
  return [
    ...(place === 2 ? ['code fence removed'] : []),
    ...(others > 0 ? [`${others} other ${others === 1 ? 'statement' : 'statements'} ignored`] : []),
    ...(prose ? ['text around the SQL removed'] : []),
  ];
}

function candidatesIn(text: string, nested: number): Candidate[] {
  const candidates: Candidate[] = [];
  const finder = new QueryFinder(text);
  const scan = new RegExp(SCAN);
  let fence: { readonly sign: string; readonly from: number; readonly other: boolean } | null = null;
  let tags = 0;
  let noJson = 0;
  /** Up to here the words belong to a query that is not whole. */
  let brokenUntil = 0;
  for (let found = scan.exec(text); found !== null; found = scan.exec(text)) {
    const { fence: sign, word, json, other, close } = found.groups ?? {};
    const at = found.index;
    if (sign !== undefined) {
      if (fence === null) {
        // ```SELECT … on the fence's own line: the "language" is the statement's first word.
        const label = /^[^\S\n]*([\w+.#-]*)/.exec(text.slice(scan.lastIndex, scan.lastIndex + 40));
        const own = /^(?:select|with|values)$/i.test(label?.[1] ?? '');
        if (!own) scan.lastIndex += label?.[0].length ?? 0;
        fence = {
          sign,
          from: scan.lastIndex,
          other: /^(?:json|python|py|text|csv|output|bash|sh)$/i.test(label?.[1] ?? ''),
        };
      } else if (sign.startsWith(fence.sign)) fence = null;
    } else if (json !== undefined) {
      JSON_START.lastIndex = at;
      if (nested >= MAX_NESTED || noJson >= MAX_NO_JSON || !JSON_START.test(text)) continue;
      const region = jsonAt(text, at);
      const inside = region === null ? [] : fromJson(region.texts, at, region.end, nested);
      const altered =
        region?.mended === true &&
        /[:[,]\s*['`]/.test(text.slice(at, Math.min(region.end, at + 20_000))) &&
        !text.slice(at, region.end).includes('\\') &&
        inside.some((one) => one.sql !== null && !text.includes(one.sql));
      if (region === null || altered || (region.mended && !inside.some((one) => one.sql !== null))) noJson += 1;
      else {
        candidates.push(...inside);
        scan.lastIndex = region.end;
      }
    } else if (other !== undefined) {
      // What stands in it, an INSERT's SELECT say, is a part of it.
      const statement = other === other.toUpperCase() && isCleanStart(text, at) !== null && at >= brokenUntil;
      if (statement && /^\s+\w/.test(text.slice(scan.lastIndex, scan.lastIndex + 20)))
        scan.lastIndex = brokenEnd(text, at);
    } else if (word === undefined) tags = Math.max(0, tags + (close === '/' ? -1 : 1));
    else if (isStatementWord(text, found)) {
      const from = at + found[0].length - word.length;
      if (from < brokenUntil && !beginsAnew(text, from)) continue;
      const literal = nested < MAX_NESTED ? stringBefore(text, from) : null;
      const inside = literal === null ? [] : fromJson([{ key: 'sql', text: literal.value }], from, literal.end, nested);
      if (literal !== null && inside.length > 0) {
        candidates.push(...inside);
        scan.lastIndex = literal.end;
        continue;
      }
      const candidate = candidateAt(
        text,
        finder,
        from,
        (fence !== null && (!fence.other || /^\s*$/.test(text.slice(fence.from, from)))) || tags > 0,
        brokenUntil,
      );
      if (candidate === null) continue;
      candidates.push(candidate);
      if (candidate.sql !== null) scan.lastIndex = candidate.to;
      else brokenUntil = candidate.to;
    }
  }
  return candidates;
}

function candidateAt(
  text: string,
  finder: QueryFinder,
  from: number,
  held: boolean,
  brokenUntil: number,
): Candidate | null {
  const word = /^\w+/.exec(text.slice(from, from + 8))?.[0] ?? '';
  const clean = isCleanStart(text, from);
  const capitals = word === word.toUpperCase();
  if (word.toUpperCase() === 'VALUES' && clean === null) return null;
  const begin = withLeadingComments(text, from);
  const opener = openerBefore(text, begin);
  if (clean !== 'line' && !held && opener === '' && !capitals && SENTENCE.test(text.slice(from, from + 200)))
    return null;
  const place: Place = held ? 2 : opener.startsWith('`') ? 1 : 0;
  const query = isHalf(text, from) ? null : finder.at(from, begin);
  if (query === null) {
    const plausible = clean !== null && capitals ? true : finder.read >= 3 && (clean !== null || capitals);
    return plausible
      ? { place, sql: null, score: 0, from, to: from < brokenUntil ? brokenUntil : brokenEnd(text, from), notes: [] }
      : null;
  }
  // Written like SQL: a sentence that begins with it says "Select".
  const written = capitals || (clean === 'line' && word === word.toLowerCase());
  const source = /\bfrom\b/i.test(query.sql) || word.toUpperCase() === 'VALUES' || (held && clean === 'line');
  const score = (source ? 3 : 0) + (clean === null ? 0 : 2) + (written ? 1 : 0) + 1;
  if (score < LEAST_SCORE) return null;
  return {
    place,
    sql: text.slice(begin, from) + query.sql,
    score,
    from: begin,
    to: query.end,
    notes: query.straightened ? ['typographic signs made plain'] : [],
  };
}

const BROKEN_END = new RegExp(
  `&amp;#?\\w{1,6};|${ENTITY};|(;|\`{3}|~{3}|<(?:${ANSWER_TAGS})\\b|\\n[^\\S\\n]*\\n)`,
  'gi',
);
/** In a sentence: select the …, select one from these … */
const SENTENCE =
  /^select\s(?:(?:\w+\s)?from\s)?(?:the|an?|your|any|some\w*|one|all|which\w*|these|those|from|what\w*|its?|this|that|only|data|rows)\s+(?:[a-z]+[\s.,;:!?]|$)/i;
/** A query that is not whole reaches to its semicolon, the end of its fence or an empty line. */
function brokenEnd(text: string, from: number): number {
  const ends = new RegExp(BROKEN_END);
  ends.lastIndex = from;
  let found = ends.exec(text);
  while (found !== null && found[1] === undefined) found = ends.exec(text);
  return found?.index ?? text.length;
}

/** A statement on a line of its own, which is neither a part of a compound nor the main one behind a WITH. */
function beginsAnew(text: string, from: number): boolean {
  if (isCleanStart(text, from) !== 'line') return false;
  return !/(?:[(),]|\b(?:union|all|except|intersect|as))\s*$/i.test(text.slice(Math.max(0, from - 200), from));
}

/** SQLite reads no `(SELECT …) UNION (SELECT …)`: half of it is not what was meant. */
function isHalf(text: string, from: number): boolean {
  return /\)\s{0,20}(?:union|intersect|except)(?:\s{1,20}all)?\s{0,20}\(\s{0,20}$/i.test(
    text.slice(Math.max(0, from - 100), from),
  );
}

/** Characters of a comment above a query. */
const LONGEST_COMMENT = 4000;

/** Comments on the lines right above a query are part of it. */
function withLeadingComments(text: string, from: number): number {
  let begin = from;
  for (;;) {
    const from = Math.max(0, begin - LONGEST_COMMENT);
    const before = text.slice(from, begin);
    const line = /(?:^|\n|["'`“{])([^\S\n]*--[^\n]*)\n[^\S\n]*$/.exec(before.slice(-500));
    const block = before.trimEnd().endsWith('*/') ? before.lastIndexOf('/*') : -1;
    // A line of dashes alone is a rule of Markdown.
    if (line?.[1] !== undefined && (begin < from || !/^\s*-{3,}\s*$/.test(line[1])))
      begin -= line[0].length - line[0].indexOf(line[1]);
    else if (block >= 0) begin = from + block;
    else return begin;
  }
}

const REASONING_KEY = /thought|thinking|reason|analysis|rationale|plan|scratch|monologue|reflection|draft|思考|推理/i;
const SQL_KEY = /sql|query|statement|answer|code|final|output|result|response|arguments/i;

function fromJson(
  texts: readonly { key: string; text: string }[],
  from: number,
  to: number,
  nested: number,
): Candidate[] {
  const candidates: Candidate[] = [];
  for (const { key, text: raw } of texts) {
    const text = withoutColours(raw);
    if (REASONING_KEY.test(key) || !/\b(?:select|with|values)\b/i.test(text)) continue;
    const notes: string[] = ['taken from JSON'];
    const found = search(text, (what) => notes.push(what), nested + 1);
    if (found === null || found.sql === '') continue;
    const sql = SQL_KEY.test(key);
    // A sentence under another key may mention a query; only a text that is one counts.
    if (!sql && !/^(?:\s*--[^\n]*\n)*\W*(?:select|with|values)\b/i.test(text)) continue;
    const part = { place: 2, from, to, notes } as const;
    candidates.push(
      found.whole
        ? { ...part, sql: found.sql, score: sql ? 9 : 7 }
        : { ...part, sql: null, broken: found.sql, score: 0 },
    );
  }
  return candidates;
}

/** A statement that is no query, where there is no query: fenced first. */
function otherStatement(text: string): Reading | null {
  const fences = [...text.matchAll(/(`{3,}|~{3,})[ \t]*[\w+-]*([\s\S]*?)(?:\1|$)/g)].map((found) => found[2] ?? '');
  const plain = text
    .split('\n')
    .map((line) => (/^(?:```|~~~)\s*\w*$/.test(line.trim()) ? '' : line))
    .join('\n');
  const first = plain.search(new RegExp(`\\b(?:${[...OTHER_STATEMENTS].join('|')})\\b`));
  for (const [place, region] of [
    ...fences.reverse().map((fence) => [2, fence] as const),
    [0, plain.slice(Math.max(0, first))] as const,
  ]) {
    const broken = brokenStatement(region);
    if (broken !== null)
      return { sql: broken.sql, whole: false, settled: false, notes: notesOf(place, broken.others, broken.prose) };
  }
  return null;
}
