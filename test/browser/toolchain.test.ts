import sqlite3InitModule from '@sqlite.org/sqlite-wasm';
import { expect, test } from 'vitest';

test('SQLite starts in a page as plain static hosting serves it: module and .wasm found, no cross-origin isolation', async () => {
  expect(crossOriginIsolated).toBe(false);
  const sqlite3 = await sqlite3InitModule();
  const db = new sqlite3.oo1.DB(':memory:');
  try {
    expect(db.selectValue('SELECT 6 * 7')).toBe(42);
  } finally {
    db.close();
  }
});
