/** Builds a SQLite file from tables of values, in one transaction. */
import { messageOf } from '../grpo/message-of.ts';
import type { SqlValue } from '../grpo/types.ts';
import { CODE, Connection } from './connection.ts';
import { DatabaseImportError } from './errors.ts';
import { sharedSqlite } from './sqlite.ts';

export interface TableToBuild {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: 'INTEGER' | 'REAL' | 'TEXT' }[];
  readonly primaryKey: string | null;
  readonly foreignKeys: readonly { readonly column: string; readonly toTable: string; readonly toColumn: string }[];
  readonly rowCount: number;
  /** One value for each column. */
  readonly row: (index: number) => readonly SqlValue[];
}

/** Rows between two pauses. */
const BATCH = 1000;

/** Asked now and then, with the rows that are in; what it rejects with ends the building. */
export type Pause = (rows: number) => Promise<void>;

/**
 * The bytes of a new SQLite file.
 *
 * @throws DatabaseImportError where it does not fit into the sandbox's memory, or SQLite refuses it
 */
export async function buildDatabase(tables: readonly TableToBuild[], pause: Pause): Promise<Uint8Array> {
  const connection = new Connection(await sharedSqlite());
  connection.meter.start(Infinity, Infinity);
  try {
    connection.query('BEGIN');
    let rows = 0;
    for (const table of tables) {
      connection.query(createTable(table));
      await fill(connection, table, (added) => pause(rows + added));
      rows += table.rowCount;
    }
    connection.query('COMMIT');
    return connection.image();
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    throw new DatabaseImportError(
      `The database could not be built; SQLite says: ${messageOf(error)}. Bring fewer rows, or columns.`,
      { cause: error },
    );
  } finally {
    connection.close();
  }
}

const quoted = (name: string): string => `"${name.replace(/"/g, '""')}"`;

function createTable({ name, columns, primaryKey, foreignKeys }: TableToBuild): string {
  const parts = columns.map((column) => {
    const key = column.name === primaryKey ? ` PRIMARY KEY${column.type === 'INTEGER' ? '' : ' NOT NULL'}` : '';
    return `${quoted(column.name)} ${column.type}${key}`;
  });
  for (const { column, toTable, toColumn } of foreignKeys)
    parts.push(`FOREIGN KEY (${quoted(column)}) REFERENCES ${quoted(toTable)} (${quoted(toColumn)})`);
  return `CREATE TABLE ${quoted(name)} (\n  ${parts.join(',\n  ')}\n)`;
}

async function fill(connection: Connection, table: TableToBuild, pause: Pause): Promise<void> {
  const { native } = connection.runtime;
  const slots = table.columns.map(() => '?').join(', ');
  const length = connection.write(`INSERT INTO ${quoted(table.name)} VALUES (${slots})`);
  const prepared = connection.prepareAt(0, length);
  if ('code' in prepared) throw new Error(prepared.message);
  const { statement } = prepared;
  try {
    for (let index = 0; index < table.rowCount; index++) {
      for (const [column, value] of table.row(index).entries()) connection.bind(statement, column + 1, value);
      const code = native.sqlite3_step(statement);
      if (code !== CODE.DONE) throw new Error(connection.failure(code).message);
      native.sqlite3_reset(statement);
      if (index % BATCH === BATCH - 1) await pause(index + 1);
    }
  } finally {
    native.sqlite3_finalize(statement);
  }
  await pause(table.rowCount);
}
