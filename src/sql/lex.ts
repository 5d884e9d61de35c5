/**
 * A lexer for SQLite's SQL (https://sqlite.org/lang_keywords.html, tokenize.c's token classes).
 * It never throws and takes linear time, so it may meet any text: half-written SQL, prose, noise.
 */

export type TokenKind =
  | 'keyword'
  | 'identifier'
  | 'string'
  | 'number'
  | 'blob'
  | 'operator'
  | 'punctuation'
  | 'comment'
  | 'parameter'
  | 'unknown';

/** A piece of the text; what lies between two tokens is white space. Offsets are UTF-16 indices, `end` exclusive. */
export interface SqlToken {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** As written. */
  readonly text: string;
  /** Keywords in capitals; identifiers and strings without their quotes; everything else as written. */
  readonly value: string;
  /** The quote an identifier was written in, '' for a bare one and for other kinds. */
  readonly quote: '' | '"' | '`' | '[';
  /** False for a string, identifier or blob whose closing quote is missing. */
  readonly closed: boolean;
}

/** SQLite's keywords. Many may also be names; `RESERVED` lists those that may not. */
export const KEYWORDS: ReadonlySet<string> = new Set(
  `ABORT ACTION ADD AFTER ALL ALTER ALWAYS ANALYZE AND AS ASC ATTACH AUTOINCREMENT BEFORE BEGIN BETWEEN BY CASCADE CASE CAST CHECK
  COLLATE COLUMN COMMIT CONFLICT CONSTRAINT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DATABASE DEFAULT
  DEFERRABLE DEFERRED DELETE DESC DETACH DISTINCT DO DROP EACH ELSE END ESCAPE EXCEPT EXCLUDE EXCLUSIVE EXISTS EXPLAIN FAIL FILTER
  FIRST FOLLOWING FOR FOREIGN FROM FULL GENERATED GLOB GROUP GROUPS HAVING IF IGNORE IMMEDIATE IN INDEX INDEXED INITIALLY INNER INSERT
  INSTEAD INTERSECT INTO IS ISNULL JOIN KEY LAST LEFT LIKE LIMIT MATCH MATERIALIZED NATURAL NO NOT NOTHING NOTNULL NULL NULLS OF OFFSET
  ON OR ORDER OTHERS OUTER OVER PARTITION PLAN PRAGMA PRECEDING PRIMARY QUERY RAISE RANGE RECURSIVE REFERENCES REGEXP REINDEX RELEASE
  RENAME REPLACE RESTRICT RETURNING RIGHT ROLLBACK ROW ROWS SAVEPOINT SELECT SET TABLE TEMP TEMPORARY THEN TIES TO TRANSACTION TRIGGER
  UNBOUNDED UNION UNIQUE UPDATE USING VACUUM VALUES VIEW VIRTUAL WHEN WHERE WINDOW WITH WITHOUT`.split(/\s+/),
);

/** Keywords that can never be a bare name of a table or column (SQLite's parser has no fallback for them). */
export const RESERVED: ReadonlySet<string> = new Set(
  `ADD ALL ALTER AND AS AUTOINCREMENT BETWEEN CASE CHECK COLLATE COMMIT CONSTRAINT CREATE DEFAULT DEFERRABLE DELETE DISTINCT DROP ELSE
  ESCAPE EXCEPT EXISTS FOREIGN FROM GROUP HAVING IN INDEX INSERT INTERSECT INTO IS ISNULL JOIN LIMIT NOT NOTHING NOTNULL NULL ON OR ORDER
  PRIMARY REFERENCES RETURNING SELECT SET TABLE THEN TO TRANSACTION UNION UNIQUE UPDATE USING VALUES WHEN WHERE`.split(
    /\s+/,
  ),
);

const THREE = new Set(['->>']);
const TWO = new Set(['->', '||', '==', '!=', '<>', '<=', '>=', '<<', '>>']);
const ONE = new Set([...'=<>+-*/%&|~']);
const PUNCTUATION = new Set([...'(),.;']);

