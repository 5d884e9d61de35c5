/** The rows of the shop as a SQLite file. */
import { readFileSync } from 'node:fs';
import sqlite3InitModule from '@sqlite.org/sqlite-wasm';
import { makeTables, type Cell, type Tables } from './data.ts';

/** The seed of the database that ships with the app. */
export const SHOP_SEED = 20230101;

const SCHEMA = new URL('../../public/datasets/shop/schema.sql', import.meta.url);
const ROWS_PER_INSERT = 200;

/**
 * The shop as the bytes of a SQLite database, made with the pinned SQLite-WASM (its version number is
 * part of the file). The same seed gives the same bytes.
 */
export async function makeDatabase(seed: number): Promise<Uint8Array> {
  const sqlite3 = await sqlite3InitModule();
  const db = new sqlite3.oo1.DB(':memory:');
  try {
    const pointer = db.pointer;
    if (pointer === undefined) throw new Error('the database did not open');
    const sql = `${readFileSync(SCHEMA, 'utf8')}\n${insertsOf(makeTables(seed))}\nVACUUM;`;
    const code = sqlite3.capi.sqlite3_exec(pointer, sql, 0, 0, 0);
    if (code !== 0) throw new Error(`SQLite says: ${sqlite3.capi.sqlite3_errmsg(pointer)}`);
    return sqlite3.capi.sqlite3_js_db_export(pointer);
  } finally {
    db.close();
  }
}

function insertsOf(tables: Tables): string {
  const statements: string[] = [];
  for (const [table, rows] of tables) {
    for (let start = 0; start < rows.length; start += ROWS_PER_INSERT) {
      const values = rows.slice(start, start + ROWS_PER_INSERT).map((row) => `(${row.map(literal).join(', ')})`);
      statements.push(`INSERT INTO ${table} VALUES ${values.join(', ')};`);
    }
  }
  return `BEGIN;\n${statements.join('\n')}\nCOMMIT;`;
}

function literal(cell: Cell): string {
  if (cell === null) return 'NULL';
  if (typeof cell === 'number') return String(cell);
  if (typeof cell === 'string') return `'${cell.replaceAll("'", "''")}'`;
  return (cell.euros / 100).toFixed(2);
}
