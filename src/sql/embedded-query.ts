/**
 * A query inside other text: where it ends, and whether what stands there is one whole query.
 *
 * It is read from its first word on, so that quote marks and apostrophes of the prose before it mean nothing, and what
 * its own literals hold is never taken for the wrapping.
 */
import { KEYWORDS, skipSpace, tokenAt, type SqlToken } from './lex.ts';
import { readQuery, type QueryReading } from './query-grammar.ts';
import { ENTITY, STOP, TYPOGRAPHIC } from './markup.ts';
import { isProseLine, isProseOnLine } from './prose.ts';
import { straightened } from './straighten.ts';

export interface EmbeddedQuery {
  /** As it stands in the text, or with typographic signs outside its literals made plain. */
  readonly sql: string;
  readonly straightened: boolean;
  /** Offset in the text behind the query. */
  readonly end: number;
}

/** What opens a piece that holds nothing but a query, and what closes it. */
const CLOSERS: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '`': '`',
  '“': '”',
  '„': '“',
  '‘': '’',
  '«': '»',
  '「': '」',
  '『': '』',
  '《': '》',
  '（': '）',
  '(': ')',
  '{': '}',
  '``': '``',
};
/** Characters of a query in quotes that have met its own. */
const LONGEST_QUOTED = 5000;
/** Bars in a row of a table that may end a cell. */
const MOST_BARS = 12;
const EMPHASIS = '*_|#~';
const ENTITY_END = new RegExp(`${ENTITY}$`, 'i');

/** Reads queries out of one text. Its work is bounded by the text's length, however often it is asked. */
export class QueryFinder {
  /** Tokens that the last reading could use. */
  read = 0;
  private readonly text: string;
  private readonly typographic: boolean;
  private left: number;
  /** Behind this no quote of the kind closes. */
  private readonly unclosed = new Map<string, number>();

  constructor(text: string) {
    this.text = text;
    this.typographic = TYPOGRAPHIC.test(text);
    this.left = 8 * text.length + 10_000;
  }

  /** The query whose first word is at `start`, its comments at `from`; null when no whole one is there. */
  at(start: number, from = start): EmbeddedQuery | null {
    const opener = openerBefore(this.text, from);
    // A cell of a table ends with its line.
    const line = opener === '|' ? this.text.indexOf('\n', start) : -1;
    const limit = line < 0 ? this.text.length : line;
    const cell = opener === '|' ? this.inCell(start, limit) : null;
    if (cell !== null) return cell;
    const end = this.endOf(this.text, start, limit, opener);
    if (end !== null) return { sql: this.text.slice(start, end), straightened: false, end };
    const own = this.withOwnQuotes(this.text, start, limit, opener);
    if (own !== null) return { sql: this.text.slice(start, own), straightened: false, end: own };
    return this.straight(start, limit, opener);
  }

