/**
 * A general SQL parser, for one thing only: saying in words where SQL stops making sense. It is never a verdict:
 * it accepts what SQLite refuses and refuses a little of what SQLite accepts. The SQLite grammar is asked first, PostgreSQL's second.
 */
import sqlite from 'node-sql-parser/build/sqlite.js';
import postgresql from 'node-sql-parser/build/postgresql.js';
import { lexCode } from './lex.ts';

export type ParseOutcome =
  | { readonly ok: true; readonly grammar: 'sqlite' | 'postgresql'; readonly ast: unknown }
  /** `at` is a UTF-16 index into the SQL, null when the trouble has no place. */
  | { readonly ok: false; readonly explanation: string; readonly at: number | null };

/** An unclosed parenthesis 20 deep keeps PostgreSQL's grammar busy for longer than anyone waits: its backtracking is exponential. */
const MAX_DEPTH = 16;
const MAX_LENGTH = 10_000;

/** Parses one SQL text; never throws. What would make the parser hang is recognised before it starts. */
export function parseSql(sql: string): ParseOutcome {
  const trouble = plainTrouble(sql);
  if (trouble) return trouble;
  let first: unknown;
  for (const [grammar, module] of [['sqlite', sqlite], ['postgresql', postgresql]] as const) {
    try {
      return { ok: true, grammar, ast: new module.Parser().astify(sql) };
    } catch (error) {
      first ??= error;
    }
  }
  return explain(sql, first);
}

const failure = (explanation: string, at: number | null): ParseOutcome => ({ ok: false, explanation, at });

function plainTrouble(sql: string): ParseOutcome | null {
  if (sql.length > MAX_LENGTH) return failure(`The SQL is longer than the ${MAX_LENGTH.toLocaleString('en')} characters the parser reads.`, null);
  const tokens = lexCode(sql);
  if (tokens.length === 0) return failure('There is no SQL.', null);
  const open: number[] = [];
  for (const token of tokens) {
    if (!token.closed) return failure(`The quote opened at character ${token.start + 1} is never closed.`, token.start);
    if (token.text === '(') open.push(token.start);
    if (open.length > MAX_DEPTH) return failure(`Parentheses are nested more than ${MAX_DEPTH} deep.`, token.start);
    if (token.text === ')' && open.pop() === undefined) return failure(`The ")" at character ${token.start + 1} closes nothing.`, token.start);
  }
  const last = open.at(-1);
  return last === undefined ? null : failure(`The "(" at character ${last + 1} is never closed.`, last);
}

interface SyntaxFault {
  readonly location: { readonly start: { readonly offset: number } };
  readonly expected?: readonly { readonly type: string; readonly text?: string }[] | null;
}

function isSyntaxFault(error: unknown): error is SyntaxFault {
  return error instanceof Error && 'location' in error && typeof error.location === 'object';
}

function explain(sql: string, error: unknown): ParseOutcome {
  if (!isSyntaxFault(error)) return failure('The parser could not read this SQL.', null);
  const at = Math.min(error.location.start.offset, sql.length);
  const found = /^\s*(\S{1,20})/.exec(sql.slice(at))?.[1];
  const words = new Set((error.expected ?? []).map((one) => one.text ?? '').filter((text) => /^[A-Z]{2,}$/.test(text)));
  const clauses = ['FROM', 'WHERE', 'GROUP', 'HAVING', 'ORDER', 'LIMIT', 'JOIN', 'ON', 'BY', 'AS', 'SELECT', 'AND', 'THEN', 'END', 'VALUES'].filter((word) => words.has(word));
  const expected = clauses.length > 0 ? `; it could go on with ${clauses.slice(0, 5).join(', ')}` : '';
  return failure(found === undefined ? `The SQL ends too early${expected}.` : `It stops making sense at "${found}" (character ${at + 1})${expected}.`, at);
}
