import { ask as answerQuestion } from '../ask/ask.ts';
import { MOST_SAMPLES } from '../ask/types.ts';
import { QuestionError } from '../grpo/questions.ts';
import { DEFAULT_SEED } from '../grpo/config.ts';
import { fixedPolicy } from '../lab/evaluate.ts';
import { answerLines } from './answer-text.ts';
import { checkOutputs, writeAll } from './files.ts';
import { configFrom, openDatabase } from './inputs.ts';
import { UsageError, wholeNumber } from './options.ts';
import type { GivenOptions } from './options.ts';
import { rewardsFor } from './parts.ts';
import type { Report } from './report.ts';
import { chosenSampler, makeSampler } from './samplers.ts';
import { chosenHints } from './starter.ts';

/** Candidates unless more are asked for. */
export const SAMPLES = 8;

/** `lab ask`. */
export async function ask(given: GivenOptions, report: Report): Promise<void> {
  const samples = wholeNumber('samples', given.one('samples') ?? String(SAMPLES), 1, MOST_SAMPLES);
  const seed = wholeNumber('seed', given.one('seed') ?? String(DEFAULT_SEED), 0, Number.MAX_SAFE_INTEGER);
  const config = configFrom(given);
  const json = given.one('json');
  const choice = await chosenSampler(given, report, ['sketch', 'endpoint']);
  if (choice.kind === 'recording') throw new UsageError('A recorded run answers no new question.');
  const { hints, path, warning } = chosenHints(given.one('hints'));
  checkOutputs(json === undefined ? [] : [{ option: 'json', path: json }], [
    given.need('database'),
    ...(path === null ? [] : [path]),
  ]);

  const { database, databaseSha256 } = await openDatabase(given.need('database'));
  try {
    if (warning !== null) report.progress(warning);
    const answer = await answerQuestion(
      { question: given.argument, samples, hints: true, seed },
      {
        sampler: makeSampler(choice, { schema: database.schema, questions: [], config }),
        policy: fixedPolicy(hints, config),
        database,
        rewards: rewardsFor(database),
        config,
      },
    );
    if (json !== undefined)
      writeAll([
        {
          path: json,
          text: answerJson({
            format: 'grpo-sql-lab/answer',
            version: 1,
            dataset: { databaseSha256 },
            config,
            ...answer,
          }),
        },
      ]);
    for (const line of answerLines(answer)) report.result(line);
  } catch (error) {
    throw error instanceof QuestionError ? new UsageError(error.message) : error;
  } finally {
    database.close();
  }
}

/** JSON has neither 64-bit integers nor bytes: the first are written as texts, the second as `{"hex": "…"}`. */
function answerJson(answer: unknown): string {
  return `${JSON.stringify(answer, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value instanceof Uint8Array ? { hex: hexOf(value) } : value), 1)}\n`;
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
