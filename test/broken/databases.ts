/** Broken SQLite files and dumps, as the page is given them. */
import { databaseFile } from '../database/damaged.ts';
import { bytesOf, type BrokenInput } from './input.ts';

const encrypted = (): Promise<Uint8Array> =>
  databaseFile((bytes) =>
    bytes.set(
      Uint8Array.from({ length: bytes.length - 16 }, (_, i) => (i * 7919) & 255),
      16,
    ),
  );

const CASES: readonly (readonly [source: string, content: BrokenInput['content'], message: RegExp])[] = [
  ['empty.sqlite', '', /^empty\.sqlite is empty \(0 bytes\)/],
  [
    'noise.sqlite',
    Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) & 255),
    /is neither a SQLite database nor text/,
  ],
  ['zipped.db', bytesOf('PK\x03\x04xxxx'), /is a ZIP archive/],
  ['packed.db', Uint8Array.from([0x1f, 0x8b, 8, 0]), /is compressed with gzip/],
  [
    'cut.db',
    async () => (await databaseFile()).subarray(0, 20_000),
    /^cut\.db: The file is cut off: it has 20,000 bytes/,
  ],
  ['head.db', async () => (await databaseFile()).subarray(0, 60), /^head\.db: The file is cut off: it has 60 bytes/],
  ['wide.db', () => databaseFile((bytes) => (bytes[59] = 2)), /^wide\.db: The database stores its text as UTF-16/],
  [
    'header.db',
    () => databaseFile((bytes) => bytes.fill(0xee, 16, 24)),
    /^header\.db: .*(header makes no sense|cut off)/,
  ],
  ['encrypted.db', encrypted, /^encrypted\.db: .*damaged or encrypted|cut off/],
  ['schema.db', () => databaseFile((bytes) => bytes.fill(0x55, 100, 108)), /^schema\.db: The database is damaged/],
  [
    'page.db',
    () => databaseFile((bytes) => bytes.fill(0x55, bytes.length >> 1, (bytes.length >> 1) + 8192)),
    /^page\.db: The database is damaged; SQLite says/,
  ],
  ['blank.sql', ' \n ', /^blank\.sql: The dump is empty/],
  ['tables.sql', 'CREATE TABLE a (b); DROP TABLE a', /^tables\.sql: The database holds no tables/],
  [
    'syntax.sql',
    'CREATE TABLE a (b);\nINSERT INTO a\n  VALUS (1);',
    /^syntax\.sql: .*line 3: near "VALUS": syntax error/,
  ],
  [
    'twice.sql',
    'CREATE TABLE a (b UNIQUE);\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (1);',
    /^twice\.sql: .*line 3: UNIQUE constraint failed/,
  ],
  ['text.sql', "CREATE TABLE a (b);\nINSERT INTO a VALUES ('x);\n", /^text\.sql: .*line 2: unrecognized token/],
  ['open.sql', 'BEGIN;\nCREATE TABLE a (b);', /^open\.sql: .*never commits/],
  ['attach.sql', "CREATE TABLE a (b);\nATTACH 'x' AS y;", /^attach\.sql: .*ATTACH and DETACH are not allowed/],
  ['load.sql', "CREATE TABLE a (b);\nSELECT load_extension('x');", /^load\.sql: .*no such function: load_extension/],
  ['pragma.sql', "PRAGMA temp_store_directory = 'x';", /^pragma\.sql: .*PRAGMA temp_store_directory is not allowed/],
  [
    'mysql.sql',
    'CREATE TABLE `a` (`b` int NOT NULL AUTO_INCREMENT) ENGINE=InnoDB;',
    /^mysql\.sql: .*another database system/,
  ],
  ['zero.sql', 'CREATE TABLE a (b);\0', /^zero\.sql is no text: byte 20 is a zero/],
];

export const DATABASES: readonly BrokenInput[] = CASES.map(([source, content, message]) => ({
  kind: 'database',
  source,
  content,
  message,
}));
