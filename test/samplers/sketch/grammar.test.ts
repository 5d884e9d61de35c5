import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/grpo/random.ts';
import { makeSchemaIndex, type SchemaIndex } from '../../../src/linking/schema-index.ts';
import type { SketchGrammar } from '../../../src/samplers/sketch/grammar.ts';
import {
  Evaluator,
  exactDistribution,
  greedyTrace,
  replayTrace,
  sampleTrace,
  stateGraph,
  type StateGraph,
} from '../../../src/samplers/sketch/process.ts';
import { FRAMES, PROGRAM, START, type State } from '../../../src/samplers/sketch/state.ts';
import { bruteForce, completionsOf, enumerate, from, keyedBy, randomWeights } from './enumerate.ts';
import { FLEET_QUESTIONS, FLEET_SQL, grammarOf, indexOf } from './fleet.ts';
import { ODD_SCHEMAS } from '../schemas.ts';

const fleet = indexOf(FLEET_SQL);
const odd = new Map(Object.entries(ODD_SCHEMAS).map(([name, { sql }]) => [name, indexOf(sql)]));
const TEMPERATURE = 0.8;
/** Completions of one frame that are listed one by one. */
const LISTED = 1500;

/** All that a state consists of but the sketch, nothing left out and nothing reordered. */
function everything({ sketch: _sketch, ...context }: State): string {
  return JSON.stringify(context);
}

/** The frames with few enough completions, each as a process of its own. */
function listable(
  grammar: SketchGrammar,
): { process: ReturnType<typeof from<State>>; graph: StateGraph; completions: number }[] {
  const start = grammar.decide(grammar.start);
  return (start?.options ?? [])
    .map((_option, frame) => {
      const process = from(grammar, start?.next(frame) as State);
      const graph = stateGraph(process);
      return { process, graph, completions: completionsOf(graph) };
    })
    .filter(({ completions }) => completions <= LISTED);
}

/**
 * The states that are merged are those with one key. Were there two of them with different futures, the sums would
 * differ: from the list of completions, and from the graph in which nothing is merged that differs in anything
 * decisions may look at.
 */
function check(question: string, index: SchemaIndex): void {
  const grammar = grammarOf(question, index);
  const weightOf = randomWeights(question.length + 3);
  const evaluator = new Evaluator(weightOf, TEMPERATURE);
  const whole = exactDistribution(stateGraph(grammar), evaluator);
  const unmerged = exactDistribution(stateGraph(keyedBy(grammar, everything)), evaluator);
  expect(whole.entropy).toBeCloseTo(unmerged.entropy, 9);
  expect(whole.kl).toBeCloseTo(unmerged.kl, 9);
  expect(whole.kl).toBeGreaterThan(0.01);
  expect(exactDistribution(stateGraph(grammar), new Evaluator(() => 0, TEMPERATURE)).kl).toBe(0);
  for (const { process, graph, completions } of listable(grammar)) {
    const oracle = bruteForce(process, weightOf, TEMPERATURE, LISTED);
    expect(oracle.completions).toBe(completions);
    expect(oracle.total).toBeCloseTo(1, 10);
    const exact = exactDistribution(graph, evaluator);
    expect(exact.entropy).toBeCloseTo(oracle.entropy, 9);
    expect(exact.kl).toBeCloseTo(oracle.kl, 9);
  }
}

/** Too many completions to list: −log π of drawn ones averages to the entropy, log π/π_0 to KL. */
function checkDrawn(grammar: SketchGrammar): void {
  const evaluator = new Evaluator(randomWeights(8), 0.9);
  const exact = exactDistribution(stateGraph(grammar), evaluator);
  const random = seededRandom(4).next;
  const traces = Array.from({ length: 500 }, () => sampleTrace(grammar, evaluator, random));
  const within = (samples: number[], figure: number): void => {
    const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
    const sd = Math.sqrt(samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0) / samples.length);
    expect(Math.abs(mean - figure)).toBeLessThan((5 * sd) / Math.sqrt(samples.length));
  };
  within(
    traces.map(({ logProbability }) => -logProbability),
    exact.entropy,
  );
  within(
    traces.map(({ logProbability, referenceLogProbability }) => logProbability - referenceLogProbability),
    exact.kl,
  );
}

describe('the figures of the graph of states are those of the list of all completions', () => {
  it.each(Object.entries(FLEET_QUESTIONS))('%s: %s', async (_name, question) => {
    check(question, await fleet);
    checkDrawn(grammarOf(question, await fleet));
  });

  it.each(
    Object.entries(ODD_SCHEMAS).flatMap(([name, { questions }]) =>
      questions.map((question) => [name, question] as const),
    ),
  )('%s: %s', async (name, question) => {
    const index = (await odd.get(name)) as SchemaIndex;
    check(question, index);
    checkDrawn(grammarOf(question, index));
  });

  it('many frames are listed in full', async () => {
    const index = (await odd.get('one table of one column')) as SchemaIndex;
    for (const question of ODD_SCHEMAS['one table of one column']?.questions ?? [])
      expect(listable(grammarOf(question, index)).length, question).toBeGreaterThan(6);
    for (const question of ['', 'titles of boats', 'how many boats'])
      expect(listable(grammarOf(question, await fleet)).length, question).toBeGreaterThan(2);
  });
});

