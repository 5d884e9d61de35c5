import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/grpo/random.ts';
import { START, type State } from '../../src/samplers/sketch/choices.ts';
import { Evaluator, exactDistribution, greedyTrace, sampleTrace, stateGraph } from '../../src/samplers/sketch/process.ts';
import { bruteForce, enumerate, randomWeights } from './enumerate.ts';
import { FLEET_QUESTIONS, FLEET_SQL, grammarOf, indexOf } from './fleet.ts';
import { ODD_SCHEMAS } from './schemas.ts';

const fleet = indexOf(FLEET_SQL);

/** The states that are merged are those with one key: if two of them had different futures, the sums would differ. */
describe('the figures of the graph of states are those of the list of all completions', () => {
  it.each(Object.entries(FLEET_QUESTIONS))('%s: %s', async (_name, question) => {
    const grammar = grammarOf(question, await fleet);
    const graph = stateGraph(grammar);
    if (graph === null) throw new Error('too many states');
    const weightOf = randomWeights(question.length);
    const hinted = bruteForce(grammar, weightOf, 0.7);
    expect(hinted.total).toBeCloseTo(1, 10);
    const exact = exactDistribution(graph, new Evaluator(weightOf, 0.7));
    expect(exact.entropy).toBeCloseTo(hinted.entropy, 9);
    expect(exact.kl).toBeCloseTo(hinted.kl, 9);
    expect(exact.kl).toBeGreaterThan(0.01);
    expect(exactDistribution(graph, new Evaluator(() => 0, 0.7)).kl).toBe(0);
    expect(graph.next.length).toBeLessThan(1000);
  });

  it.each(Object.entries(ODD_SCHEMAS).flatMap(([name, { sql, questions }]) => questions.map((question) => [name, question, sql] as const)))('%s: %s', async (_name, question, sql) => {
    const grammar = grammarOf(question, await indexOf(sql));
    const graph = stateGraph(grammar);
    if (graph === null) throw new Error('too many states');
    let exhausted = false;
    let oracle = { total: 0, entropy: 0, kl: 0 };
    try {
      oracle = bruteForce(grammar, randomWeights(8), 0.9, 60_000);
    } catch {
      exhausted = true;
    }
    const exact = exactDistribution(graph, new Evaluator(randomWeights(8), 0.9));
    if (exhausted) {
      // Too many to list: drawn completions instead. −log π averages to the entropy, log π/π_0 to KL.
      const random = seededRandom(4).next;
      const traces = Array.from({ length: 3000 }, () => sampleTrace(grammar, new Evaluator(randomWeights(8), 0.9), random));
      const within = (samples: number[], figure: number): void => {
        const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
        const sd = Math.sqrt(samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0) / samples.length);
        expect(Math.abs(mean - figure)).toBeLessThan(5 * sd / Math.sqrt(samples.length));
      };
      within(traces.map(({ logProbability }) => -logProbability), exact.entropy);
      within(traces.map(({ logProbability, referenceLogProbability }) => logProbability - referenceLogProbability), exact.kl);
      return;
    }
    expect(oracle.total).toBeCloseTo(1, 10);
    expect(exact.entropy).toBeCloseTo(oracle.entropy, 9);
    expect(exact.kl).toBeCloseTo(oracle.kl, 9);
  });
});

it('every shape is met, and every decision it consists of', async () => {
  const shapes = new Set<string>();
  const names = new Set<string>();
  const random = seededRandom(2).next;
  for (const question of Object.values(FLEET_QUESTIONS)) {
    const grammar = grammarOf(question, await fleet);
    // A high temperature: what is seldom chosen is to be met too.
    const evaluator = new Evaluator(() => 0, 8);
    for (let i = 0; i < 200; i++) {
      const { final, steps } = sampleTrace(grammar, evaluator, random);
      shapes.add(String(final.shape));
      for (const { name } of steps) names.add(name.trim());
    }
  }
  expect([...shapes].sort()).toEqual(['absent', 'aggregate', 'count', 'group-aggregate', 'group-count', 'having', 'list', 'top', 'top-group']);
  for (const name of ['shape', 'select', 'further column', 'count of', 'group', 'group key', 'counted table', 'rank by', 'direction', 'limit', 'filter', 'equal or not', 'number', 'operator', 'number used', 'having', 'absent from', 'order', 'distinct', 'join', 'names', 'alias', 'show figure']) {
    expect([...names], name).toContain(name);
  }
});

