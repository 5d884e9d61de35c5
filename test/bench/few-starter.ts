/**
 * What distilling leaves of a starter policy, on databases that it never saw.
 *
 *   node scripts/run.mjs test/bench/few-starter.ts DIR… --left-out A,B[;C,D…] [--seeds 1]
 *
 * DIR are folders as `lab pretrain --dataset` takes them. Each group of names between semicolons is left out together:
 * a policy is learned on the training questions of the others, and answers all questions of these greedily, with no
 * hints, with what was distilled (dense), with what came of it (few), and with as many of the strongest (strongest).
 * Prints a row a database, every fact counting alike, and the mean over databases, with 95 % intervals of the
 * differences to dense by a bootstrap over the facts of each database.
 */
import { parseArgs } from 'node:util';
import { openFolder } from '../../src/cli/dataset-folder.ts';
import { foldOf } from '../../src/cli/pretrain.ts';
import { percent, signedPoints } from '../../src/grpo/figures.ts';
import { seededRandom } from '../../src/grpo/random.ts';
import { fixedPolicy, greedyAnswers } from '../../src/lab/evaluate.ts';
import { factsOf } from '../../src/lab/facts.ts';
import type { Fold } from '../../src/lab/leave-one-out.ts';
import { PASSES, pretrain, PRETRAINING_CONFIG } from '../../src/lab/pretrain.ts';
import { quantile } from '../../src/lab/statistics.ts';

const WAYS = ['none', 'dense', 'few', 'strongest'] as const;
type Shares = Readonly<Record<(typeof WAYS)[number], number>>;
const DRAWS = 2000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'left-out': { type: 'string' }, seeds: { type: 'string', default: '1' } },
});
const groups = (values['left-out'] ?? '').split(';').map((group) => group.split(','));
const mean = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0) / list.length;
const row = (cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`);

const opened = await Promise.all(positionals.map(openFolder));
const folds = opened.map((folder) => foldOf(folder, false));
const unknown = groups.flat().find((name) => !folds.some((fold) => fold.name === name));
if (unknown !== undefined) throw new Error(`No folder has the name "${unknown}".`);

/** Shares of right answers, a fact each; several seeds are averaged. */
const measured = new Map<string, Map<string, Shares[]>>();
for (let seed = 1; seed <= Number(values.seeds); seed++) {
  for (const group of groups) {
    const sources = folds.filter(({ name }) => !group.includes(name));
    const { hints, dense } = await pretrain({ sources, passes: PASSES, seed });
    const policies = { none: [], dense, few: hints, strongest: dense.slice(0, hints.length) };
    console.error(`seed ${seed}, without ${group.join(', ')}: ${dense.length} → ${hints.length} hints`);
    for (const fold of folds.filter(({ name }) => group.includes(name))) await note(fold, policies);
  }
}
async function note(
  { name, judge, sampler, measured: asked }: Fold,
  policies: Readonly<Record<(typeof WAYS)[number], Parameters<typeof fixedPolicy>[0]>>,
): Promise<void> {
  const questions = await judge.comparable(asked);
  const facts = factsOf(questions);
  const right: Record<string, readonly boolean[]> = {};
  for (const way of WAYS)
    right[way] = await greedyAnswers({
      questions,
      sampler,
      judge,
      policy: fixedPolicy(policies[way]),
      temperature: PRETRAINING_CONFIG.temperature,
    });
  const known = measured.get(name) ?? new Map<string, Shares[]>();
  measured.set(name, known);
  for (const fact of new Set(facts.values())) {
    const of = (way: (typeof WAYS)[number]): number =>
      mean(questions.flatMap(({ id }, i) => (facts.get(id) === fact ? [right[way]?.[i] === true ? 1 : 0] : [])));
    const shares = { none: of('none'), dense: of('dense'), few: of('few'), strongest: of('strongest') };
    known.set(fact, [...(known.get(fact) ?? []), shares]);
  }
}

const databases = [...measured].map(([name, facts]) => ({
  name,
  facts: [...facts.values()].map((runs): Shares => {
    const over = (way: (typeof WAYS)[number]): number => mean(runs.map((run) => run[way]));
    return { none: over('none'), dense: over('dense'), few: over('few'), strongest: over('strongest') };
  }),
}));
row(['left out', 'facts', ...WAYS.map((way) => `${way} %`)]);
row(['---', ...['', ...WAYS].map(() => '--:')]);
for (const { name, facts } of databases)
  row([name, String(facts.length), ...WAYS.map((way) => percent(mean(facts.map((fact) => fact[way]))))]);
const macro = (way: (typeof WAYS)[number]): number =>
  mean(databases.map(({ facts }) => mean(facts.map((fact) => fact[way]))));
row(['**mean**', '', ...WAYS.map((way) => percent(macro(way)))]);
const random = seededRandom(1).next;
for (const way of WAYS.filter((one) => one !== 'dense')) {
  const drawn = Array.from({ length: DRAWS }, () =>
    mean(
      databases.map(({ facts }) => {
        const again = facts.map(() => facts[Math.floor(random() * facts.length)] as Shares);
        return mean(again.map((fact) => fact[way] - fact.dense));
      }),
    ),
  ).sort((a, b) => a - b);
  const [low, high] = [quantile(drawn, 0.025), quantile(drawn, 0.975)];
  console.log(
    `${way} − dense: ${signedPoints(macro(way) - macro('dense'))} (${signedPoints(low)} to ${signedPoints(high)})`,
  );
}
for (const { database } of opened) database.close();
