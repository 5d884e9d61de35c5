/**
 * `node guard.mjs SECONDS COMMAND …` runs a command in a process group of its own and ends the whole group when the
 * command ends, the time is over, a signal comes, or stdin closes: whoever started this, however it went, leaves
 * nothing behind.
 */
import { spawn } from 'node:child_process';

/** What does not end when it is asked to is ended after this. */
const GRACE_MS = 3000;

const [seconds, command = '', ...args] = process.argv.slice(2);
const child = spawn(command, args, { detached: true, stdio: ['ignore', 'inherit', 'inherit'] });

/** @param {NodeJS.Signals} signal */
function signalGroup(signal) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // Nobody is left in it.
  }
}

function end() {
  signalGroup('SIGTERM');
  setTimeout(() => signalGroup('SIGKILL'), GRACE_MS);
}

child.once('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
child.once('exit', (code) => {
  signalGroup('SIGKILL');
  process.exit(code ?? 1);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, end);
process.stdin.once('end', end).once('error', end).resume();
setTimeout(
  () => {
    console.error(`${command} has run for ${seconds} s: ending it.`);
    end();
  },
  Number(seconds) * 1000,
);