  /** The query of a table's cell among others: up to the first bar behind which it is whole, with its FROM. */
  private inCell(start: number, limit: number): EmbeddedQuery | null {
    const row = this.text.slice(start, limit).replace(/(?<=\|)\s*(?:[.;。；！]|[<[][|｜/]|<\w+>|`{3}|~{3}).*$/, '');
    const begin = this.text.lastIndexOf('\n', start) + 1;
    if (!row.trimEnd().endsWith('|') || !/^\s*\|/.test(this.text.slice(begin, begin + 20))) return null;
    const bars = [...row.matchAll(/(?<![|\\])\|(?!\|)/g)].slice(-MOST_BARS).map((bar) => bar.index);
    const behind = this.cellsBehind(start, begin);
    const cells = (behind === null ? bars : bars.slice(-1 - behind)).map((bar) => row.slice(0, bar).trimEnd());
    let best: EmbeddedQuery | null = null;
    for (const cell of cells) {
      const query = this.spend(cell.length) ? new QueryFinder(cell).at(0) : null;
      if (query?.end !== cell.length || (best !== null && !/\bfrom\b/i.test(cell))) continue;
      best = { ...query, end: start + query.end };
      if (/\bfrom\b/i.test(cell)) break;
    }
    return best;
  }

  /** How many cells the rule below the table's heading leaves behind the one at `start`; null without a rule. */
  private cellsBehind(start: number, begin: number): number | null {
    const above = this.text.slice(Math.max(0, begin - 2000), begin);
    const rule = [...above.matchAll(/^[^\S\n]{0,8}\|(?:[^\S\n]{0,8}:?-+:?[^\S\n]{0,8}\|)+/gm)].at(-1)?.[0];
    if (rule === undefined) return null;
    const bars = (text: string): number => text.split('|').length - 1;
    return Math.max(0, bars(rule) - 1 - bars(this.text.slice(begin, start)));
  }

  /** A literal's last quote and the quote round the whole may have met: 'SELECT … = 'x''. */
  private withOwnQuotes(text: string, start: number, limit: number, opener: string): number | null {
    const close = CLOSERS[opener];
    if (close?.length !== 1) return null;
    const near = text.slice(start, Math.min(limit, start + LONGEST_QUOTED));
    const paragraph = near.indexOf('\n\n');
    const lines = paragraph < 0 ? near.length : paragraph;
    // The one at the end of a line, or the last.
    const atLine = [...near.slice(0, lines).matchAll(/['"`](?=[;.,]?[^\S\n]*(?:\n|$|<))/g)].filter(
      (one) => one[0] === close,
    );
    for (const last of new Set([near.lastIndexOf(close, lines), ...atLine.slice(0, 3).map((one) => one.index)])) {
      if (last <= 0 || !this.spend(near.length)) continue;
      // Its literals end elsewhere than those of the text, so that what this one knows of them does not hold.
      const inner = new QueryFinder(near).endOf(near.slice(0, last), 0, last, '');
      if (inner !== null && skipSpace(near, inner) >= last) return start + inner;
    }
    return null;
  }

  private straight(start: number, limit: number, opener: string): EmbeddedQuery | null {
    if (!this.typographic || !this.spend(limit - start)) return null;
    const plain = straightened(this.text, start, limit, CLOSERS[opener] ?? '');
    if (plain === null) return null;
    const finder = new QueryFinder(plain.text);
    const { length } = plain.text;
    const end = finder.endOf(plain.text, 0, length, opener) ?? finder.withOwnQuotes(plain.text, 0, length, opener);
    return end === null ? null : { sql: plain.text.slice(0, end), straightened: true, end: plain.offset(end) };
  }

  private spend(work: number): boolean {
    this.left -= work;
    return this.left > 0;
  }

  /** Offset behind the whole query that begins at `start`; null when there is none. */
  private endOf(text: string, start: number, limit: number, opener: string): number | null {
    const tokens: SqlToken[] = [];
    let next = start;
    let comment = -1;
    const token = (index: number): SqlToken | null => {
      while (tokens.length <= index) {
        if (next < 0 || !this.spend(1)) return null;
        const one = this.next(text, next, limit);
        if (one === null) next = -1;
        else {
          next = one.end;
          if (one.kind !== 'comment') tokens.push(one);
          else comment = one.end;
        }
        if (next < 0) return null;
      }
      return tokens[index] ?? null;
    };
    const gap = (index: number): string => {
      const [before, one] = [tokens[index - 1], token(index)];
      return before === undefined || one === null ? '' : text.slice(before.end, one.start);
    };
    const reading = readQuery({ token, gap });
    this.read = reading.read;
    const end = chosenEnd(text, tokens, reading, { start, limit, opener });
    if (end === null || comment < end) return end;
    return withComments(text, end, limit, opener);
  }

