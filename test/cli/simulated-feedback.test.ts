import { describe, expect, it } from 'vitest';
import { simulatedFeedback } from '../../src/cli/simulated-feedback.ts';
import { makeConfig } from '../../src/grpo/config.ts';
import { rewardWeights } from '../../src/grpo/trainer.ts';
import type { Execution, Question, ScoredRewards } from '../../src/grpo/types.ts';
import { GoldResults } from '../../src/lab/gold.ts';
import { libraryPorts, QUESTIONS, variant } from '../lab/library.ts';

const RIGHT = 'SELECT COUNT(*) FROM books';
const WRONG = 'SELECT pages FROM books';

async function scores(share: number, values: Record<string, number>, question: Question, groups = 1): Promise<ScoredRewards[][]> {
  const { database, rewards } = await libraryPorts();
  const model = simulatedFeedback({ rewards: rewards(variant('x'), 1), gold: new GoldResults(database), share, seed: 4 })(rewardWeights(makeConfig(values)));
  const completions = (await database.execute([RIGHT, WRONG])).map((execution: Execution, i) => ({ sql: [RIGHT, WRONG][i] ?? '', execution }));
  const out: ScoredRewards[][] = [];
  for (let i = 0; i < groups; i++) out.push(await model.score(question, completions));
  return out;
}
const [question] = QUESTIONS as readonly [Question];
const ONLY_FEEDBACK = { validity_weight: 0, execution_weight: 0, quality_weight: 0, format_weight: 0, feedback_weight: 1 };

describe('simulatedFeedback', () => {
  it('says what gold says, as a component among the others', async () => {
    const [[right, wrong] = []] = await scores(1, ONLY_FEEDBACK, question);
    expect([right?.components.feedback?.value, right?.total, wrong?.components.feedback?.value, wrong?.total]).toEqual([1, 1, -1, -1]);
    const [[mixed] = []] = await scores(1, { feedback_weight: 1 }, question);
    const [[free] = []] = await scores(0, { feedback_weight: 1 }, question);
    // Weights 1 and 1 (the four reference-free ones together).
    expect(mixed?.total).toBeCloseTo((1 + (free?.total ?? 0)) / 2, 9);
  });

  it('judges its share of the groups, whole groups at a time, and none without gold', async () => {
    const groups = await scores(0.25, ONLY_FEEDBACK, question, 200);
    const judged = groups.filter(([one]) => one?.components.feedback !== undefined);
    expect(judged.length / 200).toBeGreaterThan(0.17);
    expect(judged.length / 200).toBeLessThan(0.33);
    expect(judged.every((group) => group.every(({ components }) => components.feedback !== undefined))).toBe(true);
    expect(groups.filter(([one]) => one?.total === null)).toHaveLength(200 - judged.length);
    const [[none] = []] = await scores(1, ONLY_FEEDBACK, { id: 'own', question: question.question, split: 'train' });
    expect(none?.components.feedback).toBeUndefined();
  });
});
