import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundled } from '../../scripts/bundle.mjs';

const SCRIPT = fileURLToPath(new URL('../../scripts/bundle.mjs', import.meta.url));

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bundle-test-'));
  mkdirSync(join(root, 'node_modules'));
  write('main.ts', "import { word } from './word.ts';\nconsole.log(word satisfies string);\n");
  write('word.ts', "export const word: string = 'first';\n");
});
afterEach(() => rmSync(root, { recursive: true }));

function write(name: string, text: string): void {
  writeFileSync(join(root, name), text);
}

const make = () => bundled({ root, entries: { main: 'main.ts' } });

function printed(folder: string): string {
  return spawnSync(process.execPath, [join(folder, 'main.mjs')], { encoding: 'utf8' }).stdout;
}

/** What a process of its own says that makes the bundle and prints its folder, and what is in it then. */
function makeInProcess(): Promise<{ folder: string; files: string[]; stderr: string }> {
  const code = `
    import { readdirSync } from 'node:fs';
    import { bundled } from ${JSON.stringify(SCRIPT)};
    const folder = await bundled({ root: ${JSON.stringify(root)}, entries: { main: 'main.ts' } });
    console.log(JSON.stringify({ folder, files: readdirSync(folder) }));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve) =>
    child.on('close', () => resolve({ ...(JSON.parse(stdout) as { folder: string; files: string[] }), stderr })),
  );
}

test('a bundle is kept until a file of the program has changed', async () => {
  const first = await make();
  expect(printed(first)).toBe('first\n');
  expect(await make()).toBe(first);

  write('unrelated.ts', 'export {};\n');
  expect(await make()).toBe(first);

  write('word.ts', "export const word: string = 'another';\n");
  const second = await make();
  expect(printed(second)).toBe('another\n');
  expect(printed(first), 'whoever runs the old one goes on').toBe('first\n');

  utimesSync(join(root, 'word.ts'), 1, 1);
  expect(await make(), 'an older file in its place is another file too').not.toBe(second);
});

test('calls at the same time all get a whole bundle, and leave nothing else behind', async () => {
  const made = await Promise.all([makeInProcess(), makeInProcess(), makeInProcess()]);
  for (const { folder, files, stderr } of made) {
    expect(stderr).toBe('');
    expect(files).toEqual(['main.mjs', 'main.mjs.map']);
    expect(printed(folder)).toBe('first\n');
  }
  expect(new Set(made.map(({ folder }) => folder)).size).toBe(1);
  expect(readdirSync(join(root, 'node_modules/.cache/grpo-sql-lab'))).toHaveLength(2);
});

test('threads of one process do not meet either', async () => {
  const rounds = 20;
  const thread = `
    import { bundled } from ${JSON.stringify(pathToFileURL(SCRIPT).href)};
    import { parentPort } from 'node:worker_threads';
    const folders = [];
    for (let round = 0; round < ${rounds}; round++)
      folders.push(await bundled({ root: ${JSON.stringify(root)}, entries: { ['main' + round]: 'main.ts' } }));
    parentPort.postMessage(folders);`;
  const address = new URL(`data:text/javascript,${encodeURIComponent(thread)}`);
  const made = Array.from({ length: 4 }, async () => {
    const worker = new Worker(address);
    const [folders] = (await once(worker, 'message')) as [string[]];
    await worker.terminate();
    return folders;
  });
  const [first, ...others] = await Promise.all(made);
  expect(new Set(first).size).toBe(rounds);
  for (const folders of others) expect(folders).toEqual(first);
  expect(readdirSync(join(root, 'node_modules/.cache/grpo-sql-lab'))).toHaveLength(2 * rounds);
});

test('where nothing can be written beside the packages, it is made for the call alone, with a word', async () => {
  write('node_modules/.cache', 'a file where the folder would be');
  const { folder, files, stderr } = await makeInProcess();
  expect(files).toContain('main.mjs');
  expect(stderr).toMatch(/^.*\.cache\/grpo-sql-lab cannot be written \(\w+\): bundled for this call only\.\n$/);
  expect(() => readdirSync(folder)).toThrow(/ENOENT/);
});

test('a program that cannot be read is refused with the place, and nothing is kept of it', async () => {
  write('word.ts', 'export const word: = 1;\n');
  await expect(make()).rejects.toThrow(/word\.ts:1/);
  expect(readdirSync(join(root, 'node_modules/.cache/grpo-sql-lab'))).toEqual([]);
});
