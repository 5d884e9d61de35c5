import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkNotes,
  NO_NOTES,
  NOTE_LIMITS,
  notedKey,
  sameKey,
  withDescriptions,
  withKey,
  withNotes,
  withoutKey,
  type Described,
  type SchemaNotes,
} from '../../src/grpo/schema-notes.ts';
import type { ForeignKey, NotedKey, Schema, Table } from '../../src/grpo/types.ts';

const table = (name: string, columns: readonly string[], foreignKeys: readonly ForeignKey[] = []): Table => ({
  name,
  kind: 'table',
  rowCount: 1,
  columns: columns.map((column) => ({ name: column, type: 'INTEGER', primaryKey: column === 'id', notNull: false })),
  foreignKeys,
});
const FILE: Schema = {
  tables: [
    table(
      'orders',
      ['id', 'customer_id', 'ship_to', 'a', 'b'],
      [
        { columns: ['customer_id'], toTable: 'customers', toColumns: ['id'] },
        { columns: ['a', 'b'], toTable: 'pairs', toColumns: ['a', 'b'] },
      ],
    ),
    table('customers', ['id', 'name', 'chief']),
    table('pairs', ['a', 'b']),
  ],
  profiles: [],
};
const GUESS: NotedKey = { table: 'orders', column: 'customer_id', toTable: 'customers', toColumn: 'id' };
const SHIP: NotedKey = { ...GUESS, column: 'ship_to' };
const GUESSED: SchemaNotes = { ...NO_NOTES, guessed: [GUESS] };

const keysIn = (schema: Schema): string[] =>
  schema.tables.flatMap(({ name, foreignKeys }) =>
    foreignKeys.map(
      ({ columns, toTable, toColumns, by = 'file' }) =>
        `${name}(${columns.join()})→${toTable}(${toColumns.join()}) ${by}`,
    ),
  );

describe('keys', () => {
  it('that the import guessed say so; removed they are gone, and taken back they are there as before', () => {
    expect(keysIn(withNotes(FILE, GUESSED))).toEqual([
      'orders(customer_id)→customers(id) guess',
      'orders(a,b)→pairs(a,b) file',
    ]);
    const without = withoutKey(GUESSED, GUESS);
    const schema = withNotes(FILE, without);
    expect(keysIn(schema)).toEqual(['orders(a,b)→pairs(a,b) file']);
    expect(schema.noKeys).toEqual([GUESS]);
    expect(withKey(schema, without, GUESS)).toEqual(GUESSED);
  });

  it('that the database declares are not removed', () => {
    expect(keysIn(withNotes(FILE, withoutKey(NO_NOTES, GUESS)))).toEqual(keysIn(FILE));
  });

  it('that a reader adds stand behind the others; twice, backwards and to nowhere they are refused', () => {
    const notes = withKey(withNotes(FILE, GUESSED), GUESSED, SHIP);
    const schema = withNotes(FILE, notes);
    expect(keysIn(schema)[2]).toBe('orders(ship_to)→customers(id) reader');
    expect(() => withKey(schema, notes, SHIP)).toThrow('This key is there already.');
    expect(() =>
      withKey(schema, notes, { table: 'customers', column: 'id', toTable: 'orders', toColumn: 'ship_to' }),
    ).toThrow('This key is there already.');
    expect(() => withKey(schema, notes, { ...SHIP, column: 'nope' })).toThrow('There is no column orders.nope here.');
    expect(() => withKey(schema, notes, { ...SHIP, toTable: 'orders', toColumn: 'ship_to' })).toThrow(
      'no key to itself',
    );
    expect(withoutKey(notes, SHIP)).toEqual(GUESSED);
  });

  const columns = FILE.tables.flatMap(({ name, columns }) =>
    columns.map((column) => ({ table: name, column: column.name })),
  );
  const key = fc
    .tuple(fc.constantFrom(...columns), fc.constantFrom(...columns))
    .map(([from, to]): NotedKey => ({ ...from, toTable: to.table, toColumn: to.column }));
  it('added and removed in any order leave no key twice, none both ways, and none that was removed last', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ key, add: fc.boolean() }), { maxLength: 30 }), (acts) => {
        let notes = GUESSED;
        for (const act of acts) {
          const before = withNotes(FILE, notes);
          try {
            notes = act.add ? withKey(before, notes, act.key) : withoutKey(notes, act.key);
          } catch {
            continue;
          }
          checkNotes(FILE, notes);
          const schema = withNotes(FILE, notes);
          const all = schema.tables.flatMap(({ name, foreignKeys }) =>
            foreignKeys.flatMap((one) => notedKey(name, one) ?? []),
          );
          expect(all.filter((one) => sameKey(one, act.key))).toHaveLength(act.add ? 1 : 0);
          expect(
            new Set(all.map((one) => [`${one.table}.${one.column}`, `${one.toTable}.${one.toColumn}`].sort().join()))
              .size,
          ).toBe(all.length);
          // What the database itself declares stays, and so does everything that is no key.
          expect(
            keysIn(schema).at(1) === 'orders(a,b)→pairs(a,b) file' ||
              keysIn(schema)[0] === 'orders(a,b)→pairs(a,b) file',
          ).toBe(true);
          expect(schema.tables.map(({ columns }) => columns)).toEqual(FILE.tables.map(({ columns }) => columns));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('descriptions', () => {
  const NAME: Described = {
    table: 'customers',
    column: 'name',
    called: 'full name',
    description: 'As signed.',
    values: '',
  };

  it('stand with their table or column; an empty one goes', () => {
    const notes = withDescriptions(NO_NOTES, [NAME, { ...NAME, column: null, called: '', description: 'Who buys.' }]);
    const [, customers] = withNotes(FILE, notes).tables;
    expect(customers).toMatchObject({
      description: 'Who buys.',
      columns: [{ name: 'id' }, { called: 'full name' }, {}],
    });
    expect(customers).not.toHaveProperty('called');
    expect(withDescriptions(notes, [{ ...NAME, called: '', description: '' }]).descriptions).toHaveLength(1);
  });

  it('that are too long are refused by name', () => {
    const notes = withDescriptions(NO_NOTES, [{ ...NAME, called: 'x'.repeat(NOTE_LIMITS.called + 1) }]);
    expect(() => checkNotes(FILE, notes)).toThrow(
      'What is said of customers.name has 201 characters, at most 200 are kept.',
    );
  });
});

it('nothing said leaves the very same schema, and what is said of what is not there changes no table', () => {
  expect(withNotes(FILE, NO_NOTES)).toBe(FILE);
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (name, column, text) => {
      fc.pre(!FILE.tables.some((one) => one.name === name));
      const lost: NotedKey = { table: name, column, toTable: 'customers', toColumn: 'id' };
      const notes: SchemaNotes = {
        guessed: [lost],
        added: [lost, { ...GUESS, toTable: name, toColumn: column }],
        removed: [],
        descriptions: [{ table: name, column, called: text, description: text, values: text }],
      };
      expect(withNotes(FILE, notes)).toEqual(FILE);
    }),
  );
});
