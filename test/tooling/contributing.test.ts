import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const text = readFileSync(`${ROOT}CONTRIBUTING.md`, 'utf8');

test('CONTRIBUTING.md names files and folders that are there', () => {
  const named = [...text.matchAll(/`(?:[^`]* )?((?:src|test|scripts|docs)\/[\w./-]+)[^`*]*`/g)].map(([, path]) => path);
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((path) => !existsSync(ROOT + path))).toEqual([]);
});

test('and commands that package.json has', () => {
  const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { scripts: Record<string, string> };
  const commands = [...text.matchAll(/npm (?:run (?:--silent )?)?(start|test|format|bench|lab|build)\b/g)].map(
    ([, name]) => name,
  );
  expect(commands.length).toBeGreaterThan(6);
  expect(commands.filter((name) => scripts[name ?? ''] === undefined)).toEqual([]);
});
