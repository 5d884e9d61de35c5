/**
 * What untrusted SQL may do: read the tables of one database, within limits. No single guard is enough, so there
 * are several; the tests take them away one by one to show what each of them stops.
 */
import { seededRandom, type SeededRandom } from '../grpo/random.ts';
import type { Connection } from './connection.ts';
import { Refusals } from './refusals.ts';

/** The guards that can be switched off in tests, to see what the others let through. */
export interface SandboxLayers {
  /** Every limit of `sqlite3_limit` but LENGTH. */
  readonly limits: boolean;
  /** Cells and intermediate strings of at most `LENGTH_LIMIT` bytes. */
  readonly length: boolean;
  /** `PRAGMA query_only`. */
  readonly queryOnly: boolean;
  /** Only SELECT, READ, FUNCTION and RECURSIVE, and no tables of SQLite's internals. */
  readonly authorizer: boolean;
  /**
   * Exactly one statement that `sqlite3_stmt_readonly` calls read-only, returns columns, and is no EXPLAIN (but for a
   * plan that is asked for); no NUL.
   */
  readonly statementCheck: boolean;
}

export const ALL_LAYERS: SandboxLayers = {
  limits: true,
  length: true,
  queryOnly: true,
  authorizer: true,
  statementCheck: true,
};

/** Longest cell, string or blob that a statement may touch, in bytes. */
const LENGTH_LIMIT = 65_536;
/** Longest SQL text, in UTF-8 bytes. */
export const SQL_LENGTH_LIMIT = 100_000;

/** A connection that has been locked. */
export interface Sandbox {
  readonly connection: Connection;
  readonly layers: SandboxLayers;
  /** What the authorizer refused since the last `begin`. */
  readonly refusals: Refusals;
  /** Called before each statement: forgets refusals and rewinds `random()`. */
  begin(): void;
}

/**
 * Settings that apply from the first query on, introspection included, because a file is as untrusted as SQL:
 * its views and triggers may not call functions with side effects, and its schema cannot be written.
 */
export function distrustSchema(connection: Connection): void {
  const { capi } = connection.runtime.api;
  const set = (option: 1010 | 1017 | 1013 | 1014, on: 0 | 1) => capi.sqlite3_db_config(connection.db, option, on, 0);
  set(capi.SQLITE_DBCONFIG_DEFENSIVE, 1);
  set(capi.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
  // "text" in double quotes is a name, never a string: SQLite's message then tells the author what to write.
  set(capi.SQLITE_DBCONFIG_DQS_DML, 0);
  set(capi.SQLITE_DBCONFIG_DQS_DDL, 0);
}

/**
 * Locks a loaded and introspected connection; there is no way back.
 *
 * @param tables names of the tables and views that the database itself defines
 */
export function lockSandbox(
  connection: Connection,
  tables: readonly string[],
  layers: SandboxLayers = ALL_LAYERS,
): Sandbox {
  distrustSchema(connection);
  const refusals = new Refusals(tables, internalModules(connection));
  const random = seedRandomFunctions(connection);
  if (layers.queryOnly) connection.query('PRAGMA query_only = 1');
  setLimits(connection, layers);
  if (layers.authorizer) {
    const { runtime } = connection;
    const authorizer = connection.install('i(pipppp)', (_argument, action = 0, first = 0, second = 0) =>
      refusals.judge(
        action,
        () => runtime.zeroTerminated(first),
        () => runtime.zeroTerminated(second),
      ),
    );
    runtime.native.sqlite3_set_authorizer(connection.db, authorizer, 0);
  }
  return {
    connection,
    layers,
    refusals,
    begin: () => {
      refusals.begin();
      random.rewind();
    },
  };
}

function setLimits(connection: Connection, layers: SandboxLayers): void {
  const { capi } = connection.runtime.api;
  const { db } = connection;
  if (layers.limits) {
    capi.sqlite3_limit(db, capi.SQLITE_LIMIT_SQL_LENGTH, SQL_LENGTH_LIMIT);
    capi.sqlite3_limit(db, capi.SQLITE_LIMIT_EXPR_DEPTH, 200);
    capi.sqlite3_limit(db, capi.SQLITE_LIMIT_COMPOUND_SELECT, 50);
    capi.sqlite3_limit(db, capi.SQLITE_LIMIT_VDBE_OP, 100_000);
    capi.sqlite3_limit(db, capi.SQLITE_LIMIT_FUNCTION_ARG, 100);
    capi.sqlite3_limit(db, capi.SQLITE_LIMIT_ATTACHED, 0);
    capi.sqlite3_limit(db, capi.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200);
  }
  if (layers.length) capi.sqlite3_limit(db, capi.SQLITE_LIMIT_LENGTH, LENGTH_LIMIT);
}

/** Modules whose tables exist in every database without being declared, and show SQLite's insides. */
function internalModules(connection: Connection): string[] {
  const names = connection.query('SELECT name FROM pragma_module_list').map(([name]) => String(name).toLowerCase());
  return names.filter((name) => !/^json/.test(name));
}

/**
 * `random()` and `randomblob()` from a seeded generator that starts over with every statement: the same SQL gives
 * the same result in every run.
 */
function seedRandomFunctions(connection: Connection): { rewind(): void } {
  let generator: SeededRandom | null = null;
  const word = (): number => {
    generator ??= seededRandom(0);
    return Math.floor(generator.next() * 4294967296);
  };
  connection.define('random', 0, () => BigInt.asIntN(64, (BigInt(word()) << 32n) | BigInt(word())));
  connection.define('randomblob', 1, (size) => {
    // One byte over the limit is enough for SQLite to call it too big.
    const length = Math.min(Math.max(1, Math.floor(Number(size)) || 0), LENGTH_LIMIT + 1);
    return Uint8Array.from({ length }, () => word() & 0xff);
  });
  return { rewind: () => (generator = null) };
}
