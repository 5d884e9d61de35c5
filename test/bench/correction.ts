/**
 * What one correction is worth: a question that is answered wrongly is given its right SQL, and learned from as on the
 * page, each from the same start.
 *
 *   node scripts/run.mjs test/bench/correction.ts DIR… [--most 20] [--start none|starter] [--as-before]
 *
 * DIR holds db.sqlite (or schema.sql) and questions.json. Greedy answers before and after, in per cent: to the question
 * itself, to other wordings of what it asks for, and to all others. --as-before: twelve steps without being shown the
 * answer.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openFiles } from '../../src/cli/inputs.ts';
import { rewardsFor } from '../../src/cli/parts.ts';
import { FoundByItself, showWritten, UNSHOWN_STEPS } from '../../src/engine/run/showing.ts';
import { parseHints } from '../../src/formats/hints-file.ts';
import { makeConfig } from '../../src/grpo/config.ts';
import { queryBudget } from '../../src/grpo/derived-settings.ts';
import { percent, signedPoints } from '../../src/grpo/figures.ts';
import { ownQuestion } from '../../src/grpo/questions.ts';
import { seededRandom } from '../../src/grpo/random.ts';
import { GRPOTrainer } from '../../src/grpo/trainer.ts';
import type { PolicyView, Question } from '../../src/grpo/types.ts';
import { fixedPolicy, greedyAnswers } from '../../src/lab/evaluate.ts';
import { factsOf } from '../../src/lab/facts.ts';
import { Judge } from '../../src/lab/judge.ts';
import { pairedDifference } from '../../src/lab/paired.ts';
import { RememberingDatabase } from '../../src/lab/remembering-database.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    most: { type: 'string', default: '20' },
    start: { type: 'string', default: 'none' },
    'as-before': { type: 'boolean', default: false },
  },
});
const asBefore = values['as-before'];
const most = Number(values.most);
const config = makeConfig({ feedback_weight: 1 });
const { signal } = new AbortController();
const start =
  values.start === 'starter' ? parseHints(readFileSync('public/starter/hints.json', 'utf8'), 'starter') : [];

const mean = (list: readonly number[]): number => list.reduce((sum, one) => sum + one, 0) / Math.max(1, list.length);

/** Shares right of questions that say the same, and of others, before and after one correction. */
interface Corrected {
  readonly fact: string;
  readonly itself: boolean;
  readonly found: boolean;
  /** Null for a question whose fact is asked for once. */
  readonly wordings: readonly [before: number, after: number] | null;
  readonly others: readonly [before: number, after: number];
  readonly steps: number;
  readonly hints: number;
}

async function measure(folder: string): Promise<{ wrong: number; corrected: Corrected[] }> {
  const file = ['db.sqlite', 'schema.sql'].map((name) => join(folder, name)).find((path) => existsSync(path)) ?? folder;
  const { database: opened, questions: all } = await openFiles(file, join(folder, 'questions.json'));
  const database = new RememberingDatabase(opened);
  const sampler = makeSketchSampler({ schema: database.schema });
  const judge = new Judge(database, queryBudget(config));
  const questions = await judge.comparable(all);
  const facts = factsOf(questions);
  const rightOf = async (policy: PolicyView): Promise<Set<string>> => {
    const { temperature } = config;
    const right = await greedyAnswers({ questions, sampler, policy, judge, temperature });
    return new Set(questions.filter((_, i) => right[i] === true).map(({ id }) => id));
  };
  const share = (list: readonly Question[], right: Set<string>): number =>
    mean(list.map(({ id }) => Number(right.has(id))));
  const before = await rightOf(fixedPolicy(start, config));
  const wrong = questions.filter(({ id }) => !before.has(id));
  const every = Math.max(1, Math.floor(wrong.length / most));
  const corrected: Corrected[] = [];
  for (const { id, question: text, sql = '' } of wrong.filter((_, i) => i % every === 0).slice(0, most)) {
    const said = { approved: [], disapproved: [], corrected: [sql] };
    const rewards = rewardsFor(database, (one) => Promise.resolve(one.question === text.trim() ? said : null));
    const trainer = new GRPOTrainer({ config, sampler, database, seed: 1, distribution: false, rewards });
    if (start.length > 0) trainer.startFrom(start, 'starter');
    const asked = ownQuestion(text, []);
    const found = new FoundByItself();
    const worth = asBefore ? UNSHOWN_STEPS : await showWritten(trainer, asked, sql, signal);
    while (trainer.step < worth && (asBefore || !found.isEnough)) found.take(await trainer.runStep([asked]));
    const after = await rightOf(trainer.policy);
    const fact = facts.get(id) ?? id;
    const wordings = questions.filter((one) => one.id !== id && facts.get(one.id) === fact);
    const others = questions.filter((one) => facts.get(one.id) !== fact);
    corrected.push({
      fact,
      itself: after.has(id),
      found: found.isEnough,
      wordings: wordings.length === 0 ? null : [share(wordings, before), share(wordings, after)],
      others: [share(others, before), share(others, after)],
      steps: trainer.step,
      hints: trainer.policy.size,
    });
  }
  opened.close();
  return { wrong: wrong.length, corrected };
}

const line = (cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`);
line(['set', 'corrected', 'itself', 'without help', 'other wordings', 'all others', 'change', 'steps', 'hints']);
line(['---', '--:', '--:', '--:', '--:', '--:', '--:', '--:', '--:']);
for (const folder of positionals) {
  const { wrong, corrected } = await measure(folder);
  const wordings = corrected.flatMap((one) => (one.wordings === null ? [] : [one.wordings]));
  const meanOf = (list: readonly (readonly [number, number])[]): string =>
    list.length === 0 ? '–' : [0, 1].map((side) => percent(mean(list.map((pair) => pair[side] ?? 0)))).join(' → ');
  const { difference, low, high } = pairedDifference(
    corrected.map(({ others: [before] }) => before),
    corrected.map(({ others: [, after] }) => after),
    corrected.map(({ fact }) => fact),
    seededRandom(1).next,
  );
  line([
    basename(resolve(folder)),
    `${corrected.length} of ${wrong}`,
    percent(mean(corrected.map(({ itself }) => Number(itself)))),
    percent(mean(corrected.map(({ found }) => Number(found)))),
    meanOf(wordings),
    meanOf(corrected.map(({ others }) => others)),
    `${signedPoints(difference)} (${signedPoints(low)} to ${signedPoints(high)})`,
    mean(corrected.map(({ steps }) => steps)).toFixed(0),
    mean(corrected.map(({ hints }) => hints)).toFixed(0),
  ]);
}
