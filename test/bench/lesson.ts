/**
 * Lesson 1 over many seeds: `node scripts/run.mjs test/bench/lesson.ts [seeds, 20]`. A row a seed: right answers to the
 * questions that are never trained on, every 20 steps, and the hints at the end.
 */
import { WATCH_IT_LEARN } from '../../src/lessons/watch-it-learn.ts';
import { curvesOf } from '../lessons/train.ts';

const EVERY = 20;
const seeds = Array.from({ length: Number(process.argv[2] ?? 20) }, (_, i) => i + 1);
let reached = 0;
console.log(`seed: right at steps 0, ${EVERY}, … ${WATCH_IT_LEARN.steps}; hints`);
for (const seed of seeds) {
  const [curve] = await curvesOf(WATCH_IT_LEARN, [seed], EVERY);
  if (curve === undefined) continue;
  const { right, of, hints } = curve;
  if ((right.at(-1) ?? 0) / of >= 0.85) reached++;
  console.log(`${seed}: ${right.join(' ')} of ${of}; ${hints}`);
}
console.log(`${reached} of ${seeds.length} seeds reach 85 %.`);
