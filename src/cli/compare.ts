import { queryBudget } from '../grpo/derived-settings.ts';
import { percent } from '../grpo/figures.ts';
import { checkSpec, ExperimentError, runExperiment, variantConfig } from '../lab/experiment.ts';
import type { ExperimentPorts } from '../lab/experiment.ts';
import { bestAnswers } from '../ask/best-answers.ts';
import { ANSWER_RULES, BEST_OF } from '../lab/experiment-types.ts';
import type { AnswerRule, Experiment, Variant } from '../lab/experiment-types.ts';
import { countsText, factsOf } from '../lab/facts.ts';
import type { QuestionResult } from '../lab/evaluate.ts';
import { Judge } from '../lab/judge.ts';
import { summarise } from '../lab/summary.ts';
import type { VariantSummary } from '../lab/summary.ts';
import type { Difference } from '../lab/paired.ts';
import type { Mean } from '../lab/student.ts';
import { teachable } from '../lab/teachable.ts';
import { adviceOf } from '../lab/verdict.ts';
import { makeSketchSampler } from '../samplers/sketch/sketch-sampler.ts';
import { checkOutputs, readText, writeAll } from './files.ts';
import { parseHints } from '../formats/hints-file.ts';
import { configFrom, openInputs } from './inputs.ts';
import { oneOf, UsageError, wholeNumber } from './options.ts';
import type { GivenOptions } from './options.ts';
import { rewardsFor } from './parts.ts';
import { everyTenth, inColumns, toJson } from './report.ts';
import type { Report } from './report.ts';
import { simulatedFeedback } from './simulated-feedback.ts';
import { loadStarter } from './starter.ts';
import { parseVariant } from './variants.ts';

/** `lab compare`. */
export async function compare(given: GivenOptions, report: Report): Promise<void> {
  const steps = wholeNumber('steps', given.one('steps') ?? '100', 1, 1_000_000);
  const seedCount = wholeNumber('seeds', given.one('seeds') ?? '3', 1, 100);
  const firstSeed = wholeNumber('seed', given.one('seed') ?? '1', 0, 2 ** 32);
  const evaluateEvery = wholeNumber(
    'evaluate-every',
    given.one('evaluate-every') ?? String(Math.ceil(steps / 10)),
    1,
    1_000_000,
  );
  const curveQuestions =
    given.one('curve-questions') === undefined
      ? null
      : wholeNumber('curve-questions', given.one('curve-questions') ?? '', 1, 1_000_000);
  const answer = oneOf('answer', given.one('answer') ?? 'greedy', ANSWER_RULES);
  const feedbackShare = wholeNumber('feedback-percent', given.one('feedback-percent') ?? '50', 0, 100) / 100;
  const config = configFrom(given);
  const parsed = given.all('variant').map(parseVariant);
  const variants = parsed.map(({ variant }) => variant);
  const json = given.one('json');
  const startFiles = parsed.flatMap(({ startFile }) => startFile ?? []);
  checkOutputs(json === undefined ? [] : [{ option: 'json', path: json }], [
    given.need('database'),
    given.need('questions'),
    ...startFiles,
  ]);
  const starts = new Map(
    parsed.map(({ variant, startFile }) => [
      variant.name,
      startFile !== null
        ? parseHints(readText(startFile), startFile)
        : variant.start === 'starter'
          ? loadStarter()
          : [],
    ]),
  );
  const experiment: Experiment = {
    spec: {
      id: 'lab-compare',
      name: 'lab compare',
      dataset: given.need('questions'),
      variants,
      steps,
      evaluateEvery,
      ...(curveQuestions === null ? {} : { curveQuestions }),
      ...(answer === 'greedy' ? {} : { answer }),
      seeds: Array.from({ length: seedCount }, (_, i) => firstSeed + i),
    },
    runs: [],
  };
  await forTheCaller(async () => checkSpec(experiment.spec, config));

  const { database, questions, dataset } = await openInputs(given);
  try {
    const rewards = rewardsFor(database);
    const sampler = makeSketchSampler({ schema: database.schema });
    const judge = new Judge(database, queryBudget(config));
    const ports: ExperimentPorts = {
      sampler,
      database,
      questions,
      config,
      startHints: ({ name }) => starts.get(name) ?? [],
      bestAnswers: bestAnswers({ sampler, database, rewards, config }),
      rewards: (variant, seed) =>
        variantConfig(config, variant).feedback_weight > 0
          ? rewardsFor(database, simulatedFeedback({ gold: judge.gold, share: feedbackShare, seed }))
          : rewards,
    };
    const told = new Map<string, readonly QuestionResult[]>();
    const done = await forTheCaller(() =>
      runExperiment({
        experiment,
        ports,
        onAnswers: ({ variant, seed }, results) => void told.set(`${variant} ${seed}`, results),
        onProgress: ({ unit, units, variant, seed, step, steps: all }) => {
          if (step === 0 || everyTenth(step, all))
            report.progress(
              `unit ${unit}/${units}  ${variants[variant]?.name ?? ''}, seed ${seed}: step ${step}/${all}`,
            );
        },
      }),
    );
    const heldOut = questions.filter(({ split }) => split === 'held-out');
    const measured = await judge.comparable(heldOut);
    const facts = factsOf(measured);
    const summaries = summarise(done, facts);
    const weak = await Promise.all(measured.map((question) => judge.gold.isWeak(question)));
    const weakGold = weak.filter((one) => one === true).length;
    if (json !== undefined) {
      const training = await Promise.all(
        variants.map((variant) => teachable(questions, variantConfig(config, variant), judge.gold)),
      );
      writeAll([
        {
          path: json,
          text: toJson({
            format: 'grpo-sql-lab/comparison',
            version: 2,
            dataset: {
              ...dataset,
              heldOutQuestions: measured.length,
              heldOutFacts: new Set(facts.values()).size,
              weakGold,
              withoutGold: heldOut.length - measured.length,
            },
            sampler: sampler.id,
            steps,
            seeds: experiment.spec.seeds,
            evaluateEvery,
            ...(curveQuestions === null ? {} : { curveQuestions }),
            config,
            evaluation: { groupSize: config.group_size, temperature: config.temperature, answer },
            ...(variants.some((variant) => variantConfig(config, variant).feedback_weight > 0)
              ? { simulatedFeedbackShare: feedbackShare }
              : {}),
            variants: variants.map((variant, i) =>
              inFile(variant, summaries[i] as VariantSummary, done, i, training[i], told),
            ),
          }),
        },
      ]);
    }
    const table = tableOf(summaries, config.group_size, answer);
    for (const line of table) report.result(line);
    report.result(
      `Held out: ${countsText({ questions: measured.length, facts: new Set(facts.values()).size })}; ${seedCount} seed${seedCount === 1 ? '' : 's'}, ${steps} steps; in brackets 95 % intervals over facts.${weakGold > 0 ? ` The gold SQL of ${weakGold} returns nothing, 0 or NULL: wrong SQL matches those easily.` : ''}`,
    );
    for (const { name, comparison, keptStart, seeds } of summaries) {
      if (keptStart > 0)
        report.result(`${name}: ${keptStart} of ${seeds} runs did not beat their start on validation and kept it.`);
      if (comparison !== null)
        report.result(
          `${name} against ${summaries[0]?.name ?? ''}: ${comparison.verdict} Gained ${comparison.gained.length}, lost ${comparison.lost.length} of ${comparison.questions}.${advice(comparison)}`,
        );
    }
  } finally {
    database.close();
  }
}

