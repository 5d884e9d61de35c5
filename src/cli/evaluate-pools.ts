/**
 * `lab evaluate --pool DIR …`: do hints choose better than the reward alone, over several databases whose completions
 * published models wrote? For each folder hints are taught on its training questions and choose on its held-out ones;
 * what comes out is pooled.
 */
import { parseCompletions } from '../formats/completions-file.ts';
import { DEFAULT_SEED } from '../grpo/config.ts';
import type { GRPOConfig } from '../grpo/config.ts';
import { queryBudget } from '../grpo/derived-settings.ts';
import { percent, signedPoints } from '../grpo/figures.ts';
import type { PolicyHint } from '../grpo/types.ts';
import { CHOICE_RULES, poolChoices } from '../lab/choice-evaluation.ts';
import type { ChoiceEvaluation } from '../lab/choice-evaluation.ts';
import { CHOICE_STEPS, teachChoice } from '../lab/choice-training.ts';
import { fixedPolicy } from '../lab/evaluate.ts';
import { countsText } from '../lab/facts.ts';
import { Judge } from '../lab/judge.ts';
import { teachable } from '../lab/teachable.ts';
import { filesOfPool, namesOf } from './dataset-folder.ts';
import { linesOf, measureChoice, RULE_TEXT } from './evaluate-choice.ts';
import type { MeasuredChoice } from './evaluate-choice.ts';
import { evaluationText, ofChoice, questionsOfChoice } from './evaluation-file.ts';
import type { EvaluationFile } from './evaluation-file.ts';
import { checkOutputs, readText, writeAll } from './files.ts';
import { openFiles } from './inputs.ts';
import type { Inputs } from './inputs.ts';
import { oneOf, UsageError, wholeNumber } from './options.ts';
import type { GivenOptions } from './options.ts';
import { rewardsFor } from './parts.ts';
import { inColumns } from './report.ts';
import type { Report } from './report.ts';
import { answerable, makeSampler } from './samplers.ts';
import type { SamplerChoice } from './samplers.ts';
import { choiceConfig, choosingTotals, MEASURED, measuringConfig } from './teach-choice.ts';

/**
 * Points (as a share) by which hints are to choose better than the reward alone: the project's aim, printed with what
 * came out.
 */
const TARGET = 0.02;
/** What a folder settles, and the command line therefore cannot. */
const IN_FOLDER = ['database', 'questions', 'completions', 'recording', 'hints'];

type Completions = Extract<SamplerChoice, { kind: 'completions' }>;

interface Pool {
  readonly name: string;
  readonly database: string;
  readonly questions: string;
  readonly choice: Completions;
}

interface Plan {
  readonly training: GRPOConfig;
  readonly measuring: GRPOConfig;
  readonly steps: number;
  readonly seed: number;
  readonly seeds: number;
}

interface Taught {
  readonly hints: readonly PolicyHint[];
  readonly trainingQuestions: number;
  readonly leftOut: readonly string[];
}

interface PoolResult extends Taught, MeasuredChoice {
  readonly name: string;
  readonly dataset: Inputs['dataset'];
}

export async function evaluatePools(given: GivenOptions, report: Report): Promise<void> {
  const settled = IN_FOLDER.find((name) => given.has(name));
  if (settled !== undefined)
    throw new UsageError(
      `--${settled} cannot be given with --pool: ${settled === 'hints' ? 'hints are learned on each folder’s training questions' : 'a folder has its own files'}.`,
    );
  const split = oneOf('split', given.one('split') ?? 'held-out', ['held-out']);
  const plan: Plan = {
    training: choiceConfig(given, 'gold'),
    measuring: measuringConfig(given),
    steps: wholeNumber('steps', given.one('steps') ?? String(CHOICE_STEPS), 1, 1_000_000),
    seed: wholeNumber('seed', given.one('seed') ?? String(DEFAULT_SEED), 0, Number.MAX_SAFE_INTEGER),
    seeds: wholeNumber('seeds', given.one('seeds') ?? String(MEASURED.seeds), 1, 1000),
  };
  const folders = given.all('pool');
  const names = namesOf(folders, 'pools');
  const files = folders.map(filesOfPool);
  const json = given.one('json');
  checkOutputs(
    json === undefined ? [] : [{ option: 'json', path: json }],
    files.flatMap((one) => Object.values(one)),
  );
  // All of them before the first is worked on: what is broken in the last is not found after minutes.
  const pools = files.map(({ database, questions, completions }, i): Pool => ({
    name: names[i] ?? '',
    database,
    questions,
    choice: { kind: 'completions', file: completions, byId: parseCompletions(readText(completions), completions) },
  }));

  const results: PoolResult[] = [];
  for (const pool of pools) results.push(await measurePool(pool, plan, report));
  const pooled = poolChoices(results.map(({ name, evaluation }) => ({ name, result: evaluation })));
  const { difference } = pooled.comparison;
  if (json !== undefined) writeAll([{ path: json, text: evaluationText(fileOf(results, pooled, plan)) }]);
  for (const line of tableOf(results, pooled)) report.result(line);
  report.result(
    `${countsText(pooled)} (${split}) of ${results.length} database${results.length === 1 ? '' : 's'}; for each, hints were taught on its training questions with the gold reward: ${plan.steps} steps, seed ${plan.seed}.`,
  );
  for (const line of linesOf(
    pooled,
    results.reduce((sum, { hints }) => sum + hints.length, 0),
  ))
    report.result(line);
  report.result(
    `Aimed at: +${percent(TARGET)} points. ${difference >= TARGET ? 'Reached' : 'Not reached'}: ${signedPoints(difference)}.`,
  );
}

