import { ask as answerQuestion } from '../ask/ask.ts';
import type { AskParts } from '../ask/ask.ts';
import { refitted, type Calibration } from '../ask/calibration.ts';
import { answeredCase } from '../ask/own-cases.ts';
import { MOST_SAMPLES, usualSamples } from '../ask/types.ts';
import { DEFAULT_SEED } from '../grpo/config.ts';
import { queryBudget } from '../grpo/derived-settings.ts';
import { QuestionError } from '../grpo/questions.ts';
import type { Question } from '../grpo/types.ts';
import { fixedPolicy } from '../lab/evaluate.ts';
import { Judge } from '../lab/judge.ts';
import type { Case } from '../lab/logistic.ts';
import { UnseenChoice } from '../lab/unseen.ts';
import { answerLines } from './answer-text.ts';
import { checkOutputs, writeAll } from './files.ts';
import { configFrom, openDatabase, openInputs } from './inputs.ts';
import type { Inputs } from './inputs.ts';
import { UsageError, wholeNumber } from './options.ts';
import type { GivenOptions } from './options.ts';
import { rewardsFor } from './parts.ts';
import { everyTenth } from './report.ts';
import type { Report } from './report.ts';
import { chosenSampler, makeSampler } from './samplers.ts';
import { chosenHints } from './starter.ts';

/** `lab ask`. */
export async function ask(given: GivenOptions, report: Report): Promise<void> {
  const seed = wholeNumber('seed', given.one('seed') ?? String(DEFAULT_SEED), 0, Number.MAX_SAFE_INTEGER);
  const config = configFrom(given);
  const json = given.one('json');
  const choice = await chosenSampler(given, report, ['sketch', 'endpoint']);
  const usual = String(usualSamples(choice.kind !== 'sketch'));
  const samples = wholeNumber('samples', given.one('samples') ?? usual, 1, MOST_SAMPLES);
  if (choice.kind === 'recording') throw new UsageError('A recorded run answers no new question.');
  const { hints, path, warning } = chosenHints(given.one('hints'));
  checkOutputs(json === undefined ? [] : [{ option: 'json', path: json }], [
    given.need('database'),
    ...(given.has('questions') ? [given.need('questions')] : []),
    ...(path === null ? [] : [path]),
  ]);

  const known = given.one('questions');
  const { database, questions, dataset } =
    known === undefined ? await openAlone(given.need('database')) : await openInputs(given);
  try {
    if (warning !== null) report.progress(warning);
    const parts: AskParts = {
      sampler: makeSampler(choice, { schema: database.schema, questions: [], config }),
      policy: fixedPolicy(hints, config),
      database,
      rewards: rewardsFor(database),
      config,
    };
    const calibration = choice.kind === 'sketch' && known !== undefined ? await ownFit(questions, parts, report) : null;
    const answer = await answerQuestion(
      { question: given.argument, samples, hints: true, seed },
      { ...parts, ...(calibration === null ? {} : { calibration }) },
    );
    if (json !== undefined)
      writeAll([
        {
          path: json,
          text: answerJson({
            format: 'grpo-sql-lab/answer',
            version: 1,
            dataset,
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

async function openAlone(
  path: string,
): Promise<Pick<Inputs, 'database' | 'questions'> & { readonly dataset: Partial<Inputs['dataset']> }> {
  const { database, databaseSha256 } = await openDatabase(path);
  return { database, questions: [], dataset: { databaseSha256 } };
}

/** How sure answers may be, fitted again on the held-out questions with gold: one wording of each fact. */
async function ownFit(questions: readonly Question[], parts: AskParts, report: Report): Promise<Calibration> {
  const judge = new Judge(parts.database, queryBudget(parts.config));
  const asked = (await new UnseenChoice(questions).goOn(judge, () => Promise.resolve(true))) ?? [];
  const cases: Case[] = [];
  for (const [i, question] of asked.entries()) {
    const one = await answeredCase(question, usualSamples(false), parts, judge);
    if (one !== null) cases.push(one);
    if (everyTenth(i + 1, asked.length)) report.progress(`question ${i + 1}/${asked.length}`);
  }
  return refitted(cases);
}

/** JSON has neither 64-bit integers nor bytes: the first are written as texts, the second as `{"hex": "…"}`. */
function answerJson(answer: unknown): string {
  return `${JSON.stringify(answer, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value instanceof Uint8Array ? { hex: hexOf(value) } : value), 1)}\n`;
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
