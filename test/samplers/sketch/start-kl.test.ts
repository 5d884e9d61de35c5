import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/grpo/random.ts';
import type { StartKl } from '../../../src/grpo/types.ts';
import {
  estimatedDistribution,
  Evaluator,
  exactDistribution,
  sampleTrace,
  stateGraph,
} from '../../../src/samplers/sketch/process.ts';
import { startKlOf } from '../../../src/samplers/sketch/start-kl.ts';
import { enumerate, randomWeights } from './enumerate.ts';
import { CHAIN, processOf } from './small-process.ts';

const TEMPERATURE = 0.8;
const process = processOf(CHAIN);
const graph = stateGraph(process);
const now = randomWeights(5);
/** Close to it, as after some steps: k3 spreads less only there. */
const then = (feature: number): number => 0.85 * now(feature);
const evaluator = new Evaluator(now, TEMPERATURE);
const start = new Evaluator(then, TEMPERATURE);
const known = exactDistribution(graph, evaluator);

/** Σ_y π(y) ln(π(y)/π_start(y)), over every completion of both. */
function oracle(): number {
  const of = (weightOf: (feature: number) => number): number[] => {
    const found: number[] = [];
    enumerate(process, weightOf, TEMPERATURE, ({ probability }) => found.push(probability));
    return found;
  };
  const to = of(then);
  return of(now).reduce((sum, probability, i) => sum + probability * Math.log(probability / (to[i] ?? NaN)), 0);
}

const random = seededRandom(17).next;
const draw = (count: number) => Array.from({ length: count }, () => sampleTrace(process, evaluator, random));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: readonly number[]): number => {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
};

describe('KL from the policy to the start of the run', () => {
  it('is the sum over all completions where that is exact', () => {
    expect(oracle()).toBeGreaterThan(0.005);
    const measured = startKlOf({ known, graph, evaluator, start, traces: [] });
    expect(measured.kl).toBeCloseTo(oracle(), 12);
    expect(measured).toMatchObject({ klSe: null, k1: null, k1Se: null, k3: null, k3Se: null });
  });

  it('k1, k3 and the estimate are unbiased; k3 is never below 0 and spreads less than k1, and the errors say how much', () => {
    const GROUPS = 4000;
    const groups = Array.from({ length: GROUPS }, () => {
      const traces = draw(4);
      return startKlOf({ known: estimatedDistribution(traces), graph: null, evaluator, start, traces });
    });
    const exact = oracle();
    const of = (figure: keyof StartKl): number[] => groups.map((group) => group[figure] ?? NaN);
    for (const [figure, error] of [
      ['kl', 'klSe'],
      ['k1', 'k1Se'],
      ['k3', 'k3Se'],
    ] as const) {
      const spread = variance(of(figure));
      expect(Math.abs(mean(of(figure)) - exact), figure).toBeLessThan(4 * Math.sqrt(spread / GROUPS));
      const squares = of(error).map((value) => value ** 2);
      expect(Math.abs(mean(squares) - spread), error).toBeLessThan(
        5 * Math.sqrt(variance(squares) / GROUPS) + 0.05 * spread,
      );
    }
    expect(Math.min(...of('k3'))).toBeGreaterThanOrEqual(0);
    expect(Math.min(...of('k1'))).toBeLessThan(0);
    expect(variance(of('k3'))).toBeLessThan(variance(of('k1')));
  });

  it('of a run without a start is that from π_0, and of a policy that has not moved is 0 for every completion', () => {
    const traces = draw(6);
    const measured = startKlOf({ known, graph, evaluator, start: null, traces });
    expect(measured).toMatchObject({ kl: known.kl, klSe: null });
    const ratios = traces.map(
      ({ logProbability, referenceLogProbability }) => logProbability - referenceLogProbability,
    );
    expect(measured.k1).toBeCloseTo(mean(ratios), 12);
    expect(startKlOf({ known, graph, evaluator, start: evaluator, traces })).toEqual({
      ...{ kl: 0, klSe: null },
      ...{ k1: 0, k1Se: 0, k3: 0, k3Se: 0 },
    });
  });
});
