/**
 * The update is the gradient of the objective: the whole way from the sampler's probabilities to g, held against
 * central differences of the objective as written, on a real grammar.
 */
import { describe, expect, it } from 'vitest';
import { makeConfig } from '../../../src/grpo/config.ts';
import { featureGradients } from '../../../src/grpo/gradient.ts';
import { retraced } from '../../../src/grpo/iterations.ts';
import { OBJECTIVES } from '../../../src/grpo/objectives/index.ts';
import { seededRandom } from '../../../src/grpo/random.ts';
import type { Completion, Group, PolicyView, Sample } from '../../../src/grpo/types.ts';
import { makeSketchSampler } from '../../../src/samplers/sketch/sketch-sampler.ts';
import { openTestDatabase } from '../../database/helpers.ts';
import { FLEET_SQL } from '../../samplers/sketch/fleet.ts';
import { WRITTEN } from './written.ts';

const QUESTION = 'number of boats per city in descending order';
const TEMPERATURE = 0.7;
const ADVANTAGES = [1.3, -0.9, 0.6, -1.4, 0.8, -0.4];
const CLIP = { epsilon: 0.1, epsilon_high: 0.16 };

const sampler = openTestDatabase(FLEET_SQL).then((database) => {
  database.close();
  return makeSketchSampler({ schema: database.schema });
});

let version = 0;
const under = (weights: Readonly<Record<string, number>>): PolicyView => ({
  weightOf: (key) => weights[key] ?? 0,
  version: ++version,
  hints: [],
});

interface Setting {
  readonly group: Group;
  /** The policy after some updates: what the gradient is taken at. */
  readonly moved: Record<string, number>;
  readonly decisionsUnder: (weights: Readonly<Record<string, number>>) => number[][];
}

/** A group drawn from one policy, and another policy that is some way off. */
async function setting(): Promise<Setting> {
  const random = seededRandom(4);
  const asked = { question: QUESTION, temperature: TEMPERATURE };
  const start: Record<string, number> = {};
  const drawn = await (
    await sampler
  ).generateGroup({ ...asked, policy: under(start), random: random.next }, ADVANTAGES.length);
  const keys = new Set(drawn.flatMap(({ features }) => features.map(({ feature }) => feature.key)));
  // Some of each, or each would be moved in every decision at once.
  const moved = Object.fromEntries([...keys].filter((_key, i) => i % 3 === 0).map((key) => [key, random.next() - 0.5]));
  const made = await sampler;
  return {
    moved,
    group: {
      questionId: 'q',
      question: QUESTION,
      mean: 0,
      sd: 1,
      scale: 1,
      noSignal: false,
      distribution: null,
      completions: drawn.map((sample, index) => completionOf(sample, index)),
    },
    decisionsUnder: (weights) =>
      drawn.map(({ choices = [] }) => {
        const again = made.replay?.({ ...asked, policy: under(weights) }, choices);
        return again?.decisions.map(({ probability }) => probability) ?? [];
      }),
  };
}

const completionOf = (sample: Sample, index: number): Completion => ({
  ...sample,
  index,
  execution: { status: 'rows', columns: [], rows: [], truncated: false },
  rowCount: 0,
  rewards: { components: {}, total: 0 },
  advantage: ADVANTAGES[index] ?? 0,
  teaches: true,
  verdict: 'reinforce',
});

describe.each(OBJECTIVES)('$name', ({ name }) => {
  it('its gradient is T · ∂J/∂w of the objective as written', async () => {
    const { group, moved, decisionsUnder } = await setting();
    const config = makeConfig({ objective: name, num_iterations: 2, temperature: TEMPERATURE, ...CLIP });
    const again = retraced(group, { config, sampler: await sampler, policy: under(moved) });
    const gradients = new Map(
      featureGradients([again.completions.map((one) => ({ ...one, group: 0 }))], 'score-function', () => true).map(
        ({ feature, gradient }) => [feature.key, gradient],
      ),
    );
    const old = group.completions.map(({ decisions }) => decisions.map(({ probability }) => probability));
    const held = decisionsUnder(moved);
    const objective = (weights: Readonly<Record<string, number>>): number =>
      decisionsUnder(weights).reduce(
        (sum, now, i) => sum + WRITTEN[name](now, held[i] ?? [], old[i] ?? [], ADVANTAGES[i] ?? 0, CLIP),
        0,
      ) / ADVANTAGES.length;
    const step = 1e-5;
    let moving = 0;
    for (const key of [...gradients.keys()].filter((_key, i) => i % 4 === 0)) {
      const at = (by: number): number => objective({ ...moved, [key]: (moved[key] ?? 0) + by });
      const slope = TEMPERATURE * ((at(step) - at(-step)) / (2 * step));
      expect(Math.abs((gradients.get(key) ?? NaN) - slope), key).toBeLessThan(1e-6);
      if (Math.abs(slope) > 1e-3) moving++;
    }
    expect(moving).toBeGreaterThan(10);
    // The setting is one where the clip cuts some, on both sides, and leaves others beyond it uncut.
    const updates = again.completions.map(({ updates: all, advantage }) => ({ ...all?.[0], advantage }));
    const ratios = updates.flatMap(({ ratios: all = [], advantage }) => all.map((ratio) => ({ ratio, advantage })));
    for (const sign of [1, -1]) {
      const own = ratios.filter(({ advantage }) => advantage * sign > 0).map(({ ratio }) => ratio);
      expect(Math.max(...own)).toBeGreaterThan(1.16);
      expect(Math.min(...own)).toBeLessThan(0.9);
    }
    const cut = updates.reduce((sum, update) => sum + (update.cut?.length ?? 0), 0);
    expect(cut).toBeLessThan(ratios.length);
    if (name !== 'gspo') expect(cut).toBeGreaterThan(0);
  });
});
