/** Small helpers of the dataset tests: run SQL on bytes, compare results, find what ORDER BY sorts by. */
import sqlite3InitModule, { type Database, type SqlValue } from '@sqlite.org/sqlite-wasm';

export type Rows = readonly (readonly SqlValue[])[];

export interface OpenedShop {
  /** All rows of one query; throws what SQLite says. */
  rows(sql: string): Rows;
  close(): void;
}

/** Opens the bytes of a database in memory. */
export async function openBytes(bytes: Uint8Array): Promise<OpenedShop> {
  const sqlite3 = await sqlite3InitModule();
  const db: Database = new sqlite3.oo1.DB(':memory:');
  const pointer = db.pointer;
  if (pointer === undefined) throw new Error('the database did not open');
  const memory = sqlite3.wasm.allocFromTypedArray(new Uint8Array(bytes));
  const flags = sqlite3.capi.SQLITE_DESERIALIZE_FREEONCLOSE;
  const code = sqlite3.capi.sqlite3_deserialize(pointer, 'main', memory, bytes.length, bytes.length, flags);
  if (code !== 0) throw new Error(`SQLite could not read the bytes: ${code}`);
  return {
    rows: (sql) => db.selectArrays(sql),
    close: () => {
      db.close();
    },
  };
}

/** Equal, numbers within 1e-6 relative. */
export function sameValue(a: SqlValue | undefined, b: SqlValue | undefined): boolean {
  if (typeof a === 'number' && typeof b === 'number') {
    return Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a), Math.abs(b));
  }
  return a === b;
}

/** Execution match as the questions mean it: the same multiset of rows for some order of the columns. */
export function sameResult(a: Rows, b: Rows): boolean {
  const width = a[0]?.length ?? 0;
  if (a.length !== b.length || (b[0]?.length ?? 0) !== width) return false;
  return orders(width).some((order) => {
    const right = sorted(b.map((row) => order.map((column) => row[column] ?? null)));
    return sorted(a).every((row, index) => row.every((value, column) => sameValue(value, right[index]?.[column])));
  });
}

function sorted(rows: Rows): Rows {
  const key = (row: readonly SqlValue[]): string =>
    JSON.stringify(row.map((value) => (typeof value === 'number' ? value.toPrecision(7) : value)));
  return [...rows].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

function orders(width: number): number[][] {
  if (width === 0) return [[]];
  return orders(width - 1).flatMap((rest) =>
    Array.from({ length: width }, (_, at) => [...rest.slice(0, at), width - 1, ...rest.slice(at)]),
  );
}

/**
 * For a query that ends in ORDER BY … [LIMIT n [OFFSET m]], a query for its sort keys, one row more than
 * the limit lets through; undefined for a query without ORDER BY. Reads the plain queries of the shop only:
 * throws if the ORDER BY is nested or the query is a DISTINCT or a compound.
 */
export function sortKeyQuery(sql: string): string | undefined {
  const at = sql.lastIndexOf(' ORDER BY ');
  if (at < 0) return undefined;
  const tail = /^ ORDER BY (.*?)(?: LIMIT (\d+)(?: OFFSET (\d+))?)?$/.exec(sql.slice(at));
  const body = sql.slice(sql.indexOf(' FROM '), at);
  const nested = body.split('(').length !== body.split(')').length;
  if (tail === null || nested || /DISTINCT|UNION|INTERSECT|EXCEPT/.test(sql)) throw new Error(`cannot read ${sql}`);
  const [, terms = '', limit, offset] = tail;
  const keys = terms.replaceAll(/ (DESC|ASC)\b/g, '');
  const rows = limit === undefined ? '' : ` LIMIT ${Number(limit) + Number(offset ?? 0) + 1}`;
  return `SELECT ${keys}${body} ORDER BY ${terms}${rows}`;
}
