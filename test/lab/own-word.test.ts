/** A word of one's own, and names that say nothing: three questions with their SQL teach what it means. */
import { expect, test } from 'vitest';
import { rewardsFor } from '../../src/cli/parts.ts';
import { makeConfig, PRESETS } from '../../src/grpo/config.ts';
import { queryBudget } from '../../src/grpo/derived-settings.ts';
import { seededRandom } from '../../src/grpo/random.ts';
import { rewardModeWeights } from '../../src/grpo/reward-modes.ts';
import type { PolicyHint, Question } from '../../src/grpo/types.ts';
import { teachChoice } from '../../src/lab/choice-training.ts';
import { fixedPolicy } from '../../src/lab/evaluate.ts';
import { Judge } from '../../src/lab/judge.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';
import { openTestDatabase } from '../database/helpers.ts';

const LORRIES = `
CREATE TABLE cargo (code TEXT PRIMARY KEY, title TEXT, kind TEXT, heft REAL);
CREATE TABLE load (load_id INTEGER PRIMARY KEY, day TEXT, code TEXT REFERENCES cargo(code), crates INT, driver TEXT);
INSERT INTO cargo VALUES ('a', 'Sand', 'stone', 1.5), ('b', 'Gravel', 'stone', 1.25), ('c', 'Straw', 'field', 0.2), ('d', 'Beet', 'field', 0.75);
INSERT INTO load VALUES (1, '2026-01-03', 'a', 4, 'Ida'), (2, '2026-01-03', 'c', 9, 'Ole'), (3, '2026-02-01', 'b', 8, 'Ida'),
  (4, '2026-02-02', 'c', 3, 'Ole'), (5, '2026-02-02', 'a', 2, 'Pia'), (6, '2026-02-05', 'd', 5, 'Ole'), (7, '2026-03-05', 'd', 2, 'Pia');
`;
const BURDEN = 'SUM(load.crates * cargo.heft) FROM load JOIN cargo ON load.code = cargo.code';
const of = (split: Question['split'], questions: readonly (readonly [string, string])[]): Question[] =>
  questions.map(([question, sql], i) => ({ id: `${split}-${i}`, question, sql, split }));

const TAUGHT = of('train', [
  ['What is the total burden?', `SELECT ${BURDEN}`],
  ['Burden by kind', `SELECT cargo.kind, ${BURDEN} GROUP BY cargo.kind`],
  ['Burden per driver', `SELECT load.driver, ${BURDEN} GROUP BY load.driver`],
]);
const UNSEEN = of('held-out', [
  ['Burden of each title', `SELECT cargo.title, ${BURDEN} GROUP BY cargo.title`],
  ['What is the total burden of field cargo?', `SELECT ${BURDEN} WHERE cargo.kind = 'field'`],
]);

test('what crates × heft is called is learned, and used where it was never taught', { timeout: 120_000 }, async () => {
  const database = await openTestDatabase(LORRIES);
  try {
    const config = makeConfig({ ...PRESETS.tuned, ...rewardModeWeights('gold'), validation_share: 0 });
    const sampler = makeSketchSampler({ schema: database.schema });
    const judge = new Judge(database, queryBudget(config));
    const right = (hints: readonly PolicyHint[]): Promise<boolean[]> =>
      Promise.all(
        UNSEEN.map(async (question) => {
          const random = seededRandom(1).next;
          const request = { question: question.question, policy: fixedPolicy(hints), temperature: 0.7, random };
          const { sql } = await sampler.greedy(request);
          return (await judge.areRight(question, [sql]))[0] === true;
        }),
      );
    expect(await right([])).toEqual([false, false]);
    const rewards = rewardsFor(database);
    const hints = await teachChoice({
      questions: TAUGHT,
      sampler,
      database,
      rewards,
      config,
      steps: 150,
      seed: 1,
      judge,
    });
    expect(await right(hints)).toEqual([true, true]);
  } finally {
    database.close();
  }
});
