/** Runs a `.sql` dump: many statements that build a database in memory. */
import { lexCode } from '../sql/lex.ts';
import { wordList } from '../sql/word-list.ts';
import { CODE, type Connection, type Failure } from './connection.ts';
import { DatabaseImportError } from './errors.ts';

/** Longest time a dump may take, in milliseconds. */
const DEADLINE_MS = 45_000;
/** Statements between two looks at the clock. */
const STATEMENTS_PER_LOOK = 500;

const ACTION = { PRAGMA: 19, ATTACH: 24, DETACH: 25, FUNCTION: 31 } as const;

/**
 * PRAGMAs that dumps begin with, or that full-text tables ask while they fill, and that cannot hurt; the others are
 * refused. With `writable_schema` a dump declares virtual tables apart from the tables that hold their data; what it
 * writes so is checked like any file that is opened.
 */
const HARMLESS_PRAGMAS: ReadonlySet<string> = new Set(
  wordList(`
  foreign_keys encoding user_version application_id journal_mode synchronous page_size auto_vacuum defer_foreign_keys
  ignore_check_constraints recursive_triggers writable_schema legacy_alter_table locking_mode temp_store cache_size case_sensitive_like
  data_version
`),
);

/** Words that only dumps of other database systems contain. */
const FOREIGN_DUMP =
  /\bENGINE\s*=|\bAUTO_INCREMENT\b|\bLOCK TABLES\b|\bpg_catalog\b|\bCOPY\b[^;]*\bFROM\s+stdin\b|\bSET\s+(NAMES|statement_timeout|search_path)\b/i;

/**
 * Executes every statement of the dump.
 *
 * @throws DatabaseImportError naming the line and the statement that failed
 */
export function runDump(connection: Connection, sql: string): void {
  const { runtime } = connection;
  const { native } = runtime;
  const text = sql.replace(/^\uFEFF/, '').replace(/\0/g, '\uFFFD');
  let refused: string | null = null;
  const authorizer = connection.install('i(pipppp)', (_argument, action = 0, first = 0, second = 0) => {
    const name = runtime.zeroTerminated(action === ACTION.FUNCTION ? second : first).toLowerCase();
    if (action === ACTION.ATTACH || action === ACTION.DETACH) refused = 'ATTACH and DETACH are not allowed in a dump';
    else if (action === ACTION.PRAGMA && !HARMLESS_PRAGMAS.has(name))
      refused = `PRAGMA ${name} is not allowed in a dump`;
    else if (action === ACTION.FUNCTION && name === 'load_extension')
      refused = 'load_extension() is not allowed in a dump';
    else return 0;
    return 1;
  });
  native.sqlite3_set_authorizer(connection.db, authorizer, 0);
  const end = performance.now() + DEADLINE_MS;
  connection.meter.start(Infinity, DEADLINE_MS);

  const endOfRepeated = repeatedInserts(text);
  const length = connection.write(text);
  let at = 0;
  for (let count = 1; at < length; count++) {
    const prepared = connection.prepareAt(at, length);
    if ('code' in prepared) {
      const end = refused === null ? endOfRepeated(prepared, at) : null;
      if (end === null) throw dumpError(text, at, refused === null ? prepared : { ...prepared, message: refused });
      at = end;
      continue;
    }
    if (prepared.statement === 0) break; // white space and comments to the end
    const code = runToEnd(connection, prepared.statement);
    const failure = code === CODE.DONE ? null : connection.failure(code);
    native.sqlite3_finalize(prepared.statement);
    if (failure !== null) throw dumpError(text, at, failure, prepared.tail);
    if (count % STATEMENTS_PER_LOOK === 0 && performance.now() > end) {
      throw dumpError(text, at, { code: CODE.INTERRUPT, message: 'interrupted', byteOffset: -1 });
    }
    at = prepared.tail;
  }
  // Taking the image asks PRAGMA page_count.
  native.sqlite3_set_authorizer(connection.db, 0, 0);
  if (native.sqlite3_get_autocommit(connection.db) === 0) {
    throw new DatabaseImportError(
      'The dump begins a transaction and never commits it: its end is missing. Get the whole file, or add COMMIT; as its last line.',
    );
  }
}

