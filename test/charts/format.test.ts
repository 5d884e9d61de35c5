import { expect, test } from 'vitest';
import {
  bytes,
  decimal,
  duration,
  inWords,
  plural,
  share,
  signed,
  signedChange,
  tickLabel,
} from '../../src/charts/format.ts';

test('numbers carry a true minus sign, and nothing is ever minus zero', () => {
  expect([1.049, -1.286, -0.001, 0].map((value) => signed(value))).toEqual(['+1.05', '−1.29', '0.00', '0.00']);
  expect(decimal(-0.0004, 3)).toBe('0.000');
  expect(decimal(Number.NaN)).toBe('–');
});

test('small changes keep a digit that says something', () => {
  expect([0.15, 0.004, -0.0004, 0].map(signedChange)).toEqual(['+0.15', '+0.004', '−0.0004', '0.00']);
});

test('weights, ticks and counts', () => {
  expect([0.2, 0.35, 1].map(share)).toEqual(['.20', '.35', '1.00']);
  expect([0, 0.5, 1, -1, 0.05].map(tickLabel)).toEqual(['0', '0.5', '1', '−1', '0.05']);
  expect([plural(1, 'row'), plural(2400, 'row'), inWords(4), inWords(32)]).toEqual([
    '1 row',
    '2,400 rows',
    'four',
    '32',
  ]);
});

test('sizes have decimal prefixes, and none is a thousand of its unit', () => {
  expect([0, 1, 912, 640e3, 875.6e6, 999.6e6, 1.63e9, 9.96e9, 12e9, Number.NaN].map(bytes)).toEqual([
    '0 bytes',
    '1 byte',
    '912 bytes',
    '640 kB',
    '876 MB',
    '1.0 GB',
    '1.6 GB',
    '10 GB',
    '12 GB',
    '–',
  ]);
});

test('waits are told in the unit that fits', () => {
  expect([0.2, 23.4, 99.4, 150, 3_590, 3_900, Infinity].map(duration)).toEqual([
    '1 s',
    '23 s',
    '99 s',
    '3 min',
    '1 h 0 min',
    '1 h 5 min',
    '–',
  ]);
});
