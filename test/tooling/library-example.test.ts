/** The example of docs/library.md, run as it stands there. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'library-example-'));
afterAll(() => rmSync(folder, { recursive: true }));

function run(file: string): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'scripts/run.mjs'), file], { cwd: ROOT });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

test('a trainer from its parts, one step, the summary', async () => {
  const [, example] = /```ts\n([\s\S]*?)```/.exec(readFileSync(`${ROOT}docs/library.md`, 'utf8')) ?? [];
  if (example === undefined) throw new Error('docs/library.md has no example.');
  const file = join(folder, 'example.ts');
  // It is written for the root of the repository.
  writeFileSync(file, example.replaceAll("from './src/", `from '${ROOT.replaceAll('\\', '/')}src/`));
  const { code, output } = await run(file);
  expect([code, output]).toEqual([0, expect.stringContaining('Samples processed: 2')]);
  const created = Number(/Hints created: (\d+)/.exec(output)?.[1]);
  expect(created).toBeGreaterThan(0);
  expect(output).toContain('Hints updated: 0\n');
  expect(output.match(/^ {2}-?\d+\.\d{3} (reinforce|penalize|neutral|no-signal): SELECT /gm)).toHaveLength(8);
  expect(output).toContain('Question: Show total revenue by product\n');
  expect(output).toContain('Total steps: 1\n');
  expect(output).toMatch(/Average reward: -?0?\.\d+/);
  expect(output).toContain(`Hints: ${created}\n`);
});