/** How dumps declare a virtual table apart from the tables in which it keeps its rows. */
const DECLARED_APART =
  /INSERT\s+INTO\s+sqlite_(?:master|schema)\b[^;']{0,100}'table'\s*,\s*'((?:[^']|''){1,100})'[^;]{0,200}?CREATE VIRTUAL TABLE/gi;

/**
 * Some programs dump the rows of such a table as well, before SQLite knows more of it than its declaration. Where an
 * INSERT that failed for that ends, in bytes; null for any other.
 */
function repeatedInserts(text: string): (failure: Failure, from: number) => number | null {
  const apart = new Set(Array.from(text.matchAll(DECLARED_APART), ([, name = '']) => name.replaceAll("''", "'")));
  let bytes: Uint8Array | null = null;
  return ({ message }, from) => {
    const name = /^no such table: (?:main\.)?(.+)$/.exec(message)?.[1];
    if (name === undefined || !apart.has(name)) return null;
    bytes ??= new TextEncoder().encode(text);
    // A longer statement than that is an error like any other.
    const statement = new TextDecoder().decode(bytes.subarray(from, from + 200_000));
    const end = lexCode(statement).find((token) => token.text === ';')?.end;
    if (end === undefined || !/^\s*INSERT\b/i.test(statement)) return null;
    return from + new TextEncoder().encode(statement.slice(0, end)).byteLength;
  };
}

function runToEnd(connection: Connection, statement: number): number {
  for (;;) {
    const code = connection.runtime.native.sqlite3_step(statement);
    if (code !== CODE.ROW) return code;
  }
}

function dumpError(text: string, from: number, failure: Failure, end = Infinity): DatabaseImportError {
  const bytes = new TextEncoder().encode(text);
  const statementStart = from + leadingBlank(new TextDecoder().decode(bytes.subarray(from, from + 100_000)));
  const errorAt = failure.byteOffset >= 0 ? Math.max(from + failure.byteOffset, statementStart) : statementStart;
  let line = 1;
  for (let at = 0; at < errorAt; at++) if (bytes[at] === 10) line++;
  const excerpt = new TextDecoder()
    .decode(bytes.subarray(statementStart, Math.min(end, statementStart + 400)))
    .replace(/\s+/g, ' ');
  const statement = excerpt.length > 90 ? `${excerpt.slice(0, 90)}…` : excerpt;
  const shown = statement === '' ? '' : ` The statement: ${statement}`;
  return new DatabaseImportError(
    `The dump stops at line ${line.toLocaleString('en')}: ${reason(failure)}${shown} ${remedy(text, failure)}`.trim(),
  );
}

function reason(failure: Failure): string {
  if (failure.code === CODE.NOMEM) return 'the database needs more memory than the sandbox has.';
  if (failure.code === CODE.INTERRUPT) return `the import took longer than ${DEADLINE_MS / 1000} seconds.`;
  return `${failure.message.replace(/\s+/g, ' ')}.`;
}

function remedy(text: string, failure: Failure): string {
  if (failure.code === CODE.NOMEM || failure.code === CODE.INTERRUPT)
    return 'Import it with the sqlite3 command line and open the database file.';
  if (FOREIGN_DUMP.test(text.slice(0, 200_000)))
    return 'It looks like a dump of another database system: convert it to SQLite first.';
  return 'Correct it and open the dump again.';
}

/** Bytes of white space and comments before the statement. */
function leadingBlank(text: string): number {
  const blank = /^(?:\s+|;|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$))*/.exec(text)?.[0] ?? '';
  return new TextEncoder().encode(blank).byteLength;
}
