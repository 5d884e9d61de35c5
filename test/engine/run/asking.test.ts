import { beforeAll, expect, it } from 'vitest';
import { MOST_FEW } from '../../../src/ask/calibration.ts';
import type { Dataset } from '../../../src/engine/engine-ports.ts';
import { Asking } from '../../../src/engine/run/asking.ts';
import { makeConfig } from '../../../src/grpo/config.ts';
import type { PolicyHint } from '../../../src/grpo/types.ts';
import { fixedPolicy } from '../../../src/lab/evaluate.ts';
import { makeSketchSampler } from '../../../src/samplers/sketch/sketch-sampler.ts';
import { identity } from '../../grpo/identity.ts';
import { STARTER } from '../../views/fixture.ts';
import { makeRewards, shopDataset } from '../scenario.ts';
import { shopFiles } from '../shop-files.ts';

let shop: Dataset;
beforeAll(async () => {
  shop = await shopDataset(shopFiles());
});

const QUESTION = { question: 'How many customers are there?', samples: 8, hints: true, seed: 1 };
const never = new AbortController().signal;

/** Every look at the clock is a millisecond after the one before. */
function asking(questions: Dataset['questions']) {
  let time = 0;
  const dataset = { ...shop, questions };
  return {
    of: new Asking(dataset, { now: () => time++, breathe: () => Promise.resolve() }),
    standing: {
      sampler: makeSketchSampler({ schema: shop.database.schema }),
      policy: fixedPolicy([]),
      rewards: makeRewards(shop, () => Promise.resolve(null)),
      config: makeConfig({ max_vm_steps: 1 }),
    },
  };
}

/** One wording of each of the first facts that are held out. */
const heldOut = (facts: number): Dataset['questions'] => {
  const first = new Map(shop.questions.filter(({ split }) => split === 'held-out').map((one) => [one.sql, one]));
  return [...first.values()].slice(0, facts);
};

it(
  'is fitted again on own questions, a few at a time, and anew when the hints have moved',
  { timeout: 120_000 },
  async () => {
    const { of, standing } = asking(heldOut(MOST_FEW + 6));
    const before = await of.ask(QUESTION, standing, never);
    expect(before.sure?.from).toMatchObject({ own: false });
    expect(await of.calibrate(3, standing, never)).toBe(false);
    let slices = 1;
    for (; !(await of.calibrate(10, standing, never)); slices++) expect(slices).toBeLessThan(100);
    expect(slices).toBeGreaterThan(1);
    const after = await of.ask(QUESTION, standing, never);
    expect(after.sure?.from).toMatchObject({ own: true, databases: 1 });
    expect(after.sure?.from.questions).toBeGreaterThanOrEqual(MOST_FEW);
    expect(after.sure?.probability).not.toBe(before.sure?.probability);
    expect({ ...after, sure: null }).toEqual({ ...before, sure: null });
    // Nothing is left to do, at once.
    expect(await of.calibrate(0, standing, never)).toBe(true);
    const hint: PolicyHint = { ...(STARTER[0] as PolicyHint), ...identity(null, 'COUNT(*)'), weight: 1 };
    expect(await of.calibrate(3, { ...standing, policy: fixedPolicy([hint]) }, never)).toBe(false);
  },
);

it('with few own questions keeps what was measured elsewhere', { timeout: 60_000 }, async () => {
  const { of, standing } = asking(heldOut(3));
  while (!(await of.calibrate(50, standing, never)));
  expect((await of.ask(QUESTION, standing, never)).sure?.from.own).toBe(false);
});

it('gives way when it is aborted, and leaves a language model alone', async () => {
  const { of, standing } = asking(heldOut(5));
  const stop = new AbortController();
  stop.abort();
  expect(await of.calibrate(1000, standing, stop.signal)).toBe(false);
  const sampler = { ...standing.sampler, isLanguageModel: true };
  expect(await of.calibrate(1000, { ...standing, sampler }, never)).toBe(true);
});
