/**
 * Which rule picks the answer out of a group of the sketch sampler best? Held-out questions, gold only to measure.
 *
 *   node scripts/run.mjs test/bench/ask-choice.ts DIR… [--samples G] [--seeds K] [--temperature T]
 *     [--hints starter|none|FILE]
 *
 * DIR holds db.sqlite (or schema.sql) and questions.json. Prints a table: a row a folder, a column a rule, right
 * answers in per cent, and the mean over folders. The group is the greedy answer and G − 1 draws, as in
 * src/ask/ask.ts.
 */
import { basename, join, resolve } from 'node:path';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openFiles } from '../../src/cli/inputs.ts';
import { rewardsFor } from '../../src/cli/parts.ts';
import { chosenHints } from '../../src/cli/starter.ts';
import { DEFAULT_CONFIG } from '../../src/grpo/config.ts';
import { seededRandom } from '../../src/grpo/random.ts';
import { rewardWeights, queryBudget } from '../../src/grpo/derived-settings.ts';
import type { Execution } from '../../src/grpo/types.ts';
import { fixedPolicy } from '../../src/lab/evaluate.ts';
import { Judge } from '../../src/lab/judge.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';
import { agreeingResults } from '../../src/sql/agreeing.ts';

/** One candidate, as the rules see it. */
interface Seen {
  /** Reference-free total, and the same with agreement at weight .5. */
  readonly total: number;
  readonly agreed: number;
  readonly logProbability: number;
  /** Candidates with the same result, itself included; 0 without a result that has rows. */
  readonly votes: number;
}

/**
 * Each gives a score; the highest is picked, the first among equals, which is the greedy answer where it is one of
 * them.
 */
const RULES: Readonly<Record<string, (seen: Seen, index: number) => number>> = {
  greedy: (_seen, index) => -index,
  likeliest: ({ logProbability }) => logProbability,
  vote: ({ votes }) => votes,
  reward: ({ total, votes }) => total + 1e-6 * votes,
  'reward + agreement': ({ agreed }) => agreed,
  'reward + .1 ln p': ({ total, logProbability }) => total + 0.1 * logProbability,
  'all three': ({ agreed, logProbability }) => agreed + 0.1 * logProbability,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    samples: { type: 'string', default: '8' },
    seeds: { type: 'string', default: '2' },
    temperature: { type: 'string', default: String(DEFAULT_CONFIG.temperature) },
    hints: { type: 'string', default: 'starter' },
  },
});
const [samples, seeds, temperature] = [Number(values.samples), Number(values.seeds), Number(values.temperature)];
const policy = fixedPolicy(chosenHints(values.hints).hints);
const budget = queryBudget(DEFAULT_CONFIG);
const names = [...Object.keys(RULES), 'best possible'];
const means = names.map(() => 0);
const line = (first: string, cells: readonly string[]): void => console.log(`| ${first} | ${cells.join(' | ')} |`);
line('dataset (questions)', names);
line(
  '---',
  names.map(() => '--:'),
);

for (const folder of positionals) {
  const file = ['db.sqlite', 'schema.sql'].map((name) => join(folder, name)).find((path) => existsSync(path)) ?? folder;
  const { database, questions } = await openFiles(file, join(folder, 'questions.json'));
  const sampler = makeSketchSampler({ schema: database.schema });
  const weights = rewardWeights(DEFAULT_CONFIG);
  const rewards = rewardsFor(database);
  const [plain, agreeing] = [rewards(weights), rewards({ ...weights, agreement: 0.5 })];
  const judge = new Judge(database, budget);
  const asked = await judge.comparable(questions.filter(({ split }) => split === 'held-out'));
  const right = names.map(() => 0);
  for (const [i, question] of asked.entries()) {
    for (let seed = 1; seed <= seeds; seed++) {
      const request = {
        question: question.question,
        policy,
        temperature,
        random: seededRandom(seed * 2 ** 24 + i).next,
      };
      const drawn = [await sampler.greedy(request), ...(await sampler.generateGroup(request, samples - 1))];
      const executions = await database.execute(
        drawn.map(({ sql }) => sql),
        { budget: { ...budget, maxRows: DEFAULT_CONFIG.max_rows } },
      );
      const runs = drawn.map(({ sql }, k) => ({ sql, execution: executions[k] as Execution }));
      const [free, agreed] = [await plain.score(question, runs), await agreeing.score(question, runs)];
      const classes = await agreeingResults(runs, database);
      const group = drawn.map(({ logProbability }, k): Seen => ({
        total: free[k]?.total ?? -Infinity,
        agreed: agreed[k]?.total ?? -Infinity,
        logProbability: logProbability ?? -Infinity,
        votes:
          executions[k]?.rows.length === 0 ? 0 : classes.filter((one) => one !== null && one === classes[k]).length,
      }));
      const verdicts = await judge.areRight(
        question,
        drawn.map(({ sql }) => sql),
      );
      for (const [r, rule] of Object.values(RULES).entries()) {
        const scores = group.map(rule);
        if (verdicts[scores.indexOf(Math.max(...scores))] === true) right[r] = (right[r] ?? 0) + 1;
      }
      if (verdicts.includes(true)) right[names.length - 1] = (right[names.length - 1] ?? 0) + 1;
    }
  }
  database.close();
  const shares = right.map((count) => (100 * count) / (asked.length * seeds));
  shares.forEach((share, r) => {
    means[r] = (means[r] ?? 0) + share / positionals.length;
  });
  line(
    `${basename(resolve(folder))} (${asked.length})`,
    shares.map((share) => share.toFixed(1)),
  );
}
line(
  '**mean**',
  means.map((mean) => mean.toFixed(1)),
);
