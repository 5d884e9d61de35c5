import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diagramOf, moreText, type DiagramBox, type DiagramKey } from '../../src/charts/schema-diagram.ts';
import type { Schema } from '../../src/grpo/types.ts';

/** Tables t0, t1, … with that many columns, c0 being the key of each. */
const schemaOf = (columns: readonly number[]): Schema => ({
  tables: columns.map((count, t) => ({
    name: `t${t}`,
    kind: 'table',
    rowCount: 1,
    foreignKeys: [],
    columns: Array.from({ length: count }, (_, c) => ({
      name: `c${c}`,
      type: '',
      primaryKey: c === 0,
      notNull: false,
    })),
  })),
  profiles: [],
});
const keyOf = (from: number, column: number, to: number, by: DiagramKey['by'] = 'database'): DiagramKey => ({
  table: `t${from}`,
  columns: [`c${column}`],
  toTable: `t${to}`,
  toColumns: ['c0'],
  by,
});

const overlap = (a: DiagramBox, b: DiagramBox): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

test('in any schema every table has its box, none over another, and every key its line, all within the drawing', () => {
  const schemas = fc.array(fc.integer({ min: 1, max: 14 }), { minLength: 1, maxLength: 16 }).chain((columns) =>
    fc.tuple(
      fc.constant(columns),
      fc.array(
        fc.record({
          from: fc.nat(columns.length - 1),
          column: fc.nat(13),
          to: fc.nat(columns.length - 1),
          by: fc.constantFrom<DiagramKey['by']>('database', 'guess', 'reader'),
        }),
        { maxLength: 24 },
      ),
    ),
  );
  fc.assert(
    fc.property(schemas, fc.integer({ min: 200, max: 1200 }), ([columns, given], wanted) => {
      const keys = given.map(({ from, column, to, by }) => keyOf(from, column, to, by));
      const schema = schemaOf(columns);
      const drawn = diagramOf(schema, keys, wanted);
      expect(drawn.boxes.map(({ table }) => table).sort()).toEqual(schema.tables.map(({ name }) => name).sort());
      expect(drawn.lines).toHaveLength(keys.length);
      expect(drawn.lines.filter(({ label }) => label !== null)).toHaveLength(
        keys.filter(({ by }) => by === 'guess').length,
      );
      drawn.boxes.forEach((box, i) => {
        expect(drawn.boxes.slice(i + 1).filter((other) => overlap(box, other))).toEqual([]);
        expect(box.x >= 0 && box.y >= 0).toBe(true);
        expect(box.x + box.width <= drawn.width && box.y + box.height <= drawn.height).toBe(true);
        expect(box.rows.length + box.more).toBe(schema.tables.find(({ name }) => name === box.table)?.columns.length);
      });
      for (const { path, label } of drawn.lines) {
        expect(path).toMatch(/^M[-\d.,MC\s]+$/);
        if (label !== null)
          expect(label.x > 0 && label.x < drawn.width && label.y > 0 && label.y < drawn.height).toBe(true);
      }
      expect(diagramOf(schema, keys, wanted)).toEqual(drawn);
    }),
    { numRuns: 60 },
  );
});

test('a line goes from the row of its column to the row of the key', () => {
  const { boxes, lines } = diagramOf(schemaOf([3, 2, 2]), [keyOf(0, 2, 1), keyOf(1, 1, 2), keyOf(0, 1, 2)], 900);
  const [from, , to] = ['t0', 't1', 't2'].map((name) => boxes.find(({ table }) => table === name));
  const ends = (path = ''): number[][] => {
    const numbers = path.match(/-?[\d.]+/g)?.map(Number) ?? [];
    return [numbers.slice(0, 2), numbers.slice(-2)];
  };
  const y = (box: DiagramBox | undefined, row: number): number => (box?.y ?? 0) + 30 + row * 20 + 10;
  expect(ends(lines[2]?.path)).toEqual([
    [(from?.x ?? 0) + (from?.width ?? 0), y(from, 1)],
    [to?.x, y(to, 0)],
  ]);
});

test('of wide tables only keys are shown, and how many columns there are beside', () => {
  const wide = schemaOf(Array.from({ length: 100 }, () => 100));
  const { boxes, width, height } = diagramOf(wide, [keyOf(0, 7, 1)], 700);
  const box = boxes.find(({ table }) => table === 't0');
  expect(box?.rows).toMatchObject([
    { text: 'c0', isKey: true, pointsElsewhere: false },
    { text: 'c7', isKey: false, pointsElsewhere: true },
  ]);
  expect(moreText(box?.more ?? 0, 2)).toBe('and 98 more columns');
  expect(moreText(1, 0)).toBe('1 column');
  // Beside one another as far as there is room.
  expect(width).toBeLessThanOrEqual(700);
  expect(height).toBeLessThan(100 * 100);
});

test('of thousands of keys as many are drawn as can be followed, the surest first, and the rest is counted', () => {
  const schema = schemaOf(Array.from({ length: 100 }, () => 40));
  const guesses = Array.from({ length: 4000 }, (_, i) => keyOf(i % 100, 1 + (i % 39), (i * 7) % 100, 'guess'));
  const sure = Array.from({ length: 20 }, (_, i) => keyOf(i, 3, i + 1));
  const { lines, leftOut } = diagramOf(schema, [...guesses, ...sure], 900);
  expect(lines.length + leftOut).toBe(4020);
  expect(lines.filter(({ guessed }) => !guessed)).toHaveLength(20);
  expect(lines.length).toBeLessThan(400);
});

test('a long name is cut, a key of a table to itself is a loop at its side', () => {
  const schema: Schema = {
    tables: schemaOf([2]).tables.map((table) => ({ ...table, name: 'n'.repeat(200) })),
    profiles: [],
  };
  const name = schema.tables[0]?.name ?? '';
  const key = { ...keyOf(0, 1, 0, 'guess'), table: name, toTable: name };
  const { boxes, lines, width } = diagramOf(schema, [key], 300);
  expect(boxes[0]?.text).toBe(`${'n'.repeat(27)}…`);
  expect(boxes[0]?.width).toBeLessThan(280);
  expect(lines[0]?.label?.x).toBeGreaterThan((boxes[0]?.x ?? 0) + (boxes[0]?.width ?? 0));
  expect(width).toBeGreaterThan(lines[0]?.label?.x ?? Infinity);
});