  /** The next token; null at what cannot be one of SQL. */
  private next(text: string, from: number, limit: number): SqlToken | null {
    const at = skipSpace(text, from);
    if (at >= limit || (at > from && (WIDE.test(text.slice(from, at)) || !this.spend(at - from)))) return null;
    STOP.lastIndex = at;
    if (STOP.test(text)) return null;
    const c = text.charAt(at);
    // The word of a sentence right behind a name.
    if (at === from && c > '\u007f' && /[\w$]/.test(text.charAt(at - 1))) return null;
    const gone = this.unclosed.get(c);
    if (gone !== undefined && at >= gone) return null;
    const token = tokenAt(text, at);
    if (token.kind === 'comment' && isRule(text, at)) return null;
    if (!token.closed) this.unclosed.set(c, Math.min(at, gone ?? at));
    if (token.end - at > 20) this.spend((token.end - at) >> 3);
    if (token.end > limit || !token.closed || token.kind === 'unknown' || token.text === ';') return null;
    // The full stop of a sentence: LIMIT 10.
    if (token.kind === 'number' && token.text.endsWith('.') && SENTENCE_END.test(text.slice(token.end, token.end + 40)))
      return { ...token, end: token.end - 1, text: token.text.slice(0, -1), value: token.value.slice(0, -1) };
    if (token.kind !== 'identifier' || token.quote !== '') return token;
    const mark = markIn(token.text);
    if (mark < 0) return token;
    if (mark === 0) return null;
    const name = token.text.slice(0, mark);
    const upper = name.toUpperCase();
    const keyword = KEYWORDS.has(upper);
    return {
      ...token,
      kind: keyword ? 'keyword' : 'identifier',
      text: name,
      value: keyword ? upper : name,
      end: at + mark,
    };
  }
}

const WIDE = /[^ \t\r\n\f\v\0]/;
const SENTENCE_END = /^(?:[*_"”»]*\s*$|["”»<]|[*_]*[^\S\n]*\n|\s+[^\0-\u007f]|\s+[A-Z][a-z])/;
const RULE = /-{3,}[^\S\n]*(?:\n|$)/y;

/** A line of dashes with an empty line or nothing on one side: a rule of Markdown, no comment of SQL. */
function isRule(text: string, at: number): boolean {
  RULE.lastIndex = at;
  if (!RULE.test(text)) return false;
  const line = text.slice(Math.max(0, at - 80), at);
  return (
    /\n[^\S\n]*$/.test(line) &&
    (/\n[^\S\n]*\n[^\S\n]*$/.test(line) || /^\s*(?:\n|$)/.test(text.slice(RULE.lastIndex, RULE.lastIndex + 80)))
  );
}
/** A name with its unit in full-width parentheses: 价格（元）. */
const UNIT = /[^\0-\u007f\uff01-\uff65]（[^（），。：；]{1,20}）/g;

/** A name with a word of a sentence right behind it, in scripts that write both without a space: kioskです, name을. */
const AFFIX =
  /^[A-Za-z_][\w$]*(?=です|でしょう|を|という|となり|になり|で(?:取得|実行|求め)|입니다|을|를|으로|即可|可以|来|这|進行|进行|就|吧|的)/;

/** Where in a bare name a sign of prose or typography stands; -1 when none does. */
function markIn(name: string): number {
  const plain = name.replace(UNIT, (unit) => 'x'.repeat(unit.length));
  const mark = plain.search(TYPOGRAPHIC);
  const affix = AFFIX.exec(plain)?.[0].length ?? -1;
  return affix > 0 && (mark < 0 || affix < mark) ? affix : mark;
}

interface Place {
  readonly start: number;
  readonly limit: number;
  readonly opener: string;
}