function inFile(
  variant: Variant,
  summary: VariantSummary,
  { runs }: Experiment,
  index: number,
  training: Awaited<ReturnType<typeof teachable>> | undefined,
  told: ReadonlyMap<string, readonly QuestionResult[]>,
): unknown {
  const { name, heldOut, curve, comparison, hints, keptStart } = summary;
  const own = runs.filter((run) => run.variant === index);
  return {
    name,
    settings: variant.settings,
    start: variant.start,
    learning: variant.learning,
    trainingQuestions: training?.questions.length ?? 0,
    leftOut: training?.leftOut ?? [],
    heldOut,
    curve,
    hints,
    keptStart,
    curveOver: summary.curveOver,
    perSeed: own.map(({ seed, answers, curve: points, hints: kept, keptStart: still }) => ({
      seed,
      greedy: answers.filter(({ greedy }) => greedy).length / answers.length,
      hints: kept,
      keptStart: still,
      curve: points,
      perQuestion: told.get(`${index} ${seed}`) ?? [],
    })),
    comparison,
  };
}

function advice(comparison: Difference): string {
  const text = adviceOf(comparison);
  return text === null ? '' : ` ${text}`;
}

/** What an experiment refuses is in the arguments or the files. */
async function forTheCaller<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ExperimentError) throw new UsageError(error.message);
    throw error;
  }
}

/** Names, and accuracies in per cent with their intervals, in columns. */
function tableOf(summaries: readonly VariantSummary[], groupSize: number, answer: AnswerRule): string[] {
  const shown = (one: Mean | undefined): string =>
    one === undefined ? '–' : `${percent(one.mean)} (${percent(one.low)}–${percent(one.high)})`;
  const rows = [
    ['variant', answer === 'best' ? `best of ${BEST_OF} %` : 'greedy %', 'pass@1 %', `pass@${groupSize} %`, 'hints'],
    ...summaries.map(({ name, heldOut, hints }) => [
      name,
      shown(heldOut?.greedy),
      shown(heldOut?.pass1),
      shown(heldOut?.passG),
      hints.toFixed(0),
    ]),
  ];
  return inColumns(rows);
}
