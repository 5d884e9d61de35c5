/** From a file or a dump that somebody brings to a database that can be trusted to be one. */
import { messageOf } from '../grpo/message-of.ts';
import { CODE, Connection, QueryError } from './connection.ts';
import { DatabaseImportError } from './errors.ts';
import { distrustSchema } from './sandbox.ts';
import { quoteText } from './schema-queries.ts';
import { sharedSqlite } from './sqlite.ts';

/** The bytes of a SQLite file or of a `.sql` dump in UTF-8; or the text of a dump. */
export type DatabaseSource = Uint8Array | string;

/** Larger files leave too little of the sandbox's memory for running queries. */
const MAX_DATABASE_BYTES = 160e6;
/** The same for dumps: text, tables and the finished image are in memory at once. */
const MAX_DUMP_BYTES = 64e6;

/** Bound on the damage check: large files are checked as far as this goes. */
const CHECK_BUDGET = { steps: 50e6, milliseconds: 2000 };

/** What the check says where a collation, function or module of another program is needed, and its name. */
const NOT_HERE = /^(?:no such (?:collation sequence|function|module)|unknown function): (.+?)(?:\(\))?$/;

/** SQLite's own. Its list of them cannot be asked: it holds every name that a schema mentions. */
const COLLATIONS: ReadonlySet<string> = new Set(['BINARY', 'NOCASE', 'RTRIM']);

/** Findings of quick_check about what rows say, not about whether the file can be read. */
const CONTENT_FINDING = /^(NULL value in|CHECK constraint failed|non-\w+ value in|\w+ value in|non-unique entry)/;

const MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;

/** A checked database image and what a reader should know about how it came about. */
export interface CheckedImage {
  readonly image: Uint8Array;
  readonly notes: readonly string[];
}

/**
 * Checks a source, imports a dump, and leaves the database open, unlocked and read-only.
 * The source's bytes are kept, not copied, where nothing had to be changed.
 *
 * @throws DatabaseImportError when it is no database that can be used here
 */
