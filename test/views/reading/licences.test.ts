import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PACKAGES } from '../../../src/views/reading/licences.ts';
import { CHOICES, TERMS } from '../../../src/views/reading/terms.ts';

const read = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

test('every package that ships is named with the licence it states', () => {
  // Svelte's runtime is in the build, though the compiler is a tool.
  const shipped = [...Object.keys(read('package.json')['dependencies'] as object), 'svelte'].sort();
  expect(Object.keys(PACKAGES).sort()).toEqual(shipped);
  for (const [name, licence] of Object.entries(PACKAGES))
    expect(read(`node_modules/${name}/package.json`)['license'], name).toBe(licence);
});

test('every word of the glossary has an address of its own and says where it is from', () => {
  const ids = [...TERMS, ...CHOICES].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, means, source } of TERMS) {
    expect(id).toMatch(/^[a-z0-9-]+$/);
    expect(means.trim()).not.toBe('');
    expect(source.trim()).not.toBe('');
  }
});