describe('every frame and every stage', () => {
  it('is met', async () => {
    const frames = new Set<string>();
    const names = new Set<string>();
    const random = seededRandom(2).next;
    const meet = (question: string, index: SchemaIndex): void => {
      const grammar = grammarOf(question, index);
      // A high temperature: what is seldom chosen is to be met too.
      const evaluator = new Evaluator(() => 0, 8);
      for (let i = 0; i < 150; i++) {
        const { final, steps } = sampleTrace(grammar, evaluator, random);
        frames.add(String(final.frame));
        for (const { name } of steps) names.add(name);
      }
    };
    for (const question of Object.values(FLEET_QUESTIONS)) meet(question, await fleet);
    for (const [name, { questions }] of Object.entries(ODD_SCHEMAS))
      for (const question of questions) meet(question, (await odd.get(name)) as SchemaIndex);
    expect([...frames].sort()).toEqual(Object.keys(FRAMES).sort());
    for (const name of [
      'frame',
      'select',
      'further column',
      'count of',
      'function',
      'argument',
      'more figures',
      'group',
      'group key',
      'more keys',
      'combined',
      'show figure',
      'value',
      'equal or not',
      'number',
      'operator',
      'number used',
      'date',
      'date operator',
      'missing',
      'and or or',
      'conditions of',
      'absent from',
      'having',
      'average of',
      'rank by',
      'direction',
      'limit',
      'order',
      'extra table',
      'filter by',
      'join path',
      'distinct',
      'join',
      'names',
      'alias',
    ]) {
      expect([...names], name).toContain(name);
    }
  });

  it('has an end: no sketch is longer than its stages and what is said allow', async () => {
    const random = seededRandom(3).next;
    for (const question of Object.values(FLEET_QUESTIONS)) {
      const grammar = grammarOf(question, await fleet);
      for (let i = 0; i < 50; i++) {
        const { final, steps } = sampleTrace(grammar, new Evaluator(() => 0, 20), random);
        expect(steps.length).toBeLessThan(2 * PROGRAM[final.frame as keyof typeof PROGRAM].length + 20);
      }
    }
  });
});

