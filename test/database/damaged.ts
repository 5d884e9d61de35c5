/** Database files with bytes changed. */
import { openTestDatabase, SHOP_SQL } from './helpers.ts';

/** A database file of 40 pages, with bytes changed by `change`. */
export async function databaseFile(change: (bytes: Uint8Array) => void = () => undefined): Promise<Uint8Array> {
  const database = await openTestDatabase(
    `${SHOP_SQL} CREATE TABLE lines (id INTEGER PRIMARY KEY, t TEXT); INSERT INTO lines WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) SELECT i, hex(zeroblob(40)) FROM n; CREATE INDEX by_text ON lines (t)`,
  );
  const bytes = database.image.slice();
  database.close();
  change(bytes);
  return bytes;
}
