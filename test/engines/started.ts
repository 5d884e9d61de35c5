/** Programs that a browser consists of: none outlives the tests, none runs for ever. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const GUARD = fileURLToPath(new URL('guard.mjs', import.meta.url));
/** A browser's whole life: all that is done with one takes a fraction of it. */
const LIFE_SECONDS = 240;

export interface Started {
  /** What it wrote until now, stdout and stderr. */
  readonly said: () => string;
  /** Whether it runs. */
  readonly running: () => boolean;
  /** Ends it with all that it started, and waits for that. */
  readonly stop: () => Promise<void>;
}

/** Starts a command under the guard. */
export function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Started {
  const child = spawn(process.execPath, [GUARD, String(LIFE_SECONDS), command, ...args], { env, stdio: 'pipe' });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  let running = true;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      running = false;
      resolve();
    });
  });
  return {
    said: () => said,
    running: () => running,
    stop: () => {
      child.stdin.end();
      return ended;
    },
  };
}

/**
 * Asks until there is an answer.
 * @throws {Error} with what the program said, if it ends, or after a minute
 */
export async function answerOf<T>(program: Started, ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const until = performance.now() + 60_000;
  while (program.running() && performance.now() < until) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${program.running() ? 'No answer for a minute' : 'It has ended'}: ${program.said()}`);
}

/** A folder for all that a browser writes, and the environment in which it writes there. */
export function freshHome(): { readonly home: string; readonly env: NodeJS.ProcessEnv; readonly remove: () => void } {
  const home = mkdtempSync(join(tmpdir(), 'grpo-sql-lab-engine-'));
  const folders = { HOME: home, XDG_CACHE_HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, TMPDIR: home };
  return {
    home,
    // Neither services of the desktop nor a process that waits for a crash.
    env: { ...process.env, ...folders, NO_AT_BRIDGE: '1', MOZ_CRASHREPORTER_DISABLE: '1', GSETTINGS_BACKEND: 'memory' },
    remove: () => {
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
