import { pointOf } from '../grpo/history.ts';
import { DEFAULT_SEED, makeConfig, PRESET_NAMES } from '../grpo/config.ts';
import type { GRPOConfig } from '../grpo/config.ts';
import { rewardModeOf, rewardModeWeights } from '../grpo/reward-modes.ts';
import type { HistoryPoint } from '../grpo/run-store.ts';
import { distilledSentence } from '../grpo/sentences.ts';
import type { FeedbackProvider } from '../grpo/feedback.ts';
import { rewardWeights, queryBudget } from '../grpo/derived-settings.ts';
import { GRPOTrainer } from '../grpo/trainer.ts';
import { REWARD_COMPONENTS } from '../grpo/types.ts';
import type { HintEvent } from '../grpo/types.ts';
import { CHOICE_STEPS } from '../lab/choice-training.ts';
import { countRight } from '../lab/evaluate.ts';
import { Judge } from '../lab/judge.ts';
import { teachable } from '../lab/teachable.ts';
import { splitForValidation, trainWithValidation } from '../lab/training.ts';
import { withCorrections } from '../rewards/feedback.ts';
import { checkOutputs, readText, writeAll } from './files.ts';
import type { OutputFile } from './files.ts';
import { parseFeedback } from '../formats/feedback-file.ts';
import { hintsToText } from '../formats/hints-file.ts';
import { judgementsOf } from '../rewards/feedback-book.ts';
import { Recorder } from '../recording/recorder.ts';
import { openInputs } from './inputs.ts';
import { oneOf, readSettings, UsageError, wholeNumber } from './options.ts';
import type { GivenOptions } from './options.ts';
import { rewardsFor } from './parts.ts';
import { datasetName, playRecording } from './playback.ts';
import { everyTenth, toJson } from './report.ts';
import type { Report } from './report.ts';
import { rolloutFiles, RolloutWriter } from './rollouts.ts';
import { answerable, chosenSampler, filesOfSampler, makeSampler, recordedFor, TRAINING_SAMPLERS } from './samplers.ts';
import { chosenHints, learnedOn } from './starter.ts';
import { choiceConfig, choosingTotals, measuringConfig } from './teach-choice.ts';

const REWARDS = ['reference-free', 'gold', 'feedback'] as const;

