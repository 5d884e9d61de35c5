/**
 * What training does to answers, from a starter policy that never saw the database: does it ever harm?
 *
 *   node scripts/run.mjs test/bench/never-harm.ts DIR… --left-out "A,B;C,D…" [--beside DIR]… [--starters FOLDER]
 *     [--steps 300] [--seeds 1] [--reward reference-free|gold] [--variant "name[:setting=value,…]"]…
 *
 * DIR are folders as `lab pretrain --dataset` takes them. Each group of names between semicolons is left out together:
 * a starter is learned on the training questions of the others, and each database of the group is trained on from it,
 * on its own training questions. Folders given with --beside are no source of any starter; theirs is that of the last
 * group. Starters are kept in FOLDER and read from there the next time (empty it when the sampler or pretraining has
 * changed). A variant is a preset ("tuned") or a name for settings over the published ones.
 *
 * Prints a row a database: greedy answers to held-out questions at the start and the change by each variant, every fact
 * counting alike, with 95 % intervals over facts, then the mean over databases, with an interval over databases, and
 * the worst; then the same over all questions, which is more of them: the reward has not seen their gold. Of gold
 * training only held-out ones are shown.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openFolder } from '../../src/cli/dataset-folder.ts';
import { foldOf } from '../../src/cli/pretrain.ts';
import { readSettings } from '../../src/cli/options.ts';
import { rewardsFor } from '../../src/cli/parts.ts';
import { compactHintsText, parseHints } from '../../src/formats/hints-file.ts';
import { makeConfig, PRESET_NAMES, type GRPOConfig } from '../../src/grpo/config.ts';
import { percent, signedPoints } from '../../src/grpo/figures.ts';
import { seededRandom } from '../../src/grpo/random.ts';
import { REWARD_MODES, rewardModeWeights } from '../../src/grpo/reward-modes.ts';
import { GRPOTrainer } from '../../src/grpo/trainer.ts';
import type { PolicyHint, PolicyView, Question } from '../../src/grpo/types.ts';
import { countRight, fixedPolicy, greedyAnswers } from '../../src/lab/evaluate.ts';
import { factsOf, sumByFact } from '../../src/lab/facts.ts';
import type { Fold } from '../../src/lab/leave-one-out.ts';
import { pairedDifference } from '../../src/lab/paired.ts';
import { PASSES, pretrain } from '../../src/lab/pretrain.ts';
import { bootstrapMean } from '../../src/lab/statistics.ts';
import { teachable } from '../../src/lab/teachable.ts';
import { trainWithValidation } from '../../src/lab/training.ts';

interface Variant {
  readonly name: string;
  readonly config: GRPOConfig;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'left-out': { type: 'string', default: '' },
    beside: { type: 'string', multiple: true, default: [] },
    starters: { type: 'string' },
    steps: { type: 'string', default: '300' },
    seeds: { type: 'string', default: '1' },
    reward: { type: 'string', default: 'reference-free' },
    variant: { type: 'string', multiple: true, default: ['published'] },
  },
});
const steps = Number(values.steps);
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
const reward = REWARD_MODES.find((mode) => mode === values.reward) ?? 'reference-free';
const variants = values.variant.map((text): Variant => {
  const [name = '', settings = ''] = text.split(/:(.*)/s);
  const preset = PRESET_NAMES.find((one) => one === name);
  const given = readSettings(settings === '' ? [] : settings.split(','));
  return { name, config: makeConfig({ ...rewardModeWeights(reward), ...given }, preset) };
});

const mean = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0) / list.length;
const row = (cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`);

/** Answers to one set of questions: shares of seeds that were right, one value a fact. */
interface Answers {
  readonly start: readonly number[];
  /** By variant. */
  readonly after: readonly (readonly number[])[];
}
interface Measured {
  readonly name: string;
  readonly trained: number;
  readonly heldOut: Answers;
  readonly all: Answers;
  /** By variant: hints at the end, events a step in the median, mean reward of the first and of the last sixth. */
  readonly runs: readonly { hints: number; events: number; rewards: readonly [number, number] }[];
}

async function starterOf(group: readonly string[], sources: readonly Fold[]): Promise<readonly PolicyHint[]> {
  const file = values.starters === undefined ? undefined : join(values.starters, `without-${group.join('-')}.json`);
  if (file !== undefined && existsSync(file)) return parseHints(readFileSync(file, 'utf8'), file);
  const { hints } = await pretrain({ sources, passes: PASSES, seed: 1 });
  console.error(`without ${group.join(', ')}: ${hints.length} hints`);
  if (file !== undefined) {
    mkdirSync(values.starters ?? '', { recursive: true });
    writeFileSync(file, compactHintsText({ hints, sources: [] }));
  }
  return hints;
}

