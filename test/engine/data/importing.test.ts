import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SqliteDatabase } from '../../../src/database/sqlite-database.ts';
import type { ImportChange, ImportProgress, ImportView } from '../../../src/engine/data/data-protocol.ts';
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
    expect(view.keys).toEqual([{ id: '1.1 0.0', from: 'orders.customer_id', to: 'customers.id', on: true }]);
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
    const view = await one.read([CUSTOMERS, ORDERS], tell, never);
    const off = await one.change({ of: 'key', key: view.keys[0]?.id ?? '', on: false }, tell, never);
    expect(off.keys[0]?.on).toBe(false);
    expect((await one.build(tell, never)).notes).toEqual(['Made of customers.csv, orders.csv.']);
    await expect(one.change({ of: 'reading', table: 0, column: 1, reading: 'integer' }, tell, never)).rejects.toThrow(
      '“Ann” in line 2 is none',
    );
    const text = await one.change({ of: 'reading', table: 0, column: 0, reading: 'text' }, tell, never);
    expect([text.tables[0]?.columns[0]?.reading, text.keys]).toEqual(['text', []]);
    const plain = await one.change({ of: 'header', table: 1, header: false }, tell, never);
    expect([plain.tables[1]?.rowCount, plain.tables[1]?.columns.map(({ name }) => name)]).toEqual([
      3,
      ['column_1', 'column_2', 'column_3'],
    ]);
  });

  it('gives back what was chosen before, once the first row is read again as it was', async () => {
    const one = importing();
    const before = await one.read([CUSTOMERS, ORDERS], tell, never);
    await one.change({ of: 'key', key: before.keys[0]?.id ?? '', on: false }, tell, never);
    await one.change({ of: 'reading', table: 1, column: 0, reading: 'text' }, tell, never);
    const chosen = await one.change({ of: 'name', table: 1, column: 2, name: 'sum' }, tell, never);
    const without = await one.change({ of: 'header', table: 1, header: false }, tell, never);
    expect(without.tables[1]?.columns[2]?.name).toBe('column_3');
    expect(await one.change({ of: 'header', table: 1, header: true }, tell, never)).toEqual(chosen);
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
    await expect(one.change({ of: 'header', table: 0, header: false }, tell, never)).rejects.toThrow('are its own');
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

  describe('names and tables', () => {
    const name = (table: number, column: number | null, text: string): ImportChange => ({
      of: 'name',
      table,
      column,
      name: text,
    });
    const read = async (): Promise<Importing> => {
      const one = importing();
      await one.read([CUSTOMERS, ORDERS], tell, never);
      return one;
    };
    const namesOf = ({ tables }: ImportView): string[] => tables.map((table) => table.name);

    it('are cleaned as those of files are, and refused in words where they are empty or there already', async () => {
      const one = await read();
      const view = await one.change(name(0, null, ' our customers! '), tell, never);
      expect(namesOf(view)).toEqual(['our_customers', 'orders']);
      await expect(one.change(name(0, null, ' ?! '), tell, never)).rejects.toThrow(
        'A table needs a name with a letter',
      );
      await expect(one.change(name(0, null, 'ORDERS'), tell, never)).rejects.toThrow('Another table is called ORDERS.');
      await expect(one.change(name(1, 2, 'Order ID'), tell, never)).rejects.toThrow('Another column of this table is');
      expect(one.view()).toEqual(view);
      // Its own in other letters is no other.
      expect(namesOf(await one.change(name(1, null, 'Orders'), tell, never))).toEqual(['our_customers', 'Orders']);
    });

    it('keep the keys that the names in the file say, and bring those that the new ones say', async () => {
      const one = await read();
      await one.change(name(0, null, 'people'), tell, never);
      const kept = await one.change(name(1, 1, 'buyer'), tell, never);
      expect(kept.keys).toMatchObject([{ from: 'orders.buyer', to: 'people.id', on: true }]);
      const odd = importing();
      const none = await odd.read([new File(['id,name\n1,Ann\n2,Bob\n'], 'export (3).csv'), ORDERS], tell, never);
      expect(none.keys).toEqual([]);
      const said = await odd.change(name(0, null, 'customers'), tell, never);
      expect(said.keys).toMatchObject([{ from: 'orders.customer_id', to: 'customers.id' }]);
    });

    it('a table is left out with its keys, which come back with it as they were; one table stays', async () => {
      const one = await read();
      const off = await one.change({ of: 'key', key: '1.1 0.0', on: false }, tell, never);
      const without = await one.change({ of: 'taken', table: 0, taken: false }, tell, never);
      expect([without.tables.map(({ taken }) => taken), without.keys]).toEqual([[false, true], []]);
      await expect(one.change({ of: 'taken', table: 1, taken: false }, tell, never)).rejects.toThrow(
        'One table has to stay',
      );
      const { image, notes } = await one.build(tell, never);
      expect(notes).toEqual(['Made of orders.csv.']);
      const database = await SqliteDatabase.open(image);
      expect(database.schema.tables.map((table) => table.name)).toEqual(['orders']);
      database.close();
      expect(await one.change({ of: 'taken', table: 0, taken: true }, tell, never)).toEqual(off);
    });

    it('a table may have the name of one that is left out, which then comes back under another', async () => {
      const one = await read();
      await one.change({ of: 'taken', table: 0, taken: false }, tell, never);
      await one.change(name(1, null, 'customers'), tell, never);
      await expect(one.change({ of: 'taken', table: 0, taken: true }, tell, never)).rejects.toThrow(
        'Another table is called customers by now. Rename that one first.',
      );
      await one.change(name(1, null, 'orders'), tell, never);
      expect((await one.change({ of: 'taken', table: 0, taken: true }, tell, never)).tables[0]?.taken).toBe(true);
    });

    const files = [CUSTOMERS, ORDERS, new File(['id,customers_id\n1,1\n'], 'notes.csv')];
    const place = fc.nat({ max: 2 });
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.constantFrom('id', 'ID', 'orders', 'Notes'));
    const change: fc.Arbitrary<ImportChange> = fc.oneof(
      fc.record({ of: fc.constant('name' as const), table: place, column: fc.option(place), name: text }),
      fc.record({ of: fc.constant('taken' as const), table: place, taken: fc.boolean() }),
      fc.record({ of: fc.constant('header' as const), table: place, header: fc.boolean() }),
      fc.record({ of: fc.constant('key' as const), key: fc.constantFrom('1.1 0.0', '2.1 0.0'), on: fc.boolean() }),
    );

    it('whatever is changed, the database that is built has the tables, columns and keys that are shown', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
          const one = importing();
          let view = await one.read(files, tell, never);
          for (const each of changes) {
            try {
              view = await one.change(each, tell, never);
            } catch (error) {
              // Refused, and nothing is changed.
              expect((error as Error).name).toMatch(/^(DatasetError|RangeError)$/);
              expect(one.view()).toEqual(view);
            }
          }
          const database = await SqliteDatabase.open((await one.build(tell, never)).image);
          const built = database.schema.tables;
          database.close();
          const shown = view.tables.filter(({ taken }) => taken);
          const columnsOf = (table: {
            readonly name: string;
            readonly columns: readonly { readonly name: string }[];
          }) => [table.name, ...table.columns.map((column) => column.name)];
          const alphabetic = (a: string[], b: string[]): number => (a.join() < b.join() ? -1 : 1);
          expect(built.map(columnsOf).sort(alphabetic)).toEqual(shown.map(columnsOf).sort(alphabetic));
          const keys = built.flatMap((table) =>
            table.foreignKeys.map((key) => `${table.name}.${key.columns[0]} ${key.toTable}.${key.toColumns[0]}`),
          );
          expect(keys.sort()).toEqual(view.keys.flatMap(({ from, to, on }) => (on ? [`${from} ${to}`] : [])).sort());
        }),
        { numRuns: 60 },
      );
    });
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