it('draws sketches as often as they are probable', async () => {
  const grammar = grammarOf('average length', await fleet);
  const weightOf = randomWeights(6);
  const draws = 20_000;
  const evaluator = new Evaluator(weightOf, 0.7);
  const random = seededRandom(11).next;
  const drawn = new Map<string, number>();
  for (let i = 0; i < draws; i++) {
    const path = sampleTrace(grammar, evaluator, random).steps.map(({ choice }) => choice).join();
    drawn.set(path, (drawn.get(path) ?? 0) + 1);
  }
  let chiSquare = 0;
  let cells = 1;
  let rare = 0;
  let rareDrawn = draws;
  enumerate(grammar, weightOf, 0.7, ({ choices, probability }) => {
    // Cells with few expected draws are pooled: the approximation wants at least five.
    if (draws * probability < 5) { rare += probability; return; }
    const count = drawn.get(choices.join()) ?? 0;
    cells++;
    rareDrawn -= count;
    chiSquare += (count - draws * probability) ** 2 / (draws * probability);
  });
  chiSquare += (rareDrawn - draws * rare) ** 2 / (draws * rare);
  expect(cells).toBeGreaterThan(10);
  expect(chiSquare).toBeLessThan(cells - 1 + 5 * Math.sqrt(2 * (cells - 1)));
});

it.each([
  ['how many boats', 'count'], ['average length', 'aggregate'], ['number of boats per city', 'group-count'], ['titles of boats', 'list'], ['the boat with the highest length', 'top'], ['owner with the most boats', 'top-group'],
])('without hints, the likeliest reading of %s is a %s', async (question, shape) => {
  expect(greedyTrace(grammarOf(question, await fleet), new Evaluator(() => 0, 0.7)).final.shape).toBe(shape);
});

it('a negation speaks for NOT IN, contracted or not', async () => {
  const index = await fleet;
  const absent = (question: string): number => {
    const { steps } = sampleTrace(grammarOf(question, index), new Evaluator(() => 0, 0.7), seededRandom(1).next);
    return steps[0]?.probabilities.policy[steps[0].options.findIndex(({ label }) => label === 'absent')] ?? 0;
  };
  expect(absent('owners without boats')).toBeGreaterThan(10 * absent('owners with boats'));
  expect(absent("owners that don't have boats")).toBeCloseTo(absent('owners that do not have boats'), 12);
});

it('names with blanks keep states apart', async () => {
  const grammar = grammarOf('boats', await fleet);
  const at = (...tables: string[]): State => ({ ...START, shape: 'list', sketch: { ...START.sketch, tables } });
  expect(grammar.key(at('x', 'a b', 'c'))).not.toBe(grammar.key(at('x', 'a', 'b c')));
  expect(grammar.key(at('x', 'b', 'a'))).toBe(grammar.key(at('x', 'a', 'b')));
  expect(grammar.key(at('a', 'x'))).not.toBe(grammar.key(at('x', 'a')));
});

it('a long question asks for few values and numbers', async () => {
  const index = await fleet;
  const question = `boats like ${Array.from({ length: 200 }, (_, i) => `"v${i}" and ${i}`).join(' or ')}`;
  const trace = sampleTrace(grammarOf(question, index), new Evaluator(() => 0, 0.7), seededRandom(1).next);
  expect(trace.steps.length).toBeLessThan(40);
  expect(stateGraph(grammarOf(question, index))).not.toBeNull();
});