/** `lab train`. Files are written when everything has succeeded, the rollouts while it goes on. */
export async function train(given: GivenOptions, report: Report): Promise<void> {
  oneOf('split', given.one('split') ?? 'train', ['train']);
  const choice = await chosenSampler(given, report, TRAINING_SAMPLERS);
  if (choice.kind === 'recording') return playRecording(given, choice, report);
  const teachesChoice = choice.kind === 'completions';
  const steps = wholeNumber('steps', given.one('steps') ?? String(teachesChoice ? CHOICE_STEPS : 100), 1, 1_000_000);
  const seed = wholeNumber('seed', given.one('seed') ?? String(DEFAULT_SEED), 0, Number.MAX_SAFE_INTEGER);
  const reward = oneOf('reward', given.one('reward') ?? 'reference-free', REWARDS);
  const preset = oneOf('preset', given.one('preset') ?? 'reference', PRESET_NAMES);
  const entropy = oneOf('entropy', given.one('entropy') ?? 'off', ['on', 'off']) === 'on';
  const config = teachesChoice
    ? choiceConfig(given, reward, preset)
    : makeConfig({ ...rewardModeWeights(reward), ...readSettings(given.all('set')) }, preset);
  const [feedbackFile, hintsOut, record, rollouts, json] = [
    given.one('feedback'),
    given.one('hints-out'),
    given.one('record'),
    given.one('rollouts'),
    given.one('json'),
  ];
  if (config.feedback_weight > 0 && feedbackFile === undefined)
    throw new UsageError('Feedback has a weight, but there is none: give a file with --feedback F.');
  if (config.feedback_weight === 0 && feedbackFile !== undefined && choice.kind !== 'feedback')
    throw new UsageError(
      '--feedback is given, but feedback has no weight: add --reward feedback or --set feedback_weight=1, or make its SQL the groups with --sampler feedback.',
    );
  const {
    hints,
    sources,
    from: hintsFrom,
    path: hintsIn,
    warning,
  } = chosenHints(
    given.one('hints-in') ?? (teachesChoice || choice.kind === 'feedback' ? 'none' : undefined),
    undefined,
    'hints-in',
  );
  const outputs: OutputFile[] = [];
  if (hintsOut !== undefined) outputs.push({ option: 'hints-out', path: hintsOut });
  if (record !== undefined) outputs.push({ option: 'record', path: record });
  if (json !== undefined) outputs.push({ option: 'json', path: json });
  outputs.push(...rolloutFiles(rollouts));
  // The same file in and out is asked for: training goes on where it stood.
  checkOutputs(outputs, [
    given.need('database'),
    given.need('questions'),
    ...filesOfSampler(choice),
    ...(feedbackFile === undefined ? [] : [feedbackFile]),
    ...(hintsIn === null || hintsIn === hintsOut ? [] : [hintsIn]),
  ]);
  const tooHeavy = hints.find((hint) => Math.abs(hint.weight) > config.weight_limit);
  if (tooHeavy)
    throw new UsageError(
      `${hintsIn ?? 'The starter policy'}: the hint ${JSON.stringify(tooHeavy.key.slice(0, 60))} weighs ${tooHeavy.weight}, more than weight_limit ${config.weight_limit}.`,
    );

  const { database, questions, dataset } = await openInputs(given);
  let writer: RolloutWriter | null = null;
  try {
    const judge = new Judge(database, queryBudget(config));
    const said =
      choice.kind === 'feedback'
        ? choice.said
        : feedbackFile === undefined
          ? []
          : parseFeedback(readText(feedbackFile), feedbackFile);
    const feedback: FeedbackProvider = async ({ question }) => judgementsOf(said, question);
    // Feedback that only makes up the groups is no gold.
    const corrected =
      config.feedback_weight === 0
        ? questions
        : questions.map((question) => withCorrections(question, judgementsOf(said, question.question)));
    const { questions: taught, leftOut } = await teachable(corrected, config, judge.gold);
    const pool = answerable(choice, taught);
    if (pool.length === 0)
      throw new UsageError(
        `${given.need('questions')} has no question to train on${leftOut.length > 0 ? ` with the reward ${rewardText(config)}: the ${leftOut.length} of the split "train" have no gold SQL, or it returns nothing, 0 or NULL` : ' (split "train")'}.`,
      );
    for (const line of [warning, learnedOn({ hints, sources })]) if (line !== null) report.progress(line);
    if (leftOut.length > 0)
      report.progress(`${leftOut.length} questions left out: no gold SQL, or it returns nothing, 0 or NULL`);

    if (pool.length < taught.length)
      report.progress(
        `${taught.length - pool.length} questions left out: ${filesOfSampler(choice).join()} has no completion for them`,
      );
    const alone =
      choice.kind === 'feedback' ? pool.filter((question) => recordedFor(choice, question) === 1).length : 0;
    if (alone > 0)
      report.progress(`${alone} of the questions have one SQL text only: there is nothing to compare it with`);

    const sampler = makeSampler(choice, {
      schema: database.schema,
      questions: corrected,
      config,
      ...(teachesChoice ? { totals: choosingTotals(database, measuringConfig(given), config) } : {}),
    });
    const recorder =
      record === undefined
        ? null
        : new Recorder({
            sampler,
            dataset: datasetName(given.need('database')),
            databaseSha256: dataset.databaseSha256,
            distribution: entropy,
          });
    const trainer = new GRPOTrainer({
      config,
      sampler: recorder?.sampler ?? sampler,
      database,
      rewards: rewardsFor(database, feedback),
      seed,
      distribution: entropy,
      ...(given.has('verbose') ? { verbose: (line) => report.progress(line) } : {}),
    });
    const events: Partial<Record<HintEvent['type'], number>> = {};
    const count = (list: readonly HintEvent[]): void => {
      for (const { type } of list) events[type] = (events[type] ?? 0) + 1;
    };
    count(trainer.startFrom(hints, hintsFrom === 'starter' ? 'starter' : 'file'));
    if (said.length > 0)
      report.progress(
        `feedback on ${said.length} SQL texts, ${said.filter(({ question }) => pool.some((one) => one.question.trim() === question)).length} of them for these training questions`,
      );
    if (rollouts !== undefined) writer = new RolloutWriter(rollouts, { dataset, sampler: sampler.id, seed, config });
    const history: HistoryPoint[] = [];
    recorder?.begin(config, trainer.state(), said);
    const { training } = splitForValidation(pool, config.validation_share, seed);
    report.progress(
      `training on ${pool.length} questions, reward ${rewardText(config)}${choice.kind === 'sketch' ? '' : `, completions by ${sampler.label}`}`,
    );
    const {
      kept,
      bestStep,
      stoppedEarly,
      validation,
      verdict,
      distilled,
      events: last,
    } = await trainWithValidation({
      trainer,
      questions: pool,
      steps,
      validate: (asked, policy) =>
        countRight({ questions: asked, sampler, policy, temperature: config.temperature, judge }),
      onPoint: ({ step, right, of }) =>
        report.progress(`validation ${step === 0 ? 'of the start' : `after step ${step}`}: ${right} of ${of}`),
      onStep: (step) => {
        history.push(pointOf(step, config));
        recorder?.step(step, training);
        writer?.step(step);
        count(step.events);
        if (everyTenth(step.number, steps))
          report.progress(
            `step ${step.number}/${steps}  mean reward ${shown(recentReward(history, Math.ceil(steps / 10)))}  ${trainer.policy.size} hints`,
          );
      },
    });
    count(last);
    recorder?.changed(last);

    const summary = trainer.getTrainingSummary();
    const learned = trainer.policy.hints;
    const result = {
      format: 'grpo-sql-lab/training',
      version: 1,
      dataset: { ...dataset, trainingQuestions: pool.length, leftOut },
      sampler: sampler.id,
      reward: rewardModeOf(config),
      ...(said.length > 0 ? { feedback: said.length } : {}),
      hintsFrom,
      preset,
      seed,
      steps,
      config,
      summary,
      validation,
      kept,
      bestStep,
      stoppedEarly,
      verdict,
      distilled,
      history,
      events,
      hints: learned,
    };
    writeAll([
      ...(hintsOut === undefined ? [] : [{ path: hintsOut, text: hintsToText(learned, { dataset, config }) }]),
      ...(record === undefined || recorder === null ? [] : [{ path: record, text: recorder.text() }]),
      ...(json === undefined ? [] : [{ path: json, text: toJson(result) }]),
    ]);
    if (recorder !== null && recorder.ended !== null) report.progress(recorder.ended);
    report.result(
      `${summary.totalSteps} steps on ${pool.length} questions: mean reward ${shown(summary.averageReward)} over the run, ${shown(recentReward(history, Math.ceil(steps / 10)))} in its last tenth; ${summary.noSignalGroups} of ${summary.totalGroups} groups without signal; ${learned.length} hints.${validation.length === 0 && config.validation_share === 0 ? '' : ` ${verdict}`}${distilled === null ? '' : ` ${distilledSentence(distilled)}`}`,
    );
  } finally {
    writer?.close();
    database.close();
  }
}

/** What rewards, by name; of a mix what it is made of. */
function rewardText(config: GRPOConfig): string {
  const mode = rewardModeOf(config);
  if (mode !== 'mix') return mode;
  const weights = rewardWeights(config);
  return `mix (${REWARD_COMPONENTS.filter((name) => weights[name] > 0)
    .map((name) => `${name} ${weights[name]}`)
    .join(', ')})`;
}

function recentReward(history: readonly HistoryPoint[], last: number): number | null {
  const rewards = history.slice(-last).flatMap(({ rewardMean }) => (rewardMean === null ? [] : [rewardMean]));
  return rewards.length === 0 ? null : rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
}

const shown = (value: number | null): string => (value === null ? '–' : value.toFixed(3));
