/**
 * What distilling leaves of a policy of many hints: gold, preset tuned without validation, from nothing.
 *
 *   node scripts/run.mjs test/bench/few-hints.ts DIR… [--most 80] [--steps 200] [--seeds 5] [--set name=value]…
 *     [--facts]
 *
 * DIR holds db.sqlite (or schema.sql) and questions.json. Each run is measured before and after it is distilled:
 * greedy answers to the held-out questions, in per cent, with 95 % intervals over facts. Prints a table, a row a folder
 * and one for all facts together, beside the share of the training questions that the dense policy has right; with
 * --facts also a line for each fact.
 */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openFiles } from '../../src/cli/inputs.ts';
import { readSettings } from '../../src/cli/options.ts';
import { rewardsFor } from '../../src/cli/parts.ts';
import { makeConfig } from '../../src/grpo/config.ts';
import { queryBudget } from '../../src/grpo/derived-settings.ts';
import { distilPolicy } from '../../src/grpo/distillation.ts';
import { percent, signedPoints } from '../../src/grpo/figures.ts';
import { seededRandom } from '../../src/grpo/random.ts';
import { rewardModeWeights } from '../../src/grpo/reward-modes.ts';
import { GRPOTrainer } from '../../src/grpo/trainer.ts';
import type { Question } from '../../src/grpo/types.ts';
import { meanOverFacts } from '../../src/lab/accuracy.ts';
import { greedyAnswers } from '../../src/lab/evaluate.ts';
import { factsIn, factsOf } from '../../src/lab/facts.ts';
import { Judge } from '../../src/lab/judge.ts';
import { pairedDifference } from '../../src/lab/paired.ts';
import { RememberingDatabase } from '../../src/lab/remembering-database.ts';
import { teachable } from '../../src/lab/teachable.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';

/** Shares of seeds that answered each held-out question rightly, and what there was to answer with. */
interface Measured {
  readonly facts: readonly string[];
  readonly dense: readonly number[];
  readonly few: readonly number[];
  /** Share of the training questions, dense. */
  readonly training: number;
  readonly hints: { readonly dense: number; readonly few: number };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    most: { type: 'string', default: '80' },
    steps: { type: 'string', default: '200' },
    seeds: { type: 'string', default: '5' },
    set: { type: 'string', multiple: true, default: [] },
    facts: { type: 'boolean', default: false },
  },
});
const [most, steps, seeds] = [Number(values.most), Number(values.steps), Number(values.seeds)];
const config = makeConfig({ ...rewardModeWeights('gold'), validation_share: 0, ...readSettings(values.set) }, 'tuned');

const mean = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0) / list.length;
const meanOfRuns = (runs: readonly (readonly boolean[])[]): number[] =>
  (runs[0] ?? []).map((_, i) => mean(runs.map((run) => (run[i] === true ? 1 : 0))));
const line = (cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`);

async function measure(folder: string): Promise<Measured> {
  const file = ['db.sqlite', 'schema.sql'].map((name) => join(folder, name)).find((path) => existsSync(path)) ?? folder;
  const { database: opened, questions } = await openFiles(file, join(folder, 'questions.json'));
  const database = new RememberingDatabase(opened);
  const sampler = makeSketchSampler({ schema: database.schema });
  const judge = new Judge(database, queryBudget(config));
  const { questions: training } = await teachable(questions, config, judge.gold);
  const heldOut = await judge.comparable(questions.filter(({ split }) => split === 'held-out'));
  const runs = { training: [] as boolean[][], dense: [] as boolean[][], few: [] as boolean[][] };
  const hints = { dense: [] as number[], few: [] as number[] };
  for (let seed = 1; seed <= seeds; seed++) {
    const rewards = rewardsFor(database);
    const trainer = new GRPOTrainer({ config, sampler, database, rewards, seed, distribution: false });
    const answers = (asked: readonly Question[]): Promise<boolean[]> =>
      greedyAnswers({
        questions: asked,
        sampler,
        policy: trainer.policy,
        judge,
        temperature: config.temperature,
      });
    for (let step = 0; step < steps; step++) await trainer.runStep(trainer.nextQuestions(training));
    runs.training.push(await answers(training));
    runs.dense.push(await answers(heldOut));
    hints.dense.push(trainer.policy.size);
    distilPolicy(trainer, training, most);
    runs.few.push(await answers(heldOut));
    hints.few.push(trainer.policy.size);
  }
  opened.close();
  const facts = factsIn(
    heldOut.map(({ id }) => id),
    factsOf(heldOut),
  );
  return {
    facts,
    dense: meanOfRuns(runs.dense),
    few: meanOfRuns(runs.few),
    training: mean(runs.training.flat().map(Number)),
    hints: { dense: mean(hints.dense), few: mean(hints.few) },
  };
}

function row(name: string, { facts, dense, few, training, hints }: Measured): void {
  const share = (shares: readonly number[]): string => {
    const { accuracy, low, high } = meanOverFacts(shares, facts);
    return `${percent(accuracy)} (${percent(low)}–${percent(high)})`;
  };
  const { difference, low, high } = pairedDifference(dense, few, facts, seededRandom(1).next);
  line([
    name,
    `${facts.length} of ${new Set(facts).size}`,
    hints.dense.toFixed(0),
    hints.few.toFixed(0),
    percent(training),
    share(dense),
    share(few),
    `${signedPoints(difference)} (${signedPoints(low)} to ${signedPoints(high)})`,
  ]);
}

line(['set', 'held-out', 'hints', 'kept', 'training %', 'dense %', 'few %', 'few − dense']);
line(['---', '--:', '--:', '--:', '--:', '--:', '--:', '--:']);
const all: Measured[] = [];
for (const folder of positionals) {
  const name = basename(resolve(folder));
  const one = await measure(folder);
  all.push(one);
  row(name, one);
  if (values.facts)
    for (const fact of new Set(one.facts)) {
      const of = (shares: readonly number[]): string => percent(mean(shares.filter((_, i) => one.facts[i] === fact)));
      console.log(`  ${fact}: ${of(one.dense)} → ${of(one.few)}`);
    }
}
if (all.length > 1)
  row('all', {
    facts: all.flatMap(({ facts }, i) => facts.map((fact) => `${i} ${fact}`)),
    dense: all.flatMap(({ dense }) => dense),
    few: all.flatMap(({ few }) => few),
    training: mean(all.map(({ training }) => training)),
    hints: { dense: mean(all.map(({ hints }) => hints.dense)), few: mean(all.map(({ hints }) => hints.few)) },
  });
