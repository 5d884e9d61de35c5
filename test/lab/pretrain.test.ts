import { beforeAll, describe, expect, it } from 'vitest';
import type { Sampler } from '../../src/grpo/types.ts';
import { leaveOut, meanOverDatabases } from '../../src/lab/leave-one-out.ts';
import type { Fold, ZeroShot } from '../../src/lab/leave-one-out.ts';
import { MOST_DELIVERED, pretrain, PRETRAINING_CONFIG, QUESTIONS_EACH } from '../../src/lab/pretrain.ts';
import type { PretrainingPass } from '../../src/lab/pretrain.ts';
import { fleet } from './fleet.ts';

let folds: readonly Fold[];
beforeAll(async () => {
  folds = (await fleet()).map((fold) => ({ ...fold, questions: fold.measured }));
});

describe('pretraining', { timeout: 60_000 }, () => {
  it('earns more from pass to pass, with general hints of single words alone', async () => {
    const passes: PretrainingPass[] = [];
    const { hints, sources, dense, learned } = await pretrain({
      sources: folds,
      passes: 12,
      seed: 1,
      onPass: (pass) => passes.push(pass),
    });
    const reward = (from: number, to: number): number =>
      passes.slice(from, to).reduce((sum, { meanReward }) => sum + meanReward, 0) / (to - from);
    expect(reward(8, 12)).toBeGreaterThan(reward(0, 2) + 0.2);
    // Gold that returns nothing teaches nothing.
    expect(sources).toEqual(folds.map(({ name }) => ({ name, questions: 6 })));
    expect(passes.map(({ pass, steps }) => [pass, steps])).toEqual(Array.from({ length: 12 }, (_, i) => [i + 1, 18]));
    expect(hints.length).toBeGreaterThan(0);
    expect(hints.length).toBeLessThan(dense.length);
    expect(dense.length).toBeLessThan(learned);
    expect(hints.length).toBeLessThanOrEqual(MOST_DELIVERED);
    for (const hint of hints) {
      expect(hint).toMatchObject({
        general: true,
        createdAt: 0,
        updatedAt: 0,
        enabled: true,
      });
      expect(hint.words).toBeLessThan(2);
      expect(hint.weight).not.toBe(0);
      expect(Math.abs(hint.weight)).toBeLessThanOrEqual(PRETRAINING_CONFIG.weight_limit);
      expect(hint.tables).toEqual([]);
    }
    const strengths = hints.map(({ weight }) => Math.abs(weight));
    expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
  });

  it('gives the same hints for a seed, and others for another', async () => {
    const run = async (seed: number) => (await pretrain({ sources: await fleet(), passes: 2, seed })).hints;
    expect(await run(4)).toEqual(await run(4));
    expect(await run(5)).not.toEqual(await run(4));
  });

  it('with three databases or more keeps only what two of them taught', async () => {
    // A sampler that takes no decisions: nothing is distilled.
    const [one, two, three] = folds.map((fold): Fold => ({
      ...fold,
      sampler: { ...fold.sampler, decisions: () => null },
    })) as [Fold, Fold, Fold];
    const alone = { ...one, questions: one.questions.filter(({ id }) => id === 'occur') };
    const others = [two, three].map((fold) => ({
      ...fold,
      questions: fold.questions.filter(({ id }) => id === 'count'),
    }));
    const keys = async (sources: readonly Fold[]): Promise<string[]> =>
      (await pretrain({ sources, passes: 6, seed: 1 })).hints.map(({ key }) => key);
    const aboutOccurring = (list: readonly string[]): string[] => list.filter((key) => key.startsWith('occur | '));
    expect(aboutOccurring(await keys([alone, ...others.slice(0, 1)]))).not.toEqual([]);
    expect(aboutOccurring(await keys([alone, ...others]))).toEqual([]);
  });

  it('takes so many questions of one database and no more', async () => {
    const [one] = folds as [Fold];
    const many = Array.from({ length: QUESTIONS_EACH + 5 }, (_, i) => ({
      ...(one.measured[0] as Fold['measured'][number]),
      id: `q${i}`,
    }));
    expect((await pretrain({ sources: [{ ...one, questions: many }], passes: 1, seed: 1 })).sources).toEqual([
      { name: one.name, questions: QUESTIONS_EACH },
    ]);
  });

  it('refuses to learn from nothing', async () => {
    await expect(
      pretrain({
        sources: folds.map((fold) => ({ ...fold, questions: fold.measured.filter(({ id }) => id === 'nothing') })),
        passes: 1,
        seed: 1,
      }),
    ).rejects.toThrow(/nothing to learn from/);
  });
});

describe('leaving one database out', { timeout: 60_000 }, () => {
  it('never samples on it while learning, and measures what the others taught', async () => {
    let drawn = 0;
    const watched = folds.map((fold, i): Fold => {
      const sampler: Sampler = {
        ...fold.sampler,
        generateGroup: (request, count) => {
          drawn++;
          return i === 2
            ? Promise.reject(new Error('learned on what was left out'))
            : fold.sampler.generateGroup(request, count);
        },
      };
      return { ...fold, sampler };
    });
    const result = await leaveOut(watched, 2, { passes: 6, seed: 1 });
    expect(drawn).toBeGreaterThanOrEqual(72);
    expect(result).toMatchObject({
      name: 'towers',
      all: { comparison: { questions: 7, seeds: 1 } },
      heldOut: { comparison: { questions: 4 } },
    });
    expect(result.all.starter.accuracy).toBeGreaterThan(result.all.none.accuracy);
    expect(result.all.comparison.difference).toBeCloseTo(result.all.starter.accuracy - result.all.none.accuracy, 12);
    await expect(leaveOut(folds, 3, { passes: 1, seed: 1 })).rejects.toThrow(RangeError);
  });

  it('averages over databases, each counting alike', () => {
    const measured = (none: number, starter: number): ZeroShot =>
      ({ none: { accuracy: none }, starter: { accuracy: starter } }) as ZeroShot;
    const mean = meanOverDatabases([measured(0.2, 0.5), measured(0.4, 0.5), measured(0.3, 0.2)]);
    expect(mean.databases).toBe(3);
    for (const [value, expected] of [
      [mean.none, 0.3],
      [mean.starter, 0.4],
      [mean.difference, 0.1],
    ] as const)
      expect(value).toBeCloseTo(expected, 12);
    expect(mean.interval.low).toBeCloseTo(-0.1, 12);
    expect(mean.interval.high).toBeCloseTo(0.3, 12);
  });
});
