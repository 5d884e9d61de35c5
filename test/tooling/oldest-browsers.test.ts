import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8').replace(/\s+/g, ' ');

test('README, the page without scripts, and the check at the start name the same oldest browsers', () => {
  const named = /Chrome (?:and|or) Edge (\d+), Firefox (\d+), Safari ([\d.]+\d)/g;
  const files = ['README.md', 'index.html', 'src/oldest-browser.ts'];
  const found = files.map((file) => [...read(file).matchAll(named)].map(([, ...versions]) => versions.join(' ')));
  expect(found.every((versions) => versions.length > 0)).toBe(true);
  expect(new Set(found.flat()).size).toBe(1);
});
