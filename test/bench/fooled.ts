/**
 * The lesson on a fooled reward over many seeds: `node scripts/run.mjs test/bench/fooled.ts [seeds, 12]`. A row a
 * seed: right answers to the questions that are never trained on, every 25 steps, and the mean rewards of the 25 steps
 * before; the answer key comes in where the lesson lets it. At the end of a row: whether the page says before that the
 * reward rose and right answers did not.
 */
import { partWays } from '../../src/lab/part-ways.ts';
import { THE_REWARD_IS_FOOLED } from '../../src/lessons/fooled.ts';
import { curvesOf, type Curve } from '../lessons/train.ts';

const EVERY = 25;
const seeds = Array.from({ length: Number(process.argv[2] ?? 12) }, (_, i) => i + 1);
console.log(`seed: right at step 0, then mean reward of ${EVERY} steps and right after them`);
for (const seed of seeds) {
  const [curve] = await curvesOf(THE_REWARD_IS_FOOLED, [seed], EVERY);
  if (curve === undefined) continue;
  const points = curve.right.slice(1).map((right, i) => {
    const steps = curve.rewards.slice(i * EVERY, (i + 1) * EVERY).filter((reward) => reward !== null);
    return `${(steps.reduce((sum, reward) => sum + reward, 0) / steps.length).toFixed(2)} ${right}`;
  });
  console.log(`${seed}: ${curve.right[0]} | ${points.join(' | ')} (of ${curve.of}) ${fooledSaid(curve)}`);
}

function fooledSaid({ answers, rewards }: Curve): string {
  const steps = THE_REWARD_IS_FOOLED.steps / 2;
  const [start, now] = [answers[0], answers[steps / EVERY]];
  if (start === undefined || now === undefined) return '';
  const parting = partWays({ answers: start }, { answers: now }, rewards.slice(0, steps));
  return parting === null
    ? 'not said'
    : `reward +${parting.reward.difference.toFixed(2)}, at least ${parting.reward.low.toFixed(2)}`;
}
