/** The engine on the command line: `npm run --silent lab -- <command>`. */
import { constants } from 'node:os';
import { run } from './lab.ts';

// Files are written in one synchronous stretch at the end, so a signal finds none of them half-written.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    process.stderr.write('Interrupted.\n');
    process.exit(128 + constants.signals[signal]);
  });
}

process.exitCode = await run(process.argv.slice(2), {
  progress: (line) => void process.stderr.write(`${line}\n`),
  result: (line) => void process.stdout.write(`${line}\n`),
});
