/**
 * What the built-in sampler draws for questions of databases that its hints never saw, and which of it is right.
 *
 *   node scripts/run.mjs scripts/answers/draw.ts DIR… --out F [--samples G] [--parts K] [--questions Q]
 *     [--measured A,B] [--seed S] [--own STEPS]
 *
 * DIR holds db.sqlite (or schema.sql), questions.json and a licence. The folders are dealt into K parts; for each part
 * a starter policy is learned on the training questions of all others, and answers the questions of the part. The
 * folders that `--measured` names are answered but never learned on. With `--own`, hints are learned on the training
 * questions of each database itself instead, by so many steps on gold from nothing, and its held-out questions are
 * asked. Of each fact at most two wordings are asked, of
 * each database at most Q. What comes of it is read by scripts/answers/fit.ts and test/bench/ask-choice.ts.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { quickFirst } from '../../src/ask/quick-first.ts';
import { openFolder } from '../../src/cli/dataset-folder.ts';
import { rewardsFor } from '../../src/cli/parts.ts';
import { DEFAULT_CONFIG, makeConfig, PRESETS } from '../../src/grpo/config.ts';
import { queryBudget, rewardWeights } from '../../src/grpo/derived-settings.ts';
import { rewardModeWeights } from '../../src/grpo/reward-modes.ts';
import { runAndScore } from '../../src/grpo/run-once.ts';
import type { Database, PolicyHint, PolicyView, Question } from '../../src/grpo/types.ts';
import { teachChoice } from '../../src/lab/choice-training.ts';
import { chance, fixedPolicy } from '../../src/lab/evaluate.ts';
import { factsOf } from '../../src/lab/facts.ts';
import { GoldResults } from '../../src/lab/gold.ts';
import { Judge } from '../../src/lab/judge.ts';
import { PASSES, pretrain, PRETRAINING_CONFIG } from '../../src/lab/pretrain.ts';
import { teachable } from '../../src/lab/teachable.ts';
import { RememberingDatabase } from '../../src/lab/remembering-database.ts';
import { analyse } from '../../src/linking/analyse.ts';
import { makeSchemaIndex } from '../../src/linking/schema-index.ts';
import { unlinkedOf } from '../../src/linking/unlinked.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';
import { agreeingResults } from '../../src/sql/agreeing.ts';
import type { DrawnGroup, DrawnGroups } from './groups.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    samples: { type: 'string', default: '32' },
    parts: { type: 'string', default: '4' },
    questions: { type: 'string', default: '120' },
    measured: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    own: { type: 'string', default: '0' },
  },
});
const { out } = values;
if (out === undefined || positionals.length === 0) throw new Error('Give folders and --out F.');
const [samples, parts, most, seed, own] = [
  ...[values.samples, values.parts, values.questions, values.seed, values.own],
].map(Number);
const ownSteps = own ?? 0;
const onlyMeasured = values.measured.split(',');
const WORDINGS = 2;

const folders = await Promise.all(positionals.map(openFolder));
const sources = folders.map(({ name, questions, database: within }) => {
  const database = new RememberingDatabase(within);
  const gold = new GoldResults(database);
  return {
    ...{ name, database, gold, questions: questions.filter(({ split }) => split === 'train') },
    sampler: makeSketchSampler({ schema: database.schema }),
  };
});

/** At most so many wordings of each fact, and so many questions of a database, evenly spread. */
function chosen(questions: readonly Question[]): { readonly question: Question; readonly fact: string }[] {
  const facts = factsOf(questions);
  const asked = new Map<string, number>();
  const few = questions.flatMap((question) => {
    const fact = facts.get(question.id) ?? question.id;
    const times = (asked.get(fact) ?? 0) + 1;
    asked.set(fact, times);
    return times <= WORDINGS ? [{ question, fact }] : [];
  });
  const step = Math.max(1, few.length / (most ?? few.length));
  return Array.from({ length: Math.floor(few.length / step) }, (_, i) => few[Math.floor(i * step)] ?? []).flat();
}

