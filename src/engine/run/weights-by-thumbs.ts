/** Scoring calibration: what got a thumb, run and scored by the four rewards, and their weights fitted to that. */
import { queryBudget } from '../../grpo/derived-settings.ts';
import { runAndScore } from '../../grpo/run-once.ts';
import { REWARD_COMPONENTS, type Question, type RewardWeights } from '../../grpo/types.ts';
import { FITTED, fitWeights, type Fitted, type ThumbCase } from '../../lab/weight-fit.ts';
import type { FittedWeights } from '../policy-protocol.ts';
import type { RunInHand } from './run-in-hand.ts';

const isFitted = (name: string): name is Fitted => (FITTED as readonly string[]).includes(name);
/** All four are to be computed, whatever their weights are. */
const EACH = Object.fromEntries(REWARD_COMPONENTS.map((name) => [name, isFitted(name) ? 1 : 0])) as RewardWeights;

export async function weightsByThumbs({ data, config }: RunInHand): Promise<FittedWeights> {
  const { dataset, rewards, feedback } = data;
  const model = rewards(EACH);
  const cases: ThumbCase[] = [];
  for (const { question: asked, text, thumb } of feedback.entries) {
    if (thumb === null) continue;
    const own: Question = { id: `own:${asked}`, question: asked, split: 'train' };
    const question = dataset.questions.find((one) => one.question.trim() === asked) ?? own;
    const [scored] = await runAndScore(question, [text], {
      database: dataset.database,
      rewards: model,
      budget: queryBudget(config),
    });
    const valueOf = (name: Fitted): number => scored?.rewards.components[name]?.value ?? 0;
    cases.push({
      rewards: Object.fromEntries(FITTED.map((name) => [name, valueOf(name)])) as ThumbCase['rewards'],
      up: thumb === 'up',
    });
  }
  const weights = Object.fromEntries(FITTED.map((name) => [name, config[`${name}_weight`]])) as ThumbCase['rewards'];
  const up = cases.filter((one) => one.up).length;
  return { up, down: cases.length - up, fit: fitWeights(cases, weights) };
}
