/**
 * The authorizer's table: which actions SQLite may compile for untrusted SQL, and what to tell the author of one
 * that is refused. Action codes are those of https://sqlite.org/c3ref/c_alter_table.html.
 */

const ACTION = {
  DELETE: 9,
  INSERT: 18,
  PRAGMA: 19,
  READ: 20,
  SELECT: 21,
  TRANSACTION: 22,
  UPDATE: 23,
  ATTACH: 24,
  DETACH: 25,
  FUNCTION: 31,
  SAVEPOINT: 32,
  RECURSIVE: 33,
} as const;

const ALLOW = 0;
const DENY = 1;

const ONLY_READS = 'only one reading statement (SELECT, WITH … SELECT or VALUES) may run';

/** Functions that reach outside the data. */
const DENIED_FUNCTIONS: ReadonlySet<string> = new Set([
  'load_extension',
  'sqlite_log',
  'fts3_tokenizer',
  'readfile',
  'writefile',
  'edit',
]);

/** Decides what a statement may do and remembers, for one statement, the first thing it may not. */
export class Refusals {
  /** Why the statement was refused; null when it was not. */
  reason: string | null = null;
  /**
   * True while the author's own text compiles. Once it runs, full-text tables compile statements of their own,
   * and may ask whether their data changed.
   */
  compiling = true;

  private readonly internal: ReadonlySet<string>;
  private readonly own: ReadonlySet<string>;

  /**
   * @param own tables and views of the database
   * @param internal lower-case names of tables that show SQLite's insides
   */
  constructor(own: readonly string[], internal: readonly string[]) {
    this.own = new Set(own.map((name) => name.toLowerCase()));
    this.internal = new Set(internal);
  }

  begin(): void {
    this.reason = null;
    this.compiling = true;
  }

  /** SQLite's question, as `xAuth` puts it; the two names are read only when they matter. */
  judge(action: number, first: () => string, second: () => string): number {
    if (action === ACTION.SELECT || action === ACTION.RECURSIVE) return ALLOW;
    if (action === ACTION.READ) {
      const table = first().toLowerCase();
      if (this.own.has(table) || !(this.internal.has(table) || table.startsWith('pragma_'))) return ALLOW;
      return this.refuse(`the table ${table} shows SQLite's internals, not data of this database`);
    }
    if (action === ACTION.FUNCTION) {
      const name = second().toLowerCase();
      return DENIED_FUNCTIONS.has(name) ? this.refuse(`the function ${name}() reaches outside the database`) : ALLOW;
    }
    if (action === ACTION.PRAGMA && !this.compiling && first().toLowerCase() === 'data_version') return ALLOW;
    return this.refuse(describe(action, first()));
  }

  private refuse(reason: string): number {
    this.reason ??= reason;
    return DENY;
  }
}

function describe(action: number, name: string): string {
  switch (action) {
    case ACTION.PRAGMA:
      return `PRAGMA ${name} reads or changes settings of SQLite; ${ONLY_READS}`;
    case ACTION.ATTACH:
    case ACTION.DETACH:
      return `ATTACH and DETACH open or close other databases; ${ONLY_READS}`;
    case ACTION.TRANSACTION:
    case ACTION.SAVEPOINT:
      return `transactions are for writing; ${ONLY_READS}`;
    case ACTION.INSERT:
    case ACTION.UPDATE:
    case ACTION.DELETE:
      return `it would change the ${name.startsWith('sqlite_') ? 'schema' : `table ${name}`}; ${ONLY_READS}`;
    default:
      return `it would change the database; ${ONLY_READS}`;
  }
}

export { ONLY_READS };