async function measure(fold: Fold, start: readonly PolicyHint[]): Promise<Measured> {
  const { name, sampler, judge, database } = fold;
  const questions = await judge.comparable(fold.measured);
  const rewards = rewardsFor(database);
  const temperature = variants[0]?.config.temperature ?? 1;
  const right = async (policy: PolicyView): Promise<number[]> =>
    (await greedyAnswers({ questions, sampler, policy, temperature, judge })).map(Number);
  const before = await right(fixedPolicy(start));
  const after: number[][] = [];
  const runs: Measured['runs'][number][] = [];
  let trained = 0;
  for (const { config } of variants) {
    const { questions: training } = await teachable(fold.measured, config, judge.gold);
    trained = training.length;
    const over: number[][] = [];
    const [hints, events, firsts, lasts]: [number[], number[], number[], number[]] = [[], [], [], []];
    for (const seed of seeds) {
      const trainer = new GRPOTrainer({ config, sampler, database, rewards, seed, distribution: false });
      trainer.startFrom(start, 'starter');
      await trainWithValidation({
        trainer,
        questions: training,
        steps,
        validate: (asked, policy) => countRight({ questions: asked, sampler, policy, temperature, judge }),
        onStep: ({ number, events: changed, metrics }) => {
          events.push(changed.length);
          if (metrics.rewardMean === null) return;
          if (number <= steps / 6) firsts.push(metrics.rewardMean);
          if (number > (steps * 5) / 6) lasts.push(metrics.rewardMean);
        },
      });
      over.push(await right(fixedPolicy(trainer.policy.hints, config)));
      hints.push(trainer.policy.size);
    }
    after.push(questions.map((_, i) => mean(over.map((run) => run[i] ?? 0))));
    events.sort((a, b) => a - b);
    runs.push({ hints: mean(hints), events: events[events.length >> 1] ?? 0, rewards: [mean(firsts), mean(lasts)] });
  }
  const facts = factsOf(questions);
  const answersTo = (chosen: (question: Question) => boolean): Answers => {
    const of = (shares: readonly number[]): number[] => {
      const kept = questions.flatMap((question, i) =>
        chosen(question) ? [{ share: shares[i] ?? 0, fact: facts.get(question.id) ?? question.id }] : [],
      );
      const sums = sumByFact(
        kept.map(({ share }) => share),
        kept.map(({ fact }) => fact),
      );
      return sums.map(({ sum, questions: count }) => sum / count);
    };
    return { start: of(before), after: after.map(of) };
  };
  console.error(`${name} done`);
  return {
    name,
    trained,
    heldOut: answersTo(({ split }) => split === 'held-out'),
    all: answersTo(() => true),
    runs,
  };
}

function table(title: string, measured: readonly Measured[], of: (one: Measured) => Answers): void {
  console.log(`\n${title}\n`);
  row(['left out', 'trained on', 'facts', 'start %', ...variants.map(({ name }) => `${name}: change`)]);
  row(['---', ...['', '', '', ...variants].map(() => '--:')]);
  for (const one of measured) {
    const { start, after } = of(one);
    const changes = after.map((shares) => {
      const { difference, low, high } = pairedDifference(
        start,
        shares,
        start.map((_, i) => String(i)),
        seededRandom(1).next,
      );
      return `${signedPoints(difference)} (${signedPoints(low)} to ${signedPoints(high)})`;
    });
    row([one.name, String(one.trained), String(start.length), percent(mean(start)), ...changes]);
  }
  const changesOf = (v: number): number[] => measured.map((one) => mean(of(one).after[v] ?? []) - mean(of(one).start));
  const summary = (text: (changes: readonly number[]) => string): string[] =>
    variants.map((_, v) => text(changesOf(v)));
  const over = (changes: readonly number[]): string => {
    const { low, high } = bootstrapMean(changes, seededRandom(1).next);
    return `${signedPoints(mean(changes))} (${signedPoints(low)} to ${signedPoints(high)})`;
  };
  row(['**mean**', '', '', percent(mean(measured.map((one) => mean(of(one).start)))), ...summary(over)]);
  row(['**worst**', '', '', '', ...summary((changes) => signedPoints(Math.min(...changes)))]);
}

const opened = await Promise.all(positionals.map(openFolder));
const beside = await Promise.all(values.beside.map(openFolder));
const folds = opened.map((folder) => foldOf(folder, false));
const groups = values['left-out'].split(';').map((group) => group.split(','));
const unknown = groups.flat().find((name) => !folds.some((fold) => fold.name === name));
if (unknown !== undefined) throw new Error(`No folder has the name "${unknown}".`);
const measured: Measured[] = [];
for (const [i, group] of groups.entries()) {
  const starter = await starterOf(
    group,
    folds.filter(({ name }) => !group.includes(name)),
  );
  const asked = folds.filter(({ name }) => group.includes(name));
  if (i === groups.length - 1) asked.push(...beside.map((folder) => foldOf(folder, false)));
  for (const fold of asked) measured.push(await measure(fold, starter));
}
table(`Held-out questions, ${reward}, ${steps} steps, ${seeds.length} seed(s)`, measured, ({ heldOut }) => heldOut);
if (reward !== 'gold') table('All questions', measured, ({ all }) => all);
console.log('');
for (const [v, { name }] of variants.entries()) {
  const of = (value: (run: Measured['runs'][number]) => number): number =>
    mean(measured.map(({ runs }) => value(runs[v] as Measured['runs'][number])));
  console.log(
    `${name}: ${of(({ hints }) => hints).toFixed(0)} hints, ${of(({ events }) => events).toFixed(0)} events a step, ` +
      `mean reward ${of(({ rewards }) => rewards[0]).toFixed(3)} → ${of(({ rewards }) => rewards[1]).toFixed(3)}`,
  );
}
for (const { database } of [...opened, ...beside]) database.close();
