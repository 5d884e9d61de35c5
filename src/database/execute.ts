import type { Execution, ExecutionBudget, ExecutionStatus, SqlValue } from '../grpo/types.ts';
import { CODE, type Failure } from './connection.ts';
import { ONLY_READS } from './refusals.ts';
import { SQL_LENGTH_LIMIT, type Sandbox } from './sandbox.ts';
import type { Pointer } from './sqlite.ts';
import { looksLikeOneRead } from './words.ts';

/** Bytes counted for a cell on top of its text or blob. */
const CELL_BYTES = 8;

/**
 * Runs one SQL text in the sandbox. The verdict on validity is SQLite's: it compiles the plain text.
 *
 * @throws WebAssembly.RuntimeError or RangeError when SQLite itself broke; the runtime is unusable then
 */
export function executeOne(sandbox: Sandbox, sql: string, budget: ExecutionBudget): Execution {
  const { connection, refusals, layers } = sandbox;
  const { native } = connection.runtime;
  // SQLite stops reading at a NUL: what comes after it would be compiled by nobody and seen by everybody else.
  if (layers.statementCheck && sql.includes('\0')) return outcome('refused', 'the SQL contains a NUL character');
  if (sql.length > SQL_LENGTH_LIMIT) return overLimit(TOO_LONG, sql);
  sandbox.begin();
  connection.meter.start(budget.maxVmSteps, budget.deadlineMs);
  const length = connection.write(sql);
  if (length > SQL_LENGTH_LIMIT) return overLimit(TOO_LONG, sql);

  const prepared = connection.prepareAt(0, length);
  if ('code' in prepared) return notCompiled(sandbox, prepared, sql, budget);
  const { statement, tail } = prepared;
  if (statement === 0) return outcome('invalid', 'there is no SQL statement, only white space or comments');
  try {
    const refusal = layers.statementCheck ? refuse(sandbox, statement, tail, length, budget.plans === true) : null;
    if (refusal !== null) return outcome('refused', refusal);
    refusals.compiling = false;
    return run(sandbox, statement, budget);
  } finally {
    native.sqlite3_finalize(statement);
  }
}

const TOO_LONG = `the SQL is longer than ${SQL_LENGTH_LIMIT.toLocaleString('en')} bytes`;

/**
 * What SQLite says where a number of the sandbox (sandbox.ts) stops SQL that its own defaults would let through. Where
 * the two are the same, as for the columns of a result, SQL is invalid for everybody.
 */
const BEYOND_LIMITS: readonly (readonly [RegExp, string])[] = [
  [/^Expression tree is too large/, 'its expressions are nested deeper than the sandbox allows'],
  [/^too many terms in compound SELECT/, 'it joins more SELECTs with UNION and the like than the sandbox allows'],
  [/^too many arguments on function/, 'a function has more arguments than the sandbox allows'],
  [/^LIKE or GLOB pattern too complex/, 'a LIKE or GLOB pattern is longer than the sandbox allows'],
  [/^(statement|query string) too long/, TOO_LONG],
];

function beyondLimits({ message }: Failure): string | null {
  return BEYOND_LIMITS.find(([said]) => said.test(message))?.[1] ?? null;
}

/** Of SQL that was not compiled: what writes, or is more than one statement, is refused at any size. */
function overLimit(why: string, sql: string): Execution {
  return looksLikeOneRead(sql) ? outcome('over-limit', why) : outcome('refused', ONLY_READS);
}

/**
 * A collation or function that the schema needs, not the SQL: it is part of the application that made the file. Null
 * where the SQL names it itself, which is its own mistake.
 */
function neededBySchema(message: string, sql: string): string | null {
  const [, kind, name] =
    /^(?:no such (collation sequence|function|module): (.+?)|unknown (function): (.+?)\(\))$/
      .exec(message)
      ?.filter(Boolean) ?? [];
  if (kind === undefined || name === undefined || sql.toLowerCase().includes(name.toLowerCase())) return null;
  const what = kind === 'collation sequence' ? 'collation (order of texts)' : kind;
  return `it needs the ${what} “${name}”, which only the application that made this database has`;
}

/** What SQLite calls EXPLAIN QUERY PLAN, where 1 is EXPLAIN. */
const QUERY_PLAN = 2;

/** Why a compiled statement may not run, or null. */
function refuse(sandbox: Sandbox, statement: Pointer, tail: number, length: number, plans: boolean): string | null {
  const { connection } = sandbox;
  const { native } = connection.runtime;
  if (tail < length && !isBlank(sandbox, tail, length))
    return `there is text after the end of the first statement; ${ONLY_READS}`;
  const explains = native.sqlite3_stmt_isexplain(statement);
  if (explains !== 0 && !(plans && explains === QUERY_PLAN))
    return 'EXPLAIN describes how a statement would run and answers nothing; write the SELECT alone';
  if (native.sqlite3_stmt_readonly(statement) === 0) return `it would write; ${ONLY_READS}`;
  if (native.sqlite3_column_count(statement) === 0) return `it returns no columns; ${ONLY_READS}`;
  return null;
}

