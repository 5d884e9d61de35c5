import { describe, expect, it } from 'vitest';
import { makeConfig } from '../../src/grpo/config.ts';
import { measureRates, secondsOf } from '../../src/lab/estimate.ts';
import { runExperiment, type ExperimentPorts } from '../../src/lab/experiment.ts';
import type { ExperimentSpec } from '../../src/lab/experiment-types.ts';
import { experiment, GOLD, libraryPorts, QUESTIONS, variant } from './library.ts';

const OF = { training: 5, heldOut: 4 };

/** A clock that goes on by what was drawn: `ms` a completion in a group, and as much a greedy answer. */
async function ticking(ms: number): Promise<{ ports: ExperimentPorts; now: () => number; drawn: () => number }> {
  const ports = await libraryPorts({ config: makeConfig({ group_size: 4 }) });
  const { sampler } = ports;
  let drawn = 0;
  return {
    drawn: () => drawn,
    now: () => drawn * ms,
    ports: {
      ...ports,
      sampler: {
        ...sampler,
        generateGroup: (request, size) => {
          drawn += size;
          return sampler.generateGroup(request, size);
        },
        greedy: (request) => {
          drawn++;
          return sampler.greedy(request);
        },
      },
    },
  };
}

const trial = { variant: variant('gold', { settings: GOLD }), ms: 200, breathe: () => Promise.resolve() };

describe('the time an experiment takes', { timeout: 60_000 }, () => {
  it('is measured on a short trial', async () => {
    const { ports, now, drawn } = await ticking(10);
    const { signal } = new AbortController();
    const rates = await measureRates({ ...trial, ports, now, signal });
    expect(rates).toEqual({ completion: 10, answer: 10 });
    // Warm-up, training, and the four questions twice.
    expect(drawn()).toBe(40 + 20 + 8);
    const none = { ...ports, questions: QUESTIONS.filter(({ split }) => split === 'train') };
    expect(await measureRates({ ...trial, ports: none, now, signal })).toBeNull();
  });

  it.each<[string, Partial<ExperimentSpec>]>([
    ['every point and the table', {}],
    ['fewer questions on the curve', { curveQuestions: 2, steps: 5, evaluateEvery: 2 }],
    ['two seeds', { seeds: [1, 2] }],
  ])('is what it takes where every draw takes as long: %s', async (_, over) => {
    const { ports, now } = await ticking(10);
    const { spec } = experiment([variant('gold', { settings: GOLD })], { seeds: [1], ...over });
    await runExperiment({ experiment: { spec, runs: [] }, ports });
    expect(secondsOf(spec, ports.config, OF, { completion: 10, answer: 10 })).toBeCloseTo(now() / 1000, 9);
  });

  it('counts what is measured once only once', async () => {
    const { ports, now } = await ticking(10);
    const { spec } = experiment([variant('off', { learning: 'off' }), variant('on', { settings: GOLD })]);
    await runExperiment({ experiment: { spec, runs: [] }, ports });
    expect(secondsOf(spec, ports.config, OF, { completion: 10, answer: 10 })).toBeCloseTo(now() / 1000, 9);
  });

  it('grows with the questions of a step and with validation', () => {
    const { spec } = experiment([variant('a', { settings: { questions_per_step: 2, validation_share: 0.4 } })], {
      seeds: [1],
    });
    // 6 steps of 2 · 4 completions; 4 · 3 answers on the curve, 4 · 5 after; 2 validation questions twice.
    expect(secondsOf(spec, makeConfig(), OF, { completion: 1, answer: 100 })).toBeCloseTo(0.048 + 3.2 + 0.4, 9);
    // The best of 32 answers: so many candidates each, but not those of pass@1, nor validation.
    expect(secondsOf({ ...spec, answer: 'best' }, makeConfig(), OF, { completion: 1, answer: 100 })).toBeCloseTo(
      0.048 + (4 * 3 * 32 + 4 * (32 + 4)) / 10 + 0.4,
      9,
    );
  });
});
