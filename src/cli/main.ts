/** The engine on the command line: `npm run --silent lab -- <command>`. */
import { constants } from 'node:os';
import { DatasetError } from '../engine/entry.ts';
import { ConfigError } from '../grpo/config.ts';
import { GoldError } from '../lab/gold.ts';
import { evaluate } from './evaluate.ts';
import { COMMANDS, helpFor, helpForAll, isCommand, readOptions, UsageError } from './options.ts';
import type { CommandName, GivenOptions } from './options.ts';
import type { Report } from './report.ts';
import { score } from './score.ts';
import { train } from './train.ts';

const RUN: Readonly<Record<CommandName, (given: GivenOptions, report: Report) => Promise<void>>> = { train, evaluate, score };

const report: Report = {
  progress: (line) => void process.stderr.write(`${line}\n`),
  result: (line) => void process.stdout.write(`${line}\n`),
};

async function main([command, ...rest]: readonly string[]): Promise<void> {
  if (command === undefined) throw new UsageError(`A command is missing: ${Object.keys(COMMANDS).join(', ')}. See: lab --help`);
  if (command === '--help' || command === '-h' || command === 'help') return report.result(helpForAll().trimEnd());
  if (!isCommand(command)) throw new UsageError(`Unknown command "${command.slice(0, 60)}". Commands: ${Object.keys(COMMANDS).join(', ')}. See: lab --help`);
  const given = readOptions(COMMANDS[command], rest);
  if (given.help) return report.result(helpFor(COMMANDS[command]).trimEnd());
  await RUN[command](given, report);
}

/** Faults of the arguments and files, as opposed to faults of this program. */
function isForTheCaller(error: unknown): error is Error {
  return [UsageError, DatasetError, ConfigError, GoldError].some((kind) => error instanceof kind);
}

// Files are written in one synchronous stretch at the end, so a signal finds none of them half-written.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    process.stderr.write('Interrupted.\n');
    process.exit(128 + constants.signals[signal]);
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const message = (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ');
  process.stderr.write(`lab: ${message}\n`);
  process.exitCode = isForTheCaller(error) ? 2 : 1;
}