export async function importDatabase(
  source: DatabaseSource,
): Promise<CheckedImage & { readonly connection: Connection }> {
  const { image, notes } =
    typeof source === 'string' || looksLikeText(source)
      ? { image: await importDump(source), notes: [] }
      : checkHeader(source);
  const connection = await openImage(image);
  try {
    return { image, notes: [...notes, ...checkContents(connection)], connection };
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Opens an image that was checked before. */
export async function openImage(image: Uint8Array): Promise<Connection> {
  const connection = new Connection(await sharedSqlite());
  try {
    connection.load(image);
    distrustSchema(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw new DatabaseImportError(`The database could not be opened: ${messageOf(error)}. Try a smaller one.`, {
      cause: error,
    });
  }
}

/**
 * What the first 100 bytes say (https://sqlite.org/fileformat2.html#the_database_header).
 *
 * @throws DatabaseImportError
 */
function checkHeader(bytes: Uint8Array): CheckedImage {
  if (bytes.byteLength === 0)
    throw new DatabaseImportError(
      'The file is empty (0 bytes). The download or copy may have failed: get the file again.',
    );
  if (ascii(bytes, 0, MAGIC.length) !== MAGIC) throw new DatabaseImportError(notADatabase(bytes));
  const tooLarge = whyTooLarge(bytes.byteLength);
  if (tooLarge !== null) throw new DatabaseImportError(tooLarge);
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const complete = bytes.byteLength >= HEADER_BYTES;
  const pageSize = complete ? (header.getUint16(16) === 1 ? 65_536 : header.getUint16(16)) : 0;
  // The page count is only meant when the change counter agrees with the version that wrote it.
  const expected = complete && header.getUint32(24) === header.getUint32(92) ? pageSize * header.getUint32(28) : 0;
  if (!complete || bytes.byteLength < expected) {
    throw new DatabaseImportError(
      `The file is cut off: it has ${bytes.byteLength.toLocaleString('en')} bytes, a SQLite file like this has ${Math.max(expected, 512).toLocaleString('en')}. Get the file again.`,
    );
  }
  const encoding = header.getUint32(56);
  if (encoding === 2 || encoding === 3) {
    throw new DatabaseImportError(
      'The database stores its text as UTF-16, which SQLite for the web cannot read. Convert it: sqlite3 old.db .dump > dump.sql, remove a line with PRAGMA encoding, then open dump.sql here.',
    );
  }
  if (bytes[18] !== 2 && bytes[19] !== 2) return { image: bytes, notes: [] };
  // Write-ahead logging needs a second file, which is not here; without these marks the main file opens by itself.
  const image = new Uint8Array(bytes); // not slice(), which shares memory when it is Node's Buffer
  image[18] = 1;
  image[19] = 1;
  return {
    image,
    notes: [
      'The database uses write-ahead logging (WAL). Changes that are still in its “-wal” file are not in the file you opened; to include them, run PRAGMA wal_checkpoint(TRUNCATE) where the database lives and open it again.',
    ],
  };
}

function notADatabase(bytes: Uint8Array): string {
  const start = ascii(bytes, 0, 4);
  if (start.startsWith('PK'))
    return 'The file is a ZIP archive, not a SQLite database. Unpack it and open the database inside.';
  if (start.startsWith('\x1f\x8b')) return 'The file is compressed with gzip. Unpack it and open the database inside.';
  if (start.startsWith('\xff\xfe') || start.startsWith('\xfe\xff'))
    return 'The file is UTF-16 text. If it is an SQL dump, save it as UTF-8 and open it again.';
  if (isText(bytes))
    return 'The file is text, but neither a SQLite database nor an SQL dump with CREATE TABLE. Import a table of values with the sqlite3 command line (.import) first.';
  return 'The file is not a SQLite database, or it is encrypted. Open a file that begins with “SQLite format 3”, or an SQL dump.';
}

/**
 * The first query tells whether the bytes are a database; the check tells whether its pages are whole. Returns what a
 * reader should know of a database that is.
 */
function checkContents(connection: Connection): string[] {
  connection.meter.start(CHECK_BUDGET.steps, CHECK_BUDGET.milliseconds);
  try {
    const [row] = connection.query(
      "SELECT count(*) FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    );
    if (row?.[0] === 0)
      throw new DatabaseImportError(
        'The database holds no tables. Open one that does, or an SQL dump with CREATE TABLE.',
      );
    return checkPages(connection);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const { code } = error.failure;
    if (code === CODE.INTERRUPT || code === CODE.NOMEM) return []; // checked as far as the budget went
    if (code === CODE.NOTADB)
      throw new DatabaseImportError(
        'The file begins like a SQLite database, but its header makes no sense: it is damaged or encrypted. Get the file again.',
        { cause: error },
      );
    throw new DatabaseImportError(damaged(error.message), { cause: error });
  }
}

/** The whole in one, or table by table where the check of the whole needs what only another program has. */
function checkPages(connection: Connection): string[] {
  const missing = unknownCollations(connection);
  try {
    findDamage(connection, 'PRAGMA quick_check(20)');
    return noteOf(missing);
  } catch (error) {
    if (!(error instanceof QueryError) || !NOT_HERE.test(error.message)) throw error;
  }
  const tables = connection.query(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
  );
  for (const [name] of tables) {
    try {
      findDamage(connection, `PRAGMA quick_check(${quoteText(String(name))})`);
    } catch (error) {
      if (!(error instanceof QueryError) || !NOT_HERE.test(error.message)) throw error;
      missing.add(NOT_HERE.exec(error.message)?.[1] ?? error.message);
    }
  }
  return noteOf(missing);
}

/** Orders of texts that the tables declare and SQLite does not have: nothing needs them before something is sorted. */
function unknownCollations(connection: Connection): Set<string> {
  const declared = connection.query("SELECT sql FROM sqlite_schema WHERE sql LIKE '%collate%'").flatMap(([sql]) => {
    return Array.from(String(sql).matchAll(/\bCOLLATE\s+["'`[]?([\w$\u0080-\uffff]+)/gi), ([, name = '']) => name);
  });
  return new Set(declared.filter((name) => !COLLATIONS.has(name.toUpperCase())));
}

function noteOf(missing: ReadonlySet<string>): string[] {
  if (missing.size === 0) return [];
  return [
    `This database needs ${[...missing].map((name) => `“${name}”`).join(', ')}, ${missing.size === 1 ? 'a collation (an order of texts), function or module' : 'collations (orders of texts), functions or modules'} of the application that made it. Everything else can be asked; queries that need ${missing.size === 1 ? 'it' : 'one of them'} fail and say so.`,
  ];
}

function findDamage(connection: Connection, check: string): void {
  const findings = connection.query(check).map(([finding]) => String(finding));
  const damage = findings.find((finding) => finding !== 'ok' && !CONTENT_FINDING.test(finding));
  if (damage !== undefined) throw new DatabaseImportError(damaged(damage));
}

function damaged(detail: string): string {
  // The first of what may be twenty findings, behind a line that names the database.
  const [first = ''] = detail.split('\n').filter((line) => !line.startsWith('***'));
  return `The database is damaged; SQLite says: ${first.trim()}. Get the file again, or save what can be saved with sqlite3 old.db .recover and open that.`;
}

/** Why a file of so many bytes cannot be opened, whatever is in it; null where it may be. To ask before reading it. */
export function whyTooLarge(bytes: number): string | null {
  return bytes <= MAX_DATABASE_BYTES
    ? null
    : `The database has ${megabytes(bytes)} MB; up to ${megabytes(MAX_DATABASE_BYTES)} MB fit into the sandbox's memory. Bring a copy with fewer rows.`;
}

async function importDump(source: DatabaseSource): Promise<Uint8Array> {
  const size = typeof source === 'string' ? source.length : source.byteLength;
  if (size > MAX_DUMP_BYTES) {
    throw new DatabaseImportError(
      `The dump has ${megabytes(size)} MB; up to ${megabytes(MAX_DUMP_BYTES)} MB can be imported. Load it with the sqlite3 command line and open the database file.`,
    );
  }
  const sql = typeof source === 'string' ? source : new TextDecoder().decode(source);
  if (sql.trim() === '')
    throw new DatabaseImportError('The dump is empty. Open a file with CREATE TABLE and INSERT statements.');
  const connection = new Connection(await sharedSqlite());
  try {
    // Not needed for files: fetched when a dump is opened.
    const { runDump } = await import('./dump.ts');
    runDump(connection, sql);
    return connection.image();
  } finally {
    connection.close();
  }
}

/** A dump brought as bytes: text, with a CREATE somewhere. */
function looksLikeText(bytes: Uint8Array): boolean {
  return (
    bytes.byteLength > 0 &&
    isText(bytes) &&
    /\bcreate\s+(temp\w*\s+|virtual\s+)?(table|view)\b/i.test(
      new TextDecoder().decode(bytes.subarray(0, MAX_DUMP_BYTES)),
    )
  );
}

/** Valid UTF-8 without control characters, as far as the first 4,096 bytes show. */
function isText(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 4096);
  // A character may be cut in two at the end.
  const text = new TextDecoder().decode(start, { stream: true });
  for (const character of text) {
    if (character === '\ufffd' || (character < ' ' && !'\t\n\f\r'.includes(character))) return false;
  }
  return true;
}

function ascii(bytes: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + length));
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 });
}
