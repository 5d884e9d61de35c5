import { expect, test } from 'vitest';
import { absentRow, holds, inTurn, median, pairedRow, tableOf } from '../bench/rows.ts';

test('the median is the middle, or between the two in the middle', () => {
  expect([median([]), median([3]), median([9, 1, 5]), median([8, 1, 2, 4])]).toEqual([null, 3, 5, 3]);
});

test('two checkouts are measured in turn, one alone as often', async () => {
  const order: string[] = [];
  const measure = (root: string): Promise<number> => Promise.resolve(order.push(root));
  expect(await inTurn({ here: 'a', beside: 'b' }, 2, measure)).toEqual({ here: [1, 3], beside: [2, 4] });
  expect(order).toEqual(['a', 'b', 'a', 'b']);
  expect(await inTurn({ here: 'a', beside: null }, 2, measure)).toEqual({ here: [5, 6], beside: [] });
});

test('a ratio is that of pairs, and what was not measured has none', () => {
  const row = { what: 'x', unit: 'ms', aim: { of: 'ratio', most: 0.35 } } as const;
  const paired = pairedRow(row, { here: [10, 30, 90], beside: [100, 100, 100] }, (ms) => ms);
  expect([paired.here, paired.beside, paired.ratio, holds(paired)]).toEqual([30, 100, 0.3, true]);
  const alone = pairedRow(row, { here: [10], beside: [] }, (ms) => ms);
  expect([alone.here, alone.beside, alone.ratio, holds(alone)]).toEqual([10, null, null, null]);
  const gone = pairedRow(row, { here: [null], beside: [100] }, (ms) => ms);
  expect([gone.here, gone.ratio, holds(gone)]).toEqual([null, null, null]);
});

test('the table shows figures, ratios, aims and what is absent', () => {
  const lines = tableOf([
    { what: 'fonts', unit: 'kB', here: 55, beside: 140, aim: { of: 'figure', most: 60 } },
    { what: 'entropy', unit: '', here: '3 / 2', beside: null },
    { what: 'slow', unit: '×', here: 3.04, beside: 5.9, aim: { of: 'figure', most: 3 } },
    absentRow('another dataset', 'give one: --dataset DIR'),
  ]);
  expect(lines.map((line) => line.split('|').map((cell) => cell.trim()))).toEqual([
    ['', 'measure', 'here', 'beside', 'ratio', 'aim', 'holds', 'note', ''],
    ['', '---------------', '-------', '------', '-----', '-------', '-----', '-----------------------', ''],
    ['', 'fonts', '55.0 kB', '140 kB', '0.39', '≤ 60 kB', 'yes', '', ''],
    ['', 'entropy', '3 / 2', '–', '–', '', '', '', ''],
    ['', 'slow', '3.04 ×', '5.90 ×', '0.52', '≤ 3 ×', 'NO', '', ''],
    ['', 'another dataset', '–', '–', '–', '', '', 'give one: --dataset DIR', ''],
  ]);
});
