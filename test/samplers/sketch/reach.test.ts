/** What the grammar can say beyond lists, counts and groups is drawn without hints where a question says it. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/grpo/random.ts';
import { hintWords } from '../../../src/grpo/words/hint.ts';
import { isWorded } from '../../../src/grpo/words/pattern.ts';
import { analyse } from '../../../src/linking/analyse.ts';
import { makeSchemaIndex } from '../../../src/linking/schema-index.ts';
import { SketchGrammar } from '../../../src/samplers/sketch/grammar.ts';
import { Evaluator, sampleTrace } from '../../../src/samplers/sketch/process.ts';
import { makeSketchSampler } from '../../../src/samplers/sketch/sketch-sampler.ts';
import { openTestDatabase } from '../../database/helpers.ts';
import { REACH, REACH_SQL } from './ferries.ts';

const DRAWS = 128;
const policy = { hints: [], version: 0, weightOf: () => 0 };

describe('without hints, what the question says is among the draws', () => {
  it.each(REACH)('$needs: $question', async ({ question, sql }) => {
    const database = await openTestDatabase(REACH_SQL);
    const sampler = makeSketchSampler({ schema: database.schema });
    const random = seededRandom(3).next;
    const samples = await sampler.generateGroup({ question, policy, temperature: 0.7, random }, DRAWS);
    const texts = [...new Set(samples.map((sample) => sample.sql))];
    const [gold, ...drawn] = await database.execute([sql, ...texts]);
    database.close();
    expect(gold?.status).toBe('rows');
    // Rows in any order; the figures of one are whole or a quotient of the same numbers.
    const shown = (rows: readonly (readonly unknown[])[] = []): string[] =>
      rows.map((row) => JSON.stringify(row)).sort();
    const right = drawn.filter(({ rows }) => JSON.stringify(shown(rows)) === JSON.stringify(shown(gold?.rows)));
    expect(right.length, texts.slice(0, 5).join('\n')).toBeGreaterThan(0);
  });
});

describe('the hints on it', () => {
  it('have a sentence of their own, and the opposite with a negative weight', async () => {
    const database = await openTestDatabase(REACH_SQL);
    database.close();
    const index = makeSchemaIndex(database.schema);
    const random = seededRandom(1).next;
    const evaluator = new Evaluator(() => 0, 4);
    const byKey = new Map(
      REACH.flatMap(({ question }) => {
        const grammar = new SketchGrammar(analyse(question, index), index);
        for (let i = 0; i < 12; i++) sampleTrace(grammar, evaluator, random);
        return grammar.features.features.map((feature) => [feature.key, feature] as const);
      }),
    );
    const features = [...byKey.values()].filter(({ cue }) => cue === null);
    expect(features.filter(({ pattern }) => !isWorded(pattern)).map(({ key }) => key)).toEqual([]);
    const said = features.map((feature) => [hintWords(feature, 1), hintWords(feature, -1)]);
    expect(said.filter(([does, doesNot]) => does === doesNot)).toEqual([]);
    expect(said.flat().filter((sentence) => /[<>←⇒~|+]/u.test(sentence))).toEqual([]);
  });
});
