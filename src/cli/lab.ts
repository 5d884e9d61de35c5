/** The commands and what becomes of their errors; main.ts is the process around it. */
import { DatasetError } from '../formats/entry.ts';
import { ConfigError } from '../grpo/config.ts';
import { GoldError } from '../lab/gold.ts';
import { PretrainingError } from '../lab/pretrain.ts';
import { ModelError } from '../samplers/language/model.ts';
import { ask } from './ask.ts';
import { compare } from './compare.ts';
import { credit } from './credit.ts';
import { evaluate } from './evaluate.ts';
import { COMMANDS, helpFor, helpForAll, isCommand, readOptions, UsageError } from './options.ts';
import type { CommandName, GivenOptions } from './options.ts';
import type { Report } from './report.ts';
import { pretrain } from './pretrain.ts';
import { rewards } from './rewards.ts';
import { score } from './score.ts';
import { train } from './train.ts';

const RUN: Readonly<Record<CommandName, (given: GivenOptions, report: Report) => Promise<void>>> = {
  train,
  evaluate,
  score,
  rewards,
  compare,
  credit,
  pretrain,
  ask,
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
  await RUN[command](given, report);
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