/** True when SQLite finds nothing to compile from byte `tail` on: white space, comments, semicolons. */
function isBlank(sandbox: Sandbox, tail: number, length: number): boolean {
  const { connection } = sandbox;
  const rest = connection.prepareAt(tail, length);
  if ('code' in rest) return false;
  if (rest.statement === 0) return true;
  connection.runtime.native.sqlite3_finalize(rest.statement);
  return false;
}

function run(sandbox: Sandbox, statement: Pointer, budget: ExecutionBudget): Execution {
  const { connection } = sandbox;
  const { native } = connection.runtime;
  const columns = connection.columnNames(statement);
  const rows: SqlValue[][] = [];
  let bytes = 0;
  for (;;) {
    const code = native.sqlite3_step(statement);
    if (code === CODE.ROW) {
      const row: SqlValue[] = [];
      for (let column = 0; column < columns.length; column++) {
        const value = connection.cell(statement, column);
        bytes += sizeOf(value);
        row.push(value);
      }
      const over =
        rows.length >= budget.maxRows
          ? `more than ${amount(budget.maxRows)} rows`
          : bytes > budget.maxBytes
            ? `more than ${amount(budget.maxBytes)} bytes`
            : null;
      if (over !== null)
        return { status: 'too-large', columns, rows, truncated: true, error: `the result has ${over}` };
      rows.push(row);
    } else if (code === CODE.DONE) {
      return { status: rows.length > 0 ? 'rows' : 'empty', columns, rows, truncated: false };
    } else {
      const failure = connection.failure(code);
      return { ...stopped(sandbox, failure, 'failed', budget), columns };
    }
  }
}

function notCompiled(sandbox: Sandbox, failure: Failure, sql: string, budget: ExecutionBudget): Execution {
  const needed = neededBySchema(failure.message, sql);
  if (needed !== null) return outcome('failed', needed);
  const beyond = beyondLimits(failure);
  if (beyond !== null) return overLimit(beyond, sql);
  const execution = stopped(sandbox, failure, 'invalid', budget);
  return failure.byteOffset < 0 || execution.status !== 'invalid'
    ? execution
    : { ...execution, errorOffset: toUtf16(sql, failure.byteOffset) };
}

/** The record of a statement that SQLite gave up on. Rows are dropped: part of an answer is none. */
function stopped(sandbox: Sandbox, failure: Failure, otherwise: ExecutionStatus, budget: ExecutionBudget): Execution {
  const { meter } = sandbox.connection;
  // SQLite reports a denied function as an ordinary error, the rest as AUTH.
  if (sandbox.refusals.reason !== null) return outcome('refused', sandbox.refusals.reason);
  switch (failure.code) {
    case CODE.INTERRUPT:
      return outcome(
        'timeout',
        meter.stoppedBy === 'steps'
          ? `stopped after ${amount(budget.maxVmSteps)} steps of SQLite's virtual machine`
          : `stopped after ${amount(budget.deadlineMs)} ms`,
      );
    case CODE.NOMEM:
      return outcome('too-large', 'it needs more memory than the sandbox has');
    case CODE.TOOBIG:
      return outcome('too-large', 'a text or blob is longer than the sandbox allows');
    case CODE.AUTH:
    case CODE.READONLY:
      return outcome('refused', `${failure.message}; ${ONLY_READS}`);
    case CODE.CORRUPT:
    case CODE.NOTADB:
      return outcome('failed', `the database file is damaged: ${failure.message}`);
    default: {
      const beyond = beyondLimits(failure);
      return beyond === null ? outcome(otherwise, failure.message) : outcome('over-limit', beyond);
    }
  }
}

function outcome(status: ExecutionStatus, error: string): Execution {
  return { status, columns: [], rows: [], truncated: false, error };
}

function amount(value: number): string {
  return value.toLocaleString('en');
}

function sizeOf(value: SqlValue): number {
  if (typeof value === 'string') return CELL_BYTES + value.length;
  return value instanceof Uint8Array ? CELL_BYTES + value.byteLength : CELL_BYTES;
}

/** The UTF-16 index of a byte offset into the UTF-8 form of the same text. */
export function toUtf16(text: string, byteOffset: number): number {
  let bytes = 0;
  let index = 0;
  for (const character of text) {
    if (bytes >= byteOffset) break;
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    index += character.length;
  }
  return index;
}