/** Hints of the database's own training questions, gold the reward. */
async function learnedHere(
  questions: readonly Question[],
  database: Database,
  judge: Judge,
): Promise<readonly PolicyHint[]> {
  const config = makeConfig({ ...PRESETS.tuned, ...rewardModeWeights('gold'), validation_share: 0 });
  const sampler = makeSketchSampler({ schema: database.schema });
  const training = questions.filter(({ split }) => split === 'train');
  const { questions: taught } = await teachable(training, config, judge.gold);
  const rewards = rewardsFor(database);
  return teachChoice({
    questions: taught,
    sampler,
    database,
    rewards,
    config,
    steps: ownSteps,
    seed: seed ?? 1,
    judge,
  });
}

const groups: DrawnGroup[] = [];
for (let part = 0; part < (parts ?? 1); part++) {
  const left = folders.filter((_, i) => i % (parts ?? 1) === part);
  const { hints } =
    ownSteps > 0
      ? { hints: [] }
      : await pretrain({
          sources: sources.filter(
            (_, i) => i % (parts ?? 1) !== part && !onlyMeasured.includes(sources[i]?.name ?? ''),
          ),
          passes: PASSES,
          seed: seed ?? 1,
        });
  process.stderr.write(`part ${part + 1}: ${hints.length} hints, without ${left.map(({ name }) => name).join(', ')}\n`);
  for (const { name, questions, database } of left) {
    const judge = new Judge(database, queryBudget(DEFAULT_CONFIG));
    const asked = chosen(
      await judge.comparable(ownSteps > 0 ? questions.filter(({ split }) => split === 'held-out') : questions),
    );
    const sampler = makeSketchSampler({ schema: database.schema });
    const rewards = rewardsFor(database)(rewardWeights(DEFAULT_CONFIG));
    const index = makeSchemaIndex(database.schema);
    const policies: [DrawnGroup['policy'], PolicyView][] = [
      ['starter', fixedPolicy(ownSteps > 0 ? await learnedHere(questions, database, judge) : hints)],
      ['none', fixedPolicy([])],
    ];
    for (const [label, policy] of policies) {
      for (const [i, { question, fact }] of asked.entries()) {
        const request = () => ({
          ...{ question: question.question, policy },
          ...{ temperature: DEFAULT_CONFIG.temperature, random: chance(seed ?? 1, i) },
        });
        const drawn = [
          await sampler.greedy(request()),
          ...(await sampler.generateGroup(request(), (samples ?? 32) - 1)),
        ];
        const texts = drawn.map(({ sql }) => sql);
        const budget = { ...queryBudget(DEFAULT_CONFIG), maxRows: DEFAULT_CONFIG.max_rows };
        const runs = await runAndScore(question, texts, { database: quickFirst(database), rewards, budget });
        const classes = await agreeingResults(runs, database);
        const right = await judge.areRight(question, texts);
        groups.push({
          ...{ database: name, fact, question: question.question, policy: label },
          unlinked: unlinkedOf(analyse(question.question, index), index),
          weak: (await judge.gold.isWeak(question)) === true,
          draws: drawn.map(({ sql, logProbability, decisions }, k) => ({
            ...{ sql, logProbability, decisions: decisions.length, right: right[k] === true },
            ...{ total: runs[k]?.rewards.total ?? null, result: classes[k] ?? null },
            rows: runs[k]?.execution.rows.length ?? 0,
          })),
        });
      }
      process.stderr.write(`${name}, ${label}: ${asked.length} questions\n`);
    }
  }
}
for (const { database } of folders) database.close();
const about: Omit<DrawnGroups, 'groups'> = {
  ...{ samples: samples ?? 32, parts: parts ?? 1, seed: seed ?? 1, passes: PASSES },
  temperature: DEFAULT_CONFIG.temperature,
  learnedAt: PRETRAINING_CONFIG.learning_rate,
};
writeFileSync(out, JSON.stringify({ ...about, groups }));
