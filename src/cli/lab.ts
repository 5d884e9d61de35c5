/** The commands and what becomes of their errors; main.ts is the process around it. */
import { DatasetError } from '../formats/entry.ts';
import { ConfigError } from '../grpo/config.ts';
import { GoldError } from '../lab/gold.ts';
import { PretrainingError } from '../lab/pretrain.ts';
import { ModelError } from '../samplers/language/model.ts';
import { COMMANDS, helpFor, helpForAll, isCommand, readOptions, UsageError } from './options.ts';
import type { CommandName, GivenOptions } from './options.ts';
import type { Report } from './report.ts';

type Command = (given: GivenOptions, report: Report) => Promise<void>;

/** A command's own parts are read when it is given. */
const RUN: Readonly<Record<CommandName, () => Promise<Command>>> = {
  train: async () => (await import('./train.ts')).train,
  evaluate: async () => (await import('./evaluate.ts')).evaluate,
  score: async () => (await import('./score.ts')).score,
  rewards: async () => (await import('./rewards.ts')).rewards,
  compare: async () => (await import('./compare.ts')).compare,
  credit: async () => (await import('./credit.ts')).credit,
  pretrain: async () => (await import('./pretrain.ts')).pretrain,
  ask: async () => (await import('./ask.ts')).ask,
  why: async () => (await import('./why.ts')).why,
};

async function dispatch([command, ...rest]: readonly string[], report: Report): Promise<void> {
  if (command === undefined)
    throw new UsageError(`A command is missing: ${Object.keys(COMMANDS).join(', ')}. See: lab --help`);
  if (command === '--help' || command === '-h' || command === 'help') return report.result(helpForAll().trimEnd());
  if (!isCommand(command))
    throw new UsageError(
      `Unknown command "${command.slice(0, 60)}". Commands: ${Object.keys(COMMANDS).join(', ')}. See: lab --help`,
    );
  const given = readOptions(COMMANDS[command], rest);
  if (given.help) return report.result(helpFor(COMMANDS[command]).trimEnd());
  const carryOut = await RUN[command]();
  await carryOut(given, report);
}

/** Faults of the arguments and files, as opposed to faults of this program. */
function isForTheCaller(error: unknown): error is Error {
  return [UsageError, DatasetError, ConfigError, GoldError, PretrainingError].some((kind) => error instanceof kind);
}

/**
 * Carries out one command line. Resolves to the exit code: 0, 2 when the arguments or the files are at fault,
 * 1 when a language model or this program is. Errors are one line of progress.
 */
export async function run(args: readonly string[], report: Report): Promise<0 | 1 | 2> {
  try {
    await dispatch(args, report);
    return 0;
  } catch (error) {
    const whole =
      error instanceof ModelError
        ? `${error.message} ${error.remedy}`
        : error instanceof Error
          ? error.message
          : String(error);
    const message = whole.replace(/\s*\n\s*/g, ' ');
    report.progress(`lab: ${message}`);
    return isForTheCaller(error) ? 2 : 1;
  }
}
