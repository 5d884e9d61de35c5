/**
 * Which rule picks the answer out of a group of the built-in sampler best? Gold only to measure.
 *
 *   node scripts/run.mjs test/bench/ask-choice.ts F
 *
 * F is what scripts/answers/draw.ts wrote: the greedy answer and draws for questions of databases that the hints never
 * saw. Prints a row a rule: right answers in per cent, wordings of a fact, facts of a database and databases counting
 * alike, with the hints and without; and the difference to today's rule, paired, with a 95 % interval that
 * resamples databases.
 */
import { readFileSync } from 'node:fs';
import type { DrawnGroup, DrawnGroups } from '../../scripts/answers/groups.ts';
import { seededRandom } from '../../src/grpo/random.ts';
import { bootstrapMean } from '../../src/lab/statistics.ts';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Give the file that scripts/answers/draw.ts wrote.');
const { groups, samples } = JSON.parse(readFileSync(file, 'utf8')) as DrawnGroups;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

interface Rule {
  readonly name: string;
  readonly rightOf: (group: DrawnGroup) => number;
}

/** The first of the highest scores among `n`; what has a result stands before what has none. */
function best(n: number, c: number): Rule['rightOf'] {
  return ({ draws }) => {
    const seen = draws.slice(0, n);
    const votes = (result: number | null): number => seen.filter((draw) => draw.result === result).length;
    const scored = seen.map(({ total, logProbability, result, right }) => ({
      right,
      score: (total ?? -9) + c * (logProbability ?? 0) + (result === null ? -100 : 0) + 1e-7 * votes(result),
    }));
    return scored.reduce((a, b) => (b.score > a.score ? b : a)).right ? 1 : 0;
  };
}

const COEFFICIENTS = [0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1];
const sizes = [8, 16, 32].filter((n) => n <= samples);
const today: Rule = { name: 'best of 8', rightOf: best(8, 0) };
const rules: Rule[] = [
  { name: 'greedy', rightOf: ({ draws }) => (draws[0]?.right === true ? 1 : 0) },
  ...sizes.flatMap((n) =>
    COEFFICIENTS.map((c) => ({ name: `best of ${n}${c === 0 ? '' : `, + ${c} ln π`}`, rightOf: best(n, c) })),
  ),
  ...sizes.map((n) => ({
    name: `any of ${n}`,
    rightOf: ({ draws }: DrawnGroup) => (draws.slice(0, n).some(({ right }) => right) ? 1 : 0),
  })),
];

/** Database → its accuracy. */
function byDatabase(policy: DrawnGroup['policy'], { rightOf }: Rule): Map<string, number> {
  const facts = new Map<string, Map<string, number[]>>();
  for (const group of groups) {
    if (group.policy !== policy) continue;
    const own = facts.get(group.database) ?? new Map<string, number[]>();
    facts.set(group.database, own.set(group.fact, [...(own.get(group.fact) ?? []), rightOf(group)]));
  }
  return new Map([...facts].map(([name, own]) => [name, mean([...own.values()].map(mean))]));
}

const percent = (share: number): string => (100 * share).toFixed(1);
const signed = (share: number): string => `${share < 0 ? '−' : '+'}${percent(Math.abs(share))}`;
const count = (policy: DrawnGroup['policy']): string => {
  const own = groups.filter((group) => group.policy === policy);
  const facts = new Set(own.map(({ database, fact }) => `${database} ${fact}`)).size;
  return `${own.length} questions, ${facts} facts, ${byDatabase(policy, today).size} databases`;
};
console.log(`${count('starter')}\n`);
console.log('| rule | starter | against best of 8 | no hints | against best of 8 |\n|---|--:|--:|--:|--:|');
for (const rule of rules) {
  const cells = (['starter', 'none'] as const).flatMap((policy) => {
    const [own, base] = [byDatabase(policy, rule), byDatabase(policy, today)];
    const differences = [...own].map(([name, share]) => share - (base.get(name) ?? 0));
    const { low, high } = bootstrapMean(differences, seededRandom(1).next);
    return [percent(mean([...own.values()])), `${signed(mean(differences))} (${signed(low)} to ${signed(high)})`];
  });
  console.log(`| ${rule.name} | ${cells.join(' | ')} |`);
}