const SPACE = /[\s\0]/;
const NAME_START = /[A-Za-z_\u0080-\uffff]/;
const NAME = /[A-Za-z0-9_$\u0080-\uffff]*/y;
const NUMBER =
  /0[xX][0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|(?:\d+(?:_\d+)*(?:\.\d*(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+)?/y;
const PARAMETER = /\?\d*|[:@$#][A-Za-z0-9_$\u0080-\uffff]+/y;

/** End of the match of a sticky expression at `at`, or `at` when there is none. */
function endOf(expression: RegExp, text: string, at: number): number {
  expression.lastIndex = at;
  return expression.test(text) ? expression.lastIndex : at;
}

/** Where a quoted piece that opens at `at` ends. Doubling the closing quote keeps it open (not for `]`). */
function endOfQuoted(text: string, at: number, close: string): { end: number; closed: boolean } {
  let from = at + 1;
  for (;;) {
    const found = text.indexOf(close, from);
    if (found < 0) return { end: text.length, closed: false };
    if (close === ']' || text[found + 1] !== close) return { end: found + 1, closed: true };
    from = found + 2;
  }
}

/** Where white space that begins at `at` ends. */
export function skipSpace(text: string, at: number): number {
  let end = at;
  while (end < text.length && SPACE.test(text.charAt(end))) end += 1;
  return end;
}

function made(
  text: string,
  at: number,
  kind: TokenKind,
  end: number,
  value?: string,
  quote: SqlToken['quote'] = '',
  closed = true,
): SqlToken {
  const written = text.slice(at, end);
  return { kind, start: at, end, text: written, value: value ?? written, quote, closed };
}

function quoted(
  text: string,
  at: number,
  kind: TokenKind,
  open: number,
  close: string,
  quote: SqlToken['quote'],
): SqlToken {
  const { end, closed } = endOfQuoted(text, open, close);
  const inner = text.slice(open + 1, closed ? end - 1 : end);
  const value = close === ']' ? inner : inner.replaceAll(close + close, close);
  return made(text, at, kind, end, value, quote, closed);
}

/**
 * The token that begins at `at`, where neither white space nor the text's end is. It depends on what follows `at`
 * alone, so a reader may begin anywhere.
 */
export function tokenAt(text: string, at: number): SqlToken {
  const c = text.charAt(at);
  const next = text.charAt(at + 1);
  if (c === '-' && next === '-') {
    const line = text.indexOf('\n', at);
    return made(text, at, 'comment', line < 0 ? text.length : line);
  }
  if (c === '/' && next === '*') {
    const close = text.indexOf('*/', at + 2);
    return made(text, at, 'comment', close < 0 ? text.length : close + 2);
  }
  if (c === "'") return quoted(text, at, 'string', at, "'", '');
  if (c === '"' || c === '`') return quoted(text, at, 'identifier', at, c, c);
  if (c === '[') return quoted(text, at, 'identifier', at, ']', '[');
  if ((c === 'x' || c === 'X') && next === "'") return quoted(text, at, 'blob', at + 1, "'", '');
  if (NAME_START.test(c)) {
    const end = endOf(NAME, text, at);
    const upper = text.slice(at, end).toUpperCase();
    return KEYWORDS.has(upper) ? made(text, at, 'keyword', end, upper) : made(text, at, 'identifier', end);
  }
  if (/\d/.test(c) || (c === '.' && /\d/.test(next))) return made(text, at, 'number', endOf(NUMBER, text, at));
  const parameter = endOf(PARAMETER, text, at);
  if (parameter > at) return made(text, at, 'parameter', parameter);
  if (THREE.has(text.slice(at, at + 3))) return made(text, at, 'operator', at + 3);
  if (TWO.has(c + next)) return made(text, at, 'operator', at + 2);
  if (ONE.has(c)) return made(text, at, 'operator', at + 1);
  return made(text, at, PUNCTUATION.has(c) ? 'punctuation' : 'unknown', at + 1);
}

/** Tokens of `text` from left to right, comments included. */
export function lex(text: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, tokens.at(-1)?.end ?? at))
    tokens.push(tokenAt(text, at));
  return tokens;
}

/** The tokens SQLite would see: everything but comments. */
export function lexCode(text: string): SqlToken[] {
  return lex(text).filter((token) => token.kind !== 'comment');
}

/** True when the statement itself, not one of its subqueries or windows, says each of the keywords. */
export function hasTopLevel(sql: string, ...keywords: readonly string[]): boolean {
  const missing = new Set(keywords);
  let depth = 0;
  for (const token of lexCode(sql)) {
    if (token.text === '(') depth += 1;
    else if (token.text === ')') depth -= 1;
    else if (depth === 0 && token.kind === 'keyword') missing.delete(token.value);
  }
  return missing.size === 0;
}

/** True when the statement itself says ORDER BY: its rows are a list, not a bag. */
export const hasTopLevelOrderBy = (sql: string): boolean => hasTopLevel(sql, 'ORDER');
