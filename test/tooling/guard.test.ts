import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';

const GUARD = fileURLToPath(new URL('../engines/guard.mjs', import.meta.url));
/** Starts a child of its own, which never ends, and says its number. */
const PARENT = `const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => 0, 1e6)']);
console.log(child.pid); setInterval(() => 0, 1e6);`;

/** A guarded program, and the process that it started. */
async function guarded(seconds: string): Promise<{ guard: ChildProcess; grandchild: number }> {
  const guard = spawn(process.execPath, [GUARD, seconds, process.execPath, '-e', PARENT], { stdio: 'pipe' });
  const [line] = (await once(guard.stdout, 'data')) as [Buffer];
  return { guard, grandchild: Number(line.toString()) };
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test.skipIf(process.platform === 'win32')('nothing outlives whoever started a browser, or its time', async () => {
  const { guard, grandchild } = await guarded('600');
  expect(runs(grandchild)).toBe(true);
  guard.stdin?.end();
  await once(guard, 'exit');
  await vi.waitFor(() => {
    expect(runs(grandchild)).toBe(false);
  });

  const late = await guarded('1');
  await once(late.guard, 'exit');
  await vi.waitFor(() => {
    expect(runs(late.grandchild)).toBe(false);
  });
});