async function measurePool(pool: Pool, plan: Plan, report: Report): Promise<PoolResult> {
  const { name, choice } = pool;
  const { database, questions, dataset } = await openFiles(pool.database, pool.questions);
  try {
    const taught = await teach(pool, { database, questions }, plan);
    report.progress(`${name}: ${taught.hints.length} hints, taught on ${taught.trainingQuestions} questions`);
    const heldOut = questions.filter((question) => question.split === 'held-out');
    if (!answerable(choice, heldOut).some(({ sql }) => sql !== undefined))
      throw new UsageError(`${pool.questions} has no held-out question with gold SQL and completions.`);
    const { measuring, seeds } = plan;
    const silent: Report = { ...report, progress: () => undefined };
    const measured = await measureChoice(
      {
        choice,
        inputs: { database },
        questions: heldOut,
        hints: fixedPolicy(taught.hints, measuring),
        config: measuring,
        seeds,
      },
      silent,
    );
    const { rules } = measured.evaluation;
    report.progress(
      `${name}: of ${measured.evaluation.questions} held-out questions ${percent(rules.reward.accuracy)} % right ${RULE_TEXT.reward}, ${percent(rules.rewardHints.accuracy)} % ${RULE_TEXT.rewardHints}`,
    );
    return { name, dataset, ...taught, ...measured };
  } finally {
    database.close();
  }
}

/** What `lab train --sampler replay --reward gold` does. */
async function teach(
  { choice, ...pool }: Pool,
  { database, questions }: Pick<Inputs, 'database' | 'questions'>,
  { training: config, measuring, steps, seed }: Plan,
): Promise<Taught> {
  const judge = new Judge(database, queryBudget(config));
  const { questions: usable, leftOut } = await teachable(questions, config, judge.gold);
  const taught = answerable(choice, usable);
  if (taught.length === 0)
    throw new UsageError(
      `${pool.questions} has no question to train on: none of the split "train" has gold SQL that returns more than nothing, 0 or NULL.`,
    );
  const sampler = makeSampler(choice, {
    schema: database.schema,
    questions,
    config,
    totals: choosingTotals(database, measuring, config),
  });
  const hints = await teachChoice({
    questions: taught,
    sampler,
    database,
    rewards: rewardsFor(database),
    config,
    steps,
    seed,
    judge,
  });
  return { hints, trainingQuestions: taught.length, leftOut };
}

function fileOf(
  results: readonly PoolResult[],
  pooled: ChoiceEvaluation,
  { training, measuring, steps, seed }: Plan,
): EvaluationFile {
  const [first] = results;
  return {
    way: 'pools',
    sampler: { id: first?.sampler.id ?? '', label: first?.sampler.label ?? '' },
    split: 'held-out',
    groupSize: pooled.groupSize,
    seeds: pooled.seeds,
    config: measuring,
    training: {
      steps,
      seed,
      config: training,
      target: TARGET,
      targetReached: pooled.comparison.difference >= TARGET,
    },
    ...ofChoice(pooled),
    sets: results.map(({ name, dataset, hints, trainingQuestions, leftOut, withoutCompletions, evaluation }) => ({
      name,
      dataset,
      hints: hints.length,
      hintsFrom: 'training',
      taught: { trainingQuestions, leftOut },
      withoutCompletions,
      ...ofChoice(evaluation),
      perQuestion: questionsOfChoice(evaluation),
    })),
  };
}

/** Shares of right choices in per cent, a row a set; the pooled row last, with its intervals in the lines below it. */
function tableOf(results: readonly PoolResult[], pooled: ChoiceEvaluation): string[] {
  const cells = ({ questions, facts, rules, comparison }: ChoiceEvaluation): string[] => [
    String(questions),
    String(facts),
    ...CHOICE_RULES.map((rule) => percent(rules[rule].accuracy)),
    `${signedPoints(comparison.difference)} (${signedPoints(comparison.low)} to ${signedPoints(comparison.high)})`,
  ];
  return inColumns([
    ['right in %', 'questions', 'facts', ...CHOICE_RULES.map((rule) => RULE_TEXT[rule]), 'reward and hints − reward'],
    ...results.map(({ name, evaluation }) => [name, ...cells(evaluation)]),
    ['all', ...cells(pooled)],
  ]);
}