it('draws sketches as often as they are probable', async () => {
  const index = (await odd.get('one table of one column')) as SchemaIndex;
  const grammar = grammarOf('average x', index);
  const weightOf = randomWeights(6);
  const draws = 20_000;
  const evaluator = new Evaluator(weightOf, 1.5);
  const random = seededRandom(11).next;
  const drawn = new Map<string, number>();
  for (let i = 0; i < draws; i++) {
    const path = sampleTrace(grammar, evaluator, random)
      .steps.map(({ choice }) => choice)
      .join();
    drawn.set(path, (drawn.get(path) ?? 0) + 1);
  }
  let chiSquare = 0;
  let cells = 1;
  let rare = 0;
  let rareDrawn = draws;
  enumerate(grammar, weightOf, 1.5, ({ choices, probability }) => {
    // Cells with few expected draws are pooled: the approximation wants at least five.
    if (draws * probability < 5) {
      rare += probability;
      return;
    }
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
  ['how many boats', 'count'],
  ['average length', 'figure'],
  ['number of boats per city', 'groups'],
  ['titles of boats', 'list'],
  ['the boat with the highest length', 'top'],
  ['owner with the most boats', 'top group'],
  ['owners with more than 1 boat', 'having'],
  ['boats longer than the average length', 'average'],
  ['boats sorted by length', 'sorted'],
])('without hints, the likeliest reading of %s is a %s', async (question, frame) => {
  expect(greedyTrace(grammarOf(question, await fleet), new Evaluator(() => 0, 0.7)).final.frame).toBe(frame);
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

describe('the choices of a sketch', () => {
  it('make it again, and no others do', async () => {
    const random = seededRandom(9).next;
    for (const question of Object.values(FLEET_QUESTIONS)) {
      const grammar = grammarOf(question, await fleet);
      const evaluator = new Evaluator(randomWeights(2), 3);
      const trace = sampleTrace(grammar, evaluator, random);
      const choices = trace.steps.map(({ choice }) => choice);
      const again = replayTrace(grammar, evaluator, choices);
      expect(again?.final).toEqual(trace.final);
      expect(again?.logProbability).toBe(trace.logProbability);
      expect(replayTrace(grammar, evaluator, [...choices, 0])).toBeNull();
      expect(replayTrace(grammar, evaluator, choices.slice(0, -1))).toBeNull();
      for (const wrong of [-1, 1000, 0.5, NaN])
        expect(replayTrace(grammar, evaluator, [wrong, ...choices.slice(1)])).toBeNull();
    }
  });
});

describe('keys', () => {
  it('tell tables apart by all of their names and by the first, not by the order of the others', async () => {
    const grammar = grammarOf('ships', (await odd.get('composite keys, self references and a chain')) as SchemaIndex);
    const at = (...tables: string[]): string => grammar.key({ ...START, frame: 'list', at: 0, tables });
    expect(at('x', 'a b', 'c')).not.toBe(at('x', 'a', 'b c'));
    expect(at('ship', 'port', 'voyage')).toBe(at('ship', 'voyage', 'port'));
    expect(at('port', 'ship')).not.toBe(at('ship', 'port'));
    expect(at('port', 'ship')).not.toBe(at('port'));
  });
});

describe('bounded work', () => {
  it('a long question asks for few values and numbers', async () => {
    const index = await fleet;
    const question = `boats like ${Array.from({ length: 200 }, (_, i) => `"v${i}" and ${i}`).join(' or ')}`;
    expect(question.length).toBeGreaterThan(2000);
    const trace = sampleTrace(grammarOf(question, index), new Evaluator(() => 0, 0.7), seededRandom(1).next);
    expect(trace.steps.length).toBeLessThan(40);
  });

  it('200 tables of 10 columns offer no more at a time than a few, and the graph is given up at its limit', () => {
    const tables = Array.from({ length: 200 }, (_, t) => ({
      name: `red_thing_${t}`,
      kind: 'table' as const,
      rowCount: 10,
      foreignKeys: t === 0 ? [] : [{ columns: ['parent'], toTable: `red_thing_${t - 1}`, toColumns: ['id'] }],
      columns: ['id', 'parent', ...Array.from({ length: 8 }, (_c, c) => `colour ${c}`)].map((name) => ({
        name,
        type: 'INT',
        primaryKey: name === 'id',
        notNull: false,
      })),
    }));
    const profiles = tables.flatMap(({ name, columns }) =>
      columns.map((column) => ({
        table: name,
        column: column.name,
        holds: 'integer' as const,
        distinct: 10,
        distinctIsExact: true,
        hasNull: false,
        values: [],
      })),
    );
    const index = makeSchemaIndex({ tables, profiles });
    const grammar = grammarOf(
      'how many colour 3 and colour 4 of each red thing 7 with the most colour 5 over 6 and under 9 or without colour 2',
      index,
    );
    const random = seededRandom(1).next;
    const evaluator = new Evaluator(() => 0, 5);
    for (let i = 0; i < 20; i++) {
      const { steps } = sampleTrace(grammar, evaluator, random);
      expect(steps.length).toBeLessThan(60);
      for (const { options, name } of steps) expect(options.length, name).toBeLessThanOrEqual(60);
    }
    expect(grammar.isSmall).toBe(false);
  });
});

describe('a grammar that is small', () => {
  const SMALL = `CREATE TABLE boat (id INTEGER PRIMARY KEY, name TEXT, kind TEXT, city TEXT, length REAL, built DATE, crew INT, fast BOOLEAN);
    INSERT INTO boat VALUES (1, 'Aura', 'yacht', 'Turku', 8.5, '2001-05-06', 3, 1), (2, 'Bore', 'ferry', 'Oslo', 90, '1990-01-02', 40, 0);`;
  const QUESTIONS = [
    '',
    'hello',
    'how many boats',
    'names and lengths of boats in Turku longer than 8',
    'names of ferry boats in Oslo built before 2000',
    'number of boats per city and kind with more than 2 and less than 9 boats',
    'the 3 longest boats of each city',
    'which yacht or ferry boats are longer than the average boat',
    'boats between 3 and 5 or over 8 that have no crew',
  ];

  it('has some hundred states, whatever is asked', async () => {
    const index = await indexOf(SMALL);
    const sizes = QUESTIONS.map((question) => {
      const grammar = grammarOf(question, index);
      expect(grammar.isSmall, question).toBe(true);
      return stateGraph(grammar).next.length;
    });
    expect(Math.max(...sizes)).toBeLessThan(700);
  });

  it('is of one table with few columns, and a question with few values and numbers', async () => {
    const index = await indexOf(SMALL);
    expect(grammarOf('Aura or Bore, yacht or ferry, in Turku or Oslo', index).isSmall).toBe(false);
    expect(grammarOf('over 3, over 5, over 7 and over 9', index).isSmall).toBe(false);
    const wider = await indexOf(`${SMALL} ALTER TABLE boat ADD COLUMN ninth TEXT;`);
    const second = await indexOf(`${SMALL} CREATE TABLE city (name TEXT);`);
    for (const other of [wider, second, await fleet])
      for (const question of QUESTIONS) expect(grammarOf(question, other).isSmall, question).toBe(false);
  });
});
