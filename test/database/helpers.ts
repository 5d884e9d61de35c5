import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { SHOP_SQL } from './shop.ts';

export { SHOP_SQL };

/** Opens a database in this thread from SQL text. Close it when done. */
export function openTestDatabase(sql: string = SHOP_SQL): Promise<SqliteDatabase> {
  return SqliteDatabase.open(sql);
}