/** Of the places where the query could end, the offset of the one where it does; null when it ends in none of them. */
function chosenEnd(
  text: string,
  tokens: readonly SqlToken[],
  { ends, read }: QueryReading,
  place: Place,
): number | null {
  const offset = (count: number): number => tokens[count - 1]?.end ?? place.start;
  const close = CLOSERS[place.opener];
  if (close !== undefined) {
    const code = place.opener === '``';
    for (const { tokens: count } of ends) {
      const at = offset(count);
      if (text.startsWith(close, code ? skipSpace(text, at) : at) && (close !== ')' || isHardEnd(text, at, place)))
        return at;
    }
  }
  const last = ends.at(-1);
  if (last === undefined) return null;
  // Its quotes are doubled: '' is not the empty text here.
  const literal = tokens[last.tokens - 1]?.text ?? '';
  const quotes = literal === place.opener + place.opener && literal !== '';
  if (quotes && /^[\p{L}\p{N}`'"<]/u.test(text.slice(offset(last.tokens), place.limit))) return null;
  if (last.tokens === read && isHardEnd(text, offset(read), place)) return offset(read);
  // Seldom more than one: prose can continue a query by a word or two.
  for (let i = ends.length - 1; i >= Math.max(0, ends.length - 8); i -= 1) {
    const end = ends[i];
    if (end === undefined) continue;
    const at = offset(end.tokens);
    // Behind a comma that much more would not read, were it prose.
    if (text.charAt(skipSpace(text, at)) === ',' && (read - end.tokens > 4 || offset(read) >= place.limit)) continue;
    if (isSoftEnd(text, at, place, end.bareAlias))
      return (
        sentenceBefore(
          text,
          ends.slice(0, i).map((one) => offset(one.tokens)),
          place,
        ) ?? at
      );
  }
  return null;
}

/** Prose can continue a query by words of SQL, `Having said that, …`: where the line began, if it is one of prose. */
function sentenceBefore(text: string, ends: readonly number[], place: Place): number | null {
  const capitals = text.charAt(place.start) === text.charAt(place.start).toUpperCase();
  for (const at of ends.slice(-3).reverse()) {
    const rest = text.slice(at, Math.min(place.limit, at + 400)).replace(/^[^\S\n]+/, '');
    if (rest.startsWith('\n') && isProseLine(rest, capitals)) return at;
  }
  return null;
}

/** The query goes on behind them: half of a compound, an operand; no tag, and nothing below an empty line. */
const BEHIND_PARENTHESES =
  /^\)(?:\s*(?:union|intersect|except|order|limit|as\b)|[^\S\n]*\n?[^\S\n]*(?:[-+/|=>,]|\*(?!\*)|<(?![|｜/\w])))/i;

/** Nothing of the same piece of text follows, or a semicolon, a fence, a control token or a tag does. */
function isHardEnd(text: string, end: number, { limit, opener }: Place): boolean {
  let at = skipSpace(text, end);
  for (;;) {
    if (at >= limit) return true;
    const comment = tokenAt(text, at);
    // `# …` is a comment in MySQL.
    const hash = /^#\s/.test(text.slice(at, at + 2)) && text.charAt(at - 1) !== '\n' ? text.indexOf('\n', at) : at;
    if ((comment.kind !== 'comment' && hash === at) || isRule(text, at)) break;
    at = hash === at ? skipSpace(text, comment.end) : hash < 0 ? limit : skipSpace(text, hash);
  }
  // `&gt;` is no end.
  if (text.charAt(at) === ';') return !ENTITY_END.test(text.slice(Math.max(0, at - 10), at));
  if (isRule(text, at)) return true;
  if (opener !== '(' && text.startsWith(CLOSERS[opener] ?? '\n', at)) return true;
  if (opener === '(' && text.charAt(at) === ')') return !BEHIND_PARENTHESES.test(text.slice(at, at + 40));
  STOP.lastIndex = at;
  return STOP.test(text);
}

/** Prose, markup or another statement follows. */
function isSoftEnd(text: string, end: number, { start, limit, opener }: Place, bareAlias: boolean): boolean {
  const after = text.slice(end, Math.min(limit, end + 400));
  const capitals = text.charAt(start) === text.charAt(start).toUpperCase();
  const line = /^[^\S\n]*/.exec(after)?.[0].length ?? 0;
  const rest = after.slice(line);
  if (rest === '') return end + line >= limit;
  const c = rest.charAt(0);
  if (c === '\n') return isProseLine(rest, capitals);
  // The bar of a table's cell, the stars of bold text: behind them the query's piece ends.
  const emphasis = opener !== '' && EMPHASIS.includes(opener) ? (/^[*_|#~]+/.exec(rest)?.[0].length ?? 0) : 0;
  if (emphasis > 0) {
    const place = { start, limit, opener: '' };
    const behind = end + line + emphasis;
    return (
      isHardEnd(text, behind, place) ||
      /^(?:[\])}]{1,4}\$?(?=[^\w]|$))?[^\S\n]*(?:\n|$|[.,:;!。；！，)]+(?:\s|[<[]|$))/.test(
        text.slice(behind, Math.min(limit, behind + 400)),
      )
    );
  }
  // Brackets that nothing of the query opened.
  if (/^[}\]]+\$?[.,;!。；！，]?(?:\s|[<[]|`{3}|~{3}|$)/.test(rest)) return true;
  if (/^[.!…]+["'”’»)*]*(?:\s|[<[]|$)/.test(rest)) return true;
  if (c === '.' && /^\.[^\0-\u007f\uff01-\uff5e]/.test(rest)) return true;
  return isProseOnLine(rest, line > 0, !isCleanStart(text, start), bareAlias);
}

/** Comments behind the query belong to it as far as its line goes and no wrapping closes in them. */
function withComments(text: string, end: number, limit: number, opener: string): number {
  let to = end;
  for (;;) {
    const at = skipSpace(text, to);
    if (at >= limit) return to;
    const comment = tokenAt(text, at);
    if (comment.kind !== 'comment' || text.slice(to, at).includes('\n')) return to;
    const close = CLOSERS[opener] ?? '';
    let stop = Math.min(comment.end, limit);
    for (let i = at; i < stop; i += 1) {
      STOP.lastIndex = i;
      if (STOP.test(text)) stop = i;
    }
    if (comment.text.startsWith('/*')) {
      if (!comment.text.endsWith('*/')) return to;
      to = comment.end;
      continue;
    }
    const body = text.slice(at, stop).trimEnd();
    const closed = close !== '' && body.endsWith(close) ? body.slice(0, -close.length) : body;
    return at + closed.trimEnd().length;
  }
}

/** Offset behind what stands before `start`, white space aside. */
function skipBack(text: string, start: number): number {
  let i = start;
  while (i > 0 && /\s/.test(text.charAt(i - 1)) && start - i < 80) i -= 1;
  return i;
}

/** The quote or bracket right before `start`, spaces aside; '' when there is none. */
export function openerBefore(text: string, start: number): string {
  const end = skipBack(text, start);
  const c = text.charAt(end - 1);
  if (c === '`' && text.charAt(end - 2) === '`') return '``';
  // The bar of a cell, not that of a block in YAML.
  if (c === '|' && text.slice(end, start).includes('\n')) return '';
  return CLOSERS[c] !== undefined || (c !== '' && EMPHASIS.includes(c)) ? c : '';
}

/** 'line' at the start of a line, 'mark' behind punctuation, quotes, tags and signs; null inside a sentence. */
export function isCleanStart(text: string, at: number): 'line' | 'mark' | null {
  let i = at - 1;
  while (i >= 0 && (text.charAt(i) === ' ' || text.charAt(i) === '\t' || text.charAt(i) === '\u3000')) i -= 1;
  if (i < 0 || text.charAt(i) === '\n') return 'line';
  // An item of a list; a sentence of a script without spaces.
  if (/[-+]/.test(text.charAt(i)) && i < at - 1 && /(?:^|[\n:：.。])[^\S\n]*$/.test(text.slice(Math.max(0, i - 8), i)))
    return 'mark';
  if (i === at - 1 && /[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/.test(text.charAt(i))) return 'mark';
  return /[:|;"'`>*.)\]}({[,_~#=]/.test(text.charAt(i)) || TYPOGRAPHIC.test(text.charAt(i)) ? 'mark' : null;
}
