import { expect, test } from 'vitest';
import { makeConfig } from '../../src/grpo/config.ts';
import { hintsBefore } from '../../src/grpo/hints-before.ts';
import { GRPOTrainer } from '../../src/grpo/trainer.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';
import { openTestDatabase } from '../database/helpers.ts';
import { FLEET_SQL } from '../samplers/sketch/fleet.ts';

test('undoes a step: its weights, and what it brought into being', async () => {
  const database = await openTestDatabase(FLEET_SQL);
  const trainer = new GRPOTrainer({
    config: makeConfig({ group_size: 6, learning_rate: 0.5, new_hint_threshold: 0 }),
    sampler: makeSketchSampler({ schema: database.schema }),
    database,
    seed: 5,
    rewards: () => ({
      score: (_question, completions) =>
        Promise.resolve(completions.map(({ sql }) => ({ components: {}, total: 1 / (1 + sql.length) }))),
    }),
  });
  const weights = (hints: readonly { readonly key: string; readonly weight: number }[]): Map<string, number> =>
    new Map(hints.map(({ key, weight }) => [key, weight]));
  let changed = 0;
  for (let i = 0; i < 12; i++) {
    const before = weights(trainer.policy.hints);
    const { events } = await trainer.runStep([
      { id: 'q', question: 'number of boats per city in descending order', split: 'train' },
    ]);
    const now = weights(trainer.policy.hints);
    const told = weights(hintsBefore(trainer.policy.hints, events));
    changed += events.length;
    // All but those that are gone.
    expect(told).toEqual(new Map([...before].filter(([key]) => now.has(key))));
  }
  expect(changed).toBeGreaterThan(20);
  database.close();
});
