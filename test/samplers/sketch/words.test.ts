/** Every hint that the sampler can make reads as a sentence: no mark of the program, no trait, no stem. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openFiles } from '../../../src/cli/inputs.ts';
import { seededRandom } from '../../../src/grpo/random.ts';
import type { HintCue, HintFeature, HintPattern } from '../../../src/grpo/types.ts';
import { hintWords } from '../../../src/grpo/words/hint.ts';
import { actionOf, isWorded } from '../../../src/grpo/words/pattern.ts';
import { analyse } from '../../../src/linking/analyse.ts';
import { makeSchemaIndex } from '../../../src/linking/schema-index.ts';
import { SketchGrammar } from '../../../src/samplers/sketch/grammar.ts';
import { makeTextFeatures } from '../../../src/samplers/language/text-features.ts';
import { Evaluator, sampleTrace } from '../../../src/samplers/sketch/process.ts';
import { renderSketch } from '../../../src/samplers/sketch/render.ts';

const DATASETS = fileURLToPath(new URL('../../../public/datasets', import.meta.url));
/** Of each question: enough that every frame is met somewhere. */
const TRACES = 3;
/** Marks of the program. */
const MARKS = /[<>←⇒~|+]/;
/** How SQL and the data of patterns say it. */
const INTERNAL =
  /\b(?:SELECT|FROM|WHERE|GROUP BY|HAVING|ORDER BY|LIMIT|DISTINCT|COUNT|SUM|AVG|MAX|MIN|NOT IN|LIKE|NULL|JOIN|INTERSECT|EXCEPT|UNION|ASC|DESC)\b|exact (?:long )?name|display column|best match|second match|computed value|(?:un)?named (?:column|key|table\b(?!’))|synonym|aggregate|superlative|top group/;

/** Stems that are words although no question of the two datasets has them. */
const WORDS_TOO = new Set('item call euro launch band round attend occur happen'.split(' '));

interface Made {
  /** The sketch sampler’s: a feature for each pattern, without its cue, … */
  readonly patterns: ReadonlyMap<string, HintFeature>;
  /** … and one for each cue with each kind of mention it may stand beside: of these two a sentence is made. */
  readonly cues: ReadonlyMap<string, HintFeature>;
  /** The same of SQL texts. */
  readonly text: ReadonlyMap<string, HintFeature>;
  readonly words: ReadonlySet<string>;
}

async function featuresOf(name: string): Promise<Made> {
  const folder = join(DATASETS, name);
  const { database, questions } = await openFiles(join(folder, 'db.sqlite'), join(folder, 'questions.json'));
  database.close();
  const index = makeSchemaIndex(database.schema);
  const textFeatures = makeTextFeatures(database.schema);
  const random = seededRandom(1).next;
  const [patterns, cues, text] = [
    new Map<string, HintFeature>(),
    new Map<string, HintFeature>(),
    new Map<string, HintFeature>(),
  ];
  const words = new Set<string>();
  const mentions = new Map<HintPattern, string>();
  const mentionOf = (pattern: HintPattern): string => {
    let mention = mentions.get(pattern);
    if (mention === undefined) mentions.set(pattern, (mention = actionOf(pattern).beside?.mention ?? ''));
    return mention;
  };
  for (const { question, sql = '' } of questions) {
    const analysis = analyse(question, index);
    for (const { lower } of analysis.tokens) words.add(lower);
    const grammar = new SketchGrammar(analysis, index);
    // Without hints and hot: what is seldom drawn is drawn too.
    const evaluator = new Evaluator(() => 0, 4);
    const drawn = Array.from({ length: TRACES }, () => sampleTrace(grammar, evaluator, random));
    for (const feature of grammar.features.features) {
      const { cue, pattern } = feature;
      if (cue === null) patterns.set(feature.key, feature);
      else cues.set(`${cue.kind} ${cue.parts.join(' ')} ${mentionOf(pattern)}`, feature);
    }
    for (const one of [sql, renderSketch(drawn[0]?.final.sketch ?? grammar.start.sketch, index)])
      for (const { feature } of textFeatures(question, one)) text.set(feature.key, feature);
  }
  return { patterns, cues, text, words };
}

/** The cue’s stems that no question has as a word. */
function stemsOf(cue: HintCue | null, words: ReadonlySet<string>): string[] {
  const { kind, parts } = cue ?? { kind: 'typed', parts: [] };
  return kind === 'typed'
    ? []
    : parts.filter((part) => /^\p{L}+$/u.test(part) && !words.has(part) && !WORDS_TOO.has(part));
}

describe.each(['shop', 'concert_singer'])('hints on %s', (name) => {
  const made = featuresOf(name);

  it('have a sentence of their own, whatever the sampler chose', async () => {
    const { patterns, cues } = await made;
    expect(patterns.size).toBeGreaterThan(500);
    expect(cues.size).toBeGreaterThan(400);
    expect([...patterns.values()].filter(({ pattern }) => !isWorded(pattern)).map(({ key }) => key)).toEqual([]);
  });
  it('hold no mark, trait or keyword', async () => {
    const { patterns, cues, text } = await made;
    const both = (feature: HintFeature): string[] => [1, -1].map((weight) => hintWords(feature, weight));
    const all = [...patterns.values(), ...cues.values(), ...text.values()].flatMap(both);
    expect(all.filter((sentence) => MARKS.test(sentence))).toEqual([]);
    // What stands in quotes is the question’s own.
    const own = [...patterns.values(), ...cues.values()].flatMap(both);
    expect(own.filter((sentence) => INTERNAL.test(sentence.replace(/“[^”]*”/gu, '')))).toEqual([]);
  });
  it('never say a stem', async () => {
    const { cues, words } = await made;
    const said = [...cues.values()].flatMap((feature) => {
      const sentence = hintWords(feature, 1);
      return stemsOf(feature.cue, words).map((stem) => ({
        stem,
        isSaid: new RegExp(`“[^”]*\\b${stem}\\b`).test(sentence),
      }));
    });
    expect(said.length).toBeGreaterThan(40);
    expect(said.filter(({ isSaid }) => isSaid).map(({ stem }) => stem)).toEqual([]);
  });
  it('say the opposite with a negative weight', async () => {
    const { patterns, cues } = await made;
    const same = [...patterns.values(), ...cues.values()].filter(
      (feature) => hintWords(feature, 1) === hintWords(feature, -1),
    );
    expect(same.map(({ key }) => key)).toEqual([]);
  });
  it('say different things differently', async () => {
    const { patterns } = await made;
    const byWords = new Map<string, string[]>();
    for (const feature of patterns.values()) {
      const words = hintWords(feature, 1);
      byWords.set(words, [...(byWords.get(words) ?? []), feature.key]);
    }
    expect([...byWords.values()].filter((keys) => keys.length > 1)).toEqual([]);
  });
});
