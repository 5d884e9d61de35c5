import { describe, expect, it } from 'vitest';
import { rewardsFor } from '../../src/cli/parts.ts';
import { simulatedFeedback } from '../../src/cli/simulated-feedback.ts';
import { makeConfig } from '../../src/grpo/config.ts';
import { rewardWeights } from '../../src/grpo/derived-settings.ts';
import type { Execution, Question, ScoredRewards } from '../../src/grpo/types.ts';
import { GoldResults } from '../../src/lab/gold.ts';
import { libraryPorts, QUESTIONS } from '../lab/library.ts';

const RIGHT = 'SELECT COUNT(*) FROM books';
const WRONG = 'SELECT pages FROM books';

async function scores(
  share: number,
  values: Record<string, number>,
  question: Question,
  groups = 1,
): Promise<ScoredRewards[][]> {
  const { database } = await libraryPorts();
  const model = rewardsFor(
    database,
    simulatedFeedback({ gold: new GoldResults(database), share, seed: 4 }),
  )(rewardWeights(makeConfig(values)));
  const completions = (await database.execute([RIGHT, WRONG])).map((execution: Execution, i) => ({
    sql: [RIGHT, WRONG][i] ?? '',
    execution,
  }));
  const out: ScoredRewards[][] = [];
  for (let i = 0; i < groups; i++) out.push(await model.score(question, completions));
  return out;
}
const [question] = QUESTIONS as readonly [Question];
const ONLY_FEEDBACK = {
  validity_weight: 0,
  execution_weight: 0,
  quality_weight: 0,
  format_weight: 0,
  feedback_weight: 1,
};

describe('simulatedFeedback', () => {
  it('says what gold says, as a component among the others', async () => {
    const [[right, wrong] = []] = await scores(1, ONLY_FEEDBACK, question);
    expect([right?.components.feedback?.value, right?.total, wrong?.components.feedback?.value, wrong?.total]).toEqual([
      1, 1, -1, -1,
    ]);
    const [[mixed] = []] = await scores(1, { feedback_weight: 1 }, question);
    const [[free] = []] = await scores(0, { feedback_weight: 1 }, question);
    // Weights 1 and 1 (the four reference-free ones together).
    expect(mixed?.total).toBeCloseTo((1 + (free?.total ?? 0)) / 2, 9);
  });

  it('judges its share of the groups, whole groups at a time, and none without gold', async () => {
    const { database } = await libraryPorts();
    const provider = simulatedFeedback({ gold: new GoldResults(database), share: 0.25, seed: 4 });
    const [execution] = (await database.execute([RIGHT])) as [Execution];
    // Every group shows SQL that was not seen before: what is known of it was judged now.
    let judged = 0;
    for (let i = 0; i < 200; i++) {
      const sqls = [`${RIGHT} -- ${i}`, `${RIGHT} -- ${i}b`];
      const said = await provider(
        question,
        sqls.map((sql) => ({ sql, execution })),
      );
      const known = sqls.filter((sql) => said?.approved.includes(sql));
      expect([0, 2]).toContain(known.length);
      judged += known.length / 2;
    }
    expect(judged / 200).toBeGreaterThan(0.17);
    expect(judged / 200).toBeLessThan(0.33);
    const [[none] = []] = await scores(1, ONLY_FEEDBACK, { id: 'own', question: question.question, split: 'train' });
    expect(none?.components.feedback).toBeUndefined();
  });

  it('remembers its thumbs, for the same SQL and for the same result', async () => {
    const { database } = await libraryPorts();
    const provider = simulatedFeedback({ gold: new GoldResults(database), share: 0.5, seed: 4 });
    const said: (number | undefined)[] = [];
    const [execution] = (await database.execute([WRONG])) as [Execution];
    for (let i = 0; i < 20; i++) said.push((await provider(question, [{ sql: WRONG, execution }]))?.disapproved.length);
    const first = said.indexOf(1);
    expect(first).toBeGreaterThanOrEqual(0);
    expect(said.slice(first).every((count) => count === 1)).toBe(true);
  });
});
