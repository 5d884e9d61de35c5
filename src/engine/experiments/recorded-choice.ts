/**
 * Hints off against on where the completions are written already: hints are taught on the training questions with the
 * gold reward, then choose on the held-out ones out of the same groups as the reward alone. As `lab evaluate --pool`
 * does it, with the same settings.
 */
import { DEFAULT_SEED, makeConfig } from '../../grpo/config.ts';
import { choosingWeights, queryBudget } from '../../grpo/derived-settings.ts';
import { rewardModeWeights } from '../../grpo/reward-modes.ts';
import type { Question } from '../../grpo/types.ts';
import { evaluateChoice } from '../../lab/choice-evaluation.ts';
import { CHOICE_STEPS, CHOICE_TRAINING, referenceTotals, teachChoice } from '../../lab/choice-training.ts';
import { fixedPolicy } from '../../lab/evaluate.ts';
import { ExperimentError } from '../../lab/experiment.ts';
import { Judge } from '../../lab/judge.ts';
import { teachable } from '../../lab/teachable.ts';
import { makePoolSampler } from '../../samplers/replay/pool-sampler.ts';
import type { Completions } from '../sources/completions.ts';
import type { ChoiceProgress, ChoiceReport } from './experiments-protocol.ts';
import type { OpenDataset } from './open-datasets.ts';

/** Groups a held-out question: chance in drawing them averages out. */
const GROUPS = 10;

export interface RecordedChoiceOptions {
  readonly open: OpenDataset;
  readonly completions: Completions;
  /** Often; what it returns is waited for, and its rejection ends the work. */
  readonly onProgress: (progress: ChoiceProgress) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Rejects with ExperimentError where there is nothing to teach or to measure with, and with AbortError. */
export async function recordedChoice({
  open,
  completions,
  onProgress,
  signal,
}: RecordedChoiceOptions): Promise<ChoiceReport> {
  const { database, questions } = open.dataset;
  const training = makeConfig({ ...rewardModeWeights('gold'), ...CHOICE_TRAINING });
  const measuring = makeConfig({ group_size: CHOICE_TRAINING.group_size });
  const rewards = open.rewards(choosingWeights(measuring));
  const { schema } = database;
  const written = (asked: readonly Question[]): Question[] =>
    asked.filter(({ question }) => completions.has(question.trim()));

  const judge = new Judge(database, queryBudget(training));
  const taught = written((await teachable(questions, training, judge.gold)).questions);
  const heldOut = written(questions.filter(({ split }) => split === 'held-out'));
  if (taught.length === 0)
    throw new ExperimentError(
      'None of the training questions has both completions and a gold answer of more than nothing, 0 or NULL: there is nothing to teach hints on.',
    );
  if (!heldOut.some(({ sql }) => sql !== undefined))
    throw new ExperimentError(
      'None of the held-out questions has both completions and gold SQL: nothing can be measured.',
    );

  const sampler = makePoolSampler({
    completions,
    schema,
    label: '',
    totals: referenceTotals({ database, rewards, budget: queryBudget(training) }),
  });
  const hints = await teachChoice({
    questions: taught,
    sampler,
    database,
    rewards: open.rewards,
    config: training,
    steps: CHOICE_STEPS,
    seed: DEFAULT_SEED,
    judge,
    signal,
    onStep: ({ number }) => onProgress({ part: 'teaching', done: number, all: CHOICE_STEPS }),
  });
  const { rules, comparison, ...counts } = await evaluateChoice({
    questions: heldOut,
    sampler: makePoolSampler({ completions, schema, label: '' }),
    database,
    rewards,
    hints: fixedPolicy(hints, measuring),
    temperature: measuring.temperature,
    groupSize: measuring.group_size,
    seeds: GROUPS,
    budget: queryBudget(measuring),
    signal,
    onQuestion: (done, all) => onProgress({ part: 'choosing', done, all }),
  });
  const { difference, low, high, verdict } = comparison;
  const sources = new Set([...completions.values()].flatMap((texts) => texts.map(({ source }) => source)));
  return {
    models: sources.size,
    training: taught.length,
    steps: CHOICE_STEPS,
    hints: hints.length,
    questions: counts.questions,
    facts: counts.facts,
    weakGold: counts.weakGold,
    groupSize: counts.groupSize,
    seeds: counts.seeds,
    rules,
    comparison: { difference, low, high, verdict },
  };
}
