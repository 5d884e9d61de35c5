import { describe, expect, it } from 'vitest';
import { SqliteDatabase } from '../../../src/database/sqlite-database.ts';
import type { ImportProgress } from '../../../src/engine/data/data-protocol.ts';
import { Importing } from '../../../src/engine/data/importing.ts';

const tell = (): void => undefined;
const never = new AbortController().signal;

const importing = (over: Partial<ConstructorParameters<typeof Importing>[0]> = {}): Importing =>
  new Importing({
    openDatabase: (source) => SqliteDatabase.open(source),
    now: () => performance.now(),
    breathe: () => Promise.resolve(),
    ...over,
  });

const CUSTOMERS = new File(['id,name\n1,Ann\n2,Bob\n'], 'customers.csv');
const ORDERS = new File(['order_id,customer_id,total\n7,1,2.50\n8,2,"1,200.00"\n'], 'orders.csv');

describe('Importing', () => {
  it('reads tables, guesses their key, and builds the database that the view shows', async () => {
    const one = importing();
    const view = await one.read([CUSTOMERS, ORDERS], tell, never);
    expect(view.tables.map(({ name, rowCount }) => [name, rowCount])).toEqual([
      ['customers', 2],
      ['orders', 2],
    ]);
    expect(view.keys).toEqual([{ from: 'orders.customer_id', to: 'customers.id', on: true }]);
    const { image, guessed, removed, notes } = await one.build(tell, never);
    expect({ guessed, removed, notes }).toEqual({
      guessed: [{ table: 'orders', column: 'customer_id', toTable: 'customers', toColumn: 'id' }],
      removed: [],
      notes: ['Made of customers.csv, orders.csv.'],
    });
    const database = await SqliteDatabase.open(image);
    const [joined] = await database.execute([
      'SELECT name, total FROM orders JOIN customers ON customer_id = id ORDER BY total',
    ]);
    expect(joined?.rows).toEqual([
      ['Ann', 2.5],
      ['Bob', 1200],
    ]);
    const orders = database.schema.tables.find(({ name }) => name === 'orders');
    expect(orders?.foreignKeys).toEqual([{ columns: ['customer_id'], toTable: 'customers', toColumns: ['id'] }]);
    database.close();
  });

  it('takes changes of types, headers and keys, and refuses a type that a cell does not fit, with its place', async () => {
    const one = importing();
    await one.read([CUSTOMERS, ORDERS], tell, never);
    const off = await one.change({ of: 'key', key: 0, on: false }, never);
    expect(off.keys[0]?.on).toBe(false);
    expect((await one.build(tell, never)).notes).toEqual(['Made of customers.csv, orders.csv.']);
    await expect(one.change({ of: 'reading', table: 0, column: 1, reading: 'integer' }, never)).rejects.toThrow(
      '“Ann” in line 2 is none',
    );
    const text = await one.change({ of: 'reading', table: 0, column: 0, reading: 'text' }, never);
    expect([text.tables[0]?.columns[0]?.reading, text.keys]).toEqual(['text', []]);
    const plain = await one.change({ of: 'header', table: 1, header: false }, never);
    expect([plain.tables[1]?.rowCount, plain.tables[1]?.columns.map(({ name }) => name)]).toEqual([
      3,
      ['column_1', 'column_2', 'column_3'],
    ]);
  });

  it('opens dumps and SQLite files as they are, in any encoding of the dump', async () => {
    const one = importing();
    const dump = "CREATE TABLE stadt (name TEXT); INSERT INTO stadt VALUES ('Köln');";
    const latin = Uint8Array.from(dump, (c) => c.charCodeAt(0));
    const view = await one.read([new File([latin], 'staedte.sql')], tell, never);
    expect(view.tables[0]).toMatchObject({
      name: 'stadt',
      rowCount: 1,
      columns: [{ name: 'name', type: 'text', samples: ['Köln'] }],
    });
    const { image } = await one.build(tell, never);
    expect((await one.read([new File([image as Uint8Array<ArrayBuffer>], 'x.db')], tell, never)).title).toBe('x');
    await expect(one.change({ of: 'header', table: 0, header: false }, never)).rejects.toThrow('are its own');
  });

  it('takes a file of questions with a database, whichever comes first', async () => {
    const one = importing();
    const dump = new File(['CREATE TABLE t(a);'], 'x.sql');
    const questions = new File(
      ['[{"db_id": "x", "question": "How many?", "query": "SELECT COUNT(*) FROM t"}]'],
      'dev.json',
    );
    for (const files of [
      [dump, questions],
      [questions, dump],
    ]) {
      const view = await one.read(files, tell, never);
      expect(view).toMatchObject({ title: 'x', questions: { source: 'dev.json', count: 1 } });
      expect(files[view.questions?.file ?? -1]).toBe(questions);
    }
    expect((await one.read([CUSTOMERS], tell, never)).questions).toBeNull();
  });

  it('refuses what does not go together', async () => {
    const one = importing();
    const dump = new File(['CREATE TABLE t(a);'], 'x.sql');
    await expect(one.read([dump, CUSTOMERS], tell, never)).rejects.toThrow(
      'What was chosen together with a database is no file of questions. customers.csv, line 1: no column is called “question”.',
    );
    await expect(one.read([CUSTOMERS, dump, ORDERS], tell, never)).rejects.toThrow('together with 2 files. Open one');
    await expect(one.read([dump, dump], tell, never)).rejects.toThrow('Open one database by itself');
    await expect(one.read([], tell, never)).rejects.toThrow('No file was chosen');
    await expect(one.build(tell, never)).rejects.toThrow('No file is open');
    const questions = new File(['question,sql\nHow many?,SELECT 1\n'], 'q.csv');
    await expect(one.read([questions], tell, never)).rejects.toThrow('holds questions, not data');
  });

  it('lets others have their turn, says how far it is, and ends when it is told to', async () => {
    // A clock that moves by itself: every look is 50 ms later.
    let clock = 0;
    const ending = new AbortController();
    const told: ImportProgress[] = [];
    let turns = 0;
    const one = importing({
      now: () => (clock += 50),
      breathe: async () => {
        turns++;
        if (told.at(-1)?.doing === 'Building the database') ending.abort();
      },
    });
    const rows = Array.from({ length: 20_000 }, (_, i) => `${i},${'x'.repeat(100)}`).join('\n');
    await one.read([new File([`id,text\n${rows}\n`], 'big.csv')], (progress) => told.push(progress), ending.signal);
    expect(turns).toBeGreaterThan(5);
    expect(new Set(told.map(({ doing }) => doing))).toEqual(
      new Set(['Reading big.csv', 'Looking at big.csv', 'Looking for keys']),
    );
    expect(told.every(({ share }) => share !== null && share >= 0 && share <= 1)).toBe(true);
    await expect(one.build((progress) => told.push(progress), ending.signal)).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
