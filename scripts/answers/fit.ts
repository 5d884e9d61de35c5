/**
 * Fits the probability that an answer is right, and says how far it may be taken at its word.
 *
 *   node scripts/run.mjs scripts/answers/fit.ts F [--measured A,B] [--write]
 *
 * F is what scripts/answers/draw.ts wrote. Every database is left out once: the regression is fitted on the answers to
 * the questions of all others and says how likely those to its own are right. Each wording of a fact, each fact of a
 * database and each database count alike; those that `--measured` names are never fitted on. Prints reliability and
 * expected calibration error, and what a fit again on half of the own facts changes; `--write` writes the fit on all
 * databases to src/ask/calibration.json.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { chosenOf, scoredMembers } from '../../src/ask/choose.ts';
import { MOST_FEW, probabilityOf, refitted, type Calibration } from '../../src/ask/calibration.ts';
import { EVIDENCE, evidenceOf } from '../../src/ask/evidence.ts';
import { fitLogistic, type Case } from '../../src/lab/logistic.ts';
import { calibrationError, reliabilityOf, type Said } from '../../src/lab/reliability.ts';
import type { DrawnGroup, DrawnGroups } from './groups.ts';

const PATH = 'src/ask/calibration.json';
/** The ridge in the fit that ships, towards 0. */
const RIDGE = 1;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { measured: { type: 'string', default: '' }, write: { type: 'boolean', default: false } },
});
const [file = ''] = positionals;
const { groups } = JSON.parse(readFileSync(file, 'utf8')) as DrawnGroups;
const onlyMeasured = values.measured.split(',');

interface Answered extends Case {
  readonly group: DrawnGroup;
}

/** Wordings of a fact, facts of a database, and databases count alike; 1 in the mean. */
function weightOf({ database, fact, policy }: DrawnGroup): number {
  const alike = groups.filter((group) => group.database === database && group.policy === policy);
  const facts = new Set(alike.map((group) => group.fact)).size;
  const wordings = alike.filter((group) => group.fact === fact).length;
  const databases = new Set(groups.map((group) => group.database)).size;
  return groups.length / (2 * databases * facts * wordings);
}

const answered = groups.flatMap((group): Answered[] => {
  const members = scoredMembers(group.draws);
  const chosen = chosenOf(members);
  const evidence = chosen === null ? null : evidenceOf(members, chosen, group.unlinked);
  if (chosen === null || evidence === null) return [];
  return [{ group, x: evidence, right: group.draws[members.indexOf(chosen)]?.right === true, weight: weightOf(group) }];
});
const zero = EVIDENCE.map(() => 0);
const fitted = (cases: readonly Case[]): number[] => fitLogistic(cases, zero, RIDGE);
const learnable = answered.filter(({ group }) => !onlyMeasured.includes(group.database));
const names = [...new Set(answered.map(({ group }) => group.database))];

const withoutOf = (name: string): number[] => fitted(learnable.filter(({ group }) => group.database !== name));

const said = names.flatMap((name) => {
  const calibration = { coefficients: withoutOf(name), questions: 0, databases: 0, own: false };
  return answered
    .filter(({ group }) => group.database === name)
    .map((one) => ({ ...one, probability: probabilityOf(one.x, calibration) }));
});

const percent = (share: number): string => (100 * share).toFixed(0);
const table = (title: string, answers: readonly Said[]): void => {
  console.log(`\n${title}: ${answers.length} answers, calibration error ${calibrationError(answers).toFixed(3)}`);
  console.log('| said, % | answers | weight, % | mean said, % | right, % |\n|---|--:|--:|--:|--:|');
  const all = answers.reduce((sum, { weight }) => sum + weight, 0);
  for (const bin of reliabilityOf(answers))
    console.log(
      `| ${percent(bin.from)}–${percent(bin.to)} | ${bin.answers} | ${percent(bin.weight / all)} | ${percent(bin.said)} | ${percent(bin.right)} |`,
    );
};
table('all', said);
for (const policy of ['starter', 'none'] as const)
  table(
    policy,
    said.filter(({ group }) => group.policy === policy),
  );

const brier = (answers: readonly Said[]): number =>
  answers.reduce((sum, { weight, probability, right }) => sum + weight * (probability - (right ? 1 : 0)) ** 2, 0) /
  answers.reduce((sum, { weight }) => sum + weight, 0);
const rate = (answers: readonly Said[]): number =>
  answers.reduce((sum, { weight, right }) => sum + (right ? weight : 0), 0) /
  answers.reduce((sum, { weight }) => sum + weight, 0);
const base = rate(said);
console.log(
  `\nright ${percent(base)} %; Brier score ${brier(said).toFixed(3)}, of the share alone ${(base * (1 - base)).toFixed(3)}`,
);

console.log('\n| left out | answers | right, % | mean said, % | calibration error (5 bins) |\n|---|--:|--:|--:|--:|');
for (const name of names) {
  const own = said.filter(({ group }) => group.database === name && group.policy === 'starter');
  const mean = own.reduce((sum, { probability }) => sum + probability, 0) / own.length;
  console.log(
    `| ${name} | ${own.length} | ${percent(rate(own))} | ${percent(mean)} | ${calibrationError(own, 5).toFixed(3)} |`,
  );
}

// Fitted again on half of a database's facts, and measured on the other half.
const HELD = [1, 3, 10, 30, 100];
console.log(
  `\n| fitted again on half of | before | ${HELD.map((held) => `λ ${held}`).join(' | ')} |\n|---|--:|${HELD.map(() => '--:').join('|')}|`,
);
for (const name of names) {
  const own = answered.filter(({ group }) => group.database === name && group.policy === 'starter');
  const facts = [...new Set(own.map(({ group }) => group.fact))];
  const firsts = own.filter(({ group }, i) => own.findIndex((other) => other.group.fact === group.fact) === i);
  const half = firsts.filter(({ group }) => facts.indexOf(group.fact) % 2 === 0);
  if (half.length < MOST_FEW) continue;
  const rest = own.filter(({ group }) => facts.indexOf(group.fact) % 2 === 1);
  const before = { coefficients: withoutOf(name), questions: 0, databases: 0, own: false };
  const errorOf = (calibration: Calibration): string => {
    const answers = rest.map((one) => ({ ...one, probability: probabilityOf(one.x, calibration) }));
    return `${calibrationError(answers, 5).toFixed(3)}, Brier ${brier(answers).toFixed(3)}`;
  };
  const again = HELD.map((held) =>
    errorOf(
      refitted(
        half.map((one) => ({ ...one, weight: 1 })),
        before,
        held,
      ),
    ),
  );
  console.log(`| ${name} (${half.length} facts) | ${errorOf(before)} | ${again.join(' | ')} |`);
}

const coefficients = fitted(learnable);
console.log(`\n${EVIDENCE.map((name, i) => `${name} ${(coefficients[i] ?? 0).toFixed(2)}`).join(', ')}`);

if (values.write) {
  const data = {
    from: 'node scripts/run.mjs scripts/answers/fit.ts (docs/answers.md)',
    evidence: EVIDENCE,
    coefficients: coefficients.map((value) => Number(value.toFixed(4))),
    questions: learnable.filter(({ group }) => group.policy === 'starter').length,
    databases: new Set(learnable.map(({ group }) => group.database)).size,
  };
  writeFileSync(PATH, await format(JSON.stringify(data), { ...(await resolveConfig(PATH)), filepath: PATH }));
}
