import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeAll } from '../../src/cli/files.ts';
import { newFolder } from './run.ts';

it('writes all files, over what was there', () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'a'), 'old', { mode: 0o600 });
  writeAll([
    { path: join(folder, 'a'), text: 'new a' },
    { path: join(folder, 'b'), text: 'new b' },
  ]);
  expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('new a');
  expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('new b');
  expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual(['a', 'b']);
});

it('writes none when one cannot be written', () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'a'), 'old');
  expect(() =>
    writeAll([
      { path: join(folder, 'a'), text: 'new' },
      { path: join(folder, 'gone', 'b'), text: 'new' },
    ]),
  ).toThrow(/Cannot write .*no such file or folder/);
  expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('old');
  expect(existsSync(join(folder, 'gone'))).toBe(false);
  expect(readdirSync(folder)).toEqual(['a']);
});
