import { expect, test } from 'vitest';
import { fileStem, fileStemOf } from '../../src/grpo/file-stem.ts';

test.each([
  ['North shop (2024)', 'North-shop-2024'],
  ['../../etc/passwd', 'etc-passwd'],
  ['Ventes été.csv', 'Ventes-été-csv'],
  ['売上 2024', '売上-2024'],
  ['???', 'data'],
  ['', 'data'],
])('what no file system refuses: %s', (title, stem) => {
  expect(fileStem(title)).toBe(stem);
});

test('long titles are cut between characters, and do not end in a dash', () => {
  expect(fileStem('𝔸'.repeat(70))).toBe('𝔸'.repeat(60));
  expect(fileStem(`${'a'.repeat(59)} b`)).toBe('a'.repeat(59));
});

test('only what a reader brought is called by its title', () => {
  expect(fileStemOf({ name: 'shop', title: 'A shop' })).toBe('shop');
  expect(fileStemOf({ name: 'own-1b2c', title: 'My bakery' })).toBe('My-bakery');
});
