/**
 * Files of hints and projects: what is written is read back the same, and readers and published schemas agree. What is
 * broken stands in test/broken.
 */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planImport, whyNot } from '../../src/engine/run/importing-hints.ts';
import { packHints, unpackHints } from '../../src/engine/run/link-hints.ts';
import { hintsToText, parseHints } from '../../src/formats/hints-file.ts';
import { parseReferenceHints, referenceHintsText } from '../../src/formats/reference-hints.ts';
import { makeConfig } from '../../src/grpo/config.ts';
import { csvText } from '../../src/grpo/csv.ts';
import { featureKey } from '../../src/grpo/feature-key.ts';
import { EMPTY_SUMMARY } from '../../src/grpo/metrics.ts';
import type { HintCue, HintPattern, PolicyHint } from '../../src/grpo/types.ts';
import { fromBase64, toBase64 } from '../../src/recording/base64.ts';
import { parseProject, projectText, type Project } from '../../src/recording/project.ts';
import { SCHEMA } from '../views/fixture.ts';

const schemaOf = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../public/schema/${name}.json`, import.meta.url), 'utf8')) as object;
const ajv = new Ajv({ allowUnionTypes: true, strictTypes: false });
const HINTS = ajv.addSchema(schemaOf('hints-3')).getSchema('hints-3.json');
const REFERENCE = ajv.compile(schemaOf('policy-hints-1'));
const PROJECT = ajv.compile(schemaOf('project-1'));

const word = fc.stringMatching(/^[a-zà-ÿ一-龥]{1,8}$/);
const cue: fc.Arbitrary<HintCue> = fc.oneof(
  fc.record({ kind: fc.constantFrom('word', 'phrase', 'text', 'before', 'after'), parts: fc.tuple(word) }),
  fc.record({ kind: fc.constant('bigram' as const), parts: fc.array(word, { minLength: 2, maxLength: 3 }) }),
);
/** What the program has words for, as a hint that can act has. */
const pattern: fc.Arbitrary<HintPattern> = fc.constantFrom<HintPattern>(
  { kind: 'sql', parts: ['SUM'] },
  { kind: 'sql', parts: ['GROUP BY'] },
  { kind: 'sql', parts: ['ORDER BY … LIMIT'] },
  { kind: 'sql', parts: ['SELECT products.name'] },
  { kind: 'link', parts: ['SELECT', 'exact name'] },
);
const weight = fc.double({ min: -5, max: 5, noNaN: true }).map((value) => value + 0);
const evidence = fc.record({
  support: fc.integer({ min: 100, max: 999 }),
  positive: fc.nat(7),
  advantage: weight,
  steps: fc.nat(99),
});
const hint: fc.Arbitrary<PolicyHint> = fc
  .record({ cue, pattern, weight, evidence, on: fc.boolean(), pinned: fc.boolean(), at: fc.nat(500) })
  .map(({ on, pinned, at, ...rest }) => {
    const isName = rest.pattern.parts[0]?.includes('.') === true;
    return {
      key: featureKey(rest.cue, rest.pattern),
      ...rest,
      tables: isName ? ['products'] : [],
      template: rest.pattern.kind === 'link' ? ('link' as const) : isName ? ('name' as const) : ('operator' as const),
      general: !isName,
      words: rest.cue.kind === 'word' ? 1 : rest.cue.kind === 'bigram' ? rest.cue.parts.length : 0,
      createdAt: at,
      updatedAt: at,
      enabled: on,
      ...(pinned ? { pinned } : {}),
    };
  });
const hints = fc.uniqueArray(hint, { selector: ({ key }) => key, maxLength: 12 });

const point = (step: number) => ({
  step,
  questionId: `q${step}`,
  rewardMean: 0.25,
  rewardSd: null,
  noSignalShare: 0,
  entropy: 1.5,
  kl: -0,
  diversity: 1,
  executedShare: 0.75,
  resampledGroups: 0,
  replayedCompletions: 0,
  hints: 2,
  components: { quality: { mean: 0.5, sd: 0.1 } },
});
const project: fc.Arbitrary<Project> = fc
  .record({
    hints,
    step: fc.nat(6),
    text: fc.string({ minLength: 1, maxLength: 40 }),
    seed: fc.nat(),
    owned: fc.option(fc.uint8Array({ minLength: 1, maxLength: 64 })),
    edited: fc.boolean(),
  })
  .filter(({ text }) => text.trim() !== '')
  .map(({ hints: own, step, text, seed, owned, edited }) => ({
    dataset: {
      name: owned === null ? 'shop' : 'own-a',
      title: 'Demo shop',
      databaseSha256: 'a'.repeat(64),
      ...(owned === null
        ? {}
        : {
            own: {
              database: toBase64(owned),
              questions: '[]',
              definitions: '[]',
              created: seed,
              notes: [text],
              schema: {
                guessed: [],
                added: [{ table: text, column: 'a', toTable: 'b', toColumn: text }],
                removed: [],
                descriptions: [{ table: text, column: edited ? null : 'a', called: '', description: 'd', values: '' }],
              },
            },
          }),
    },
    feedback: [],
    runs: [
      {
        name: text,
        begun: 1_700_000_000_000,
        sampler: { kind: 'sketch' as const },
        settings: { ...makeConfig() },
        state: {
          seed,
          randomState: [1, 2, 3, 4],
          step,
          hints: own,
          eventCount: own.length,
          queue: ['q1'],
          summary: { ...EMPTY_SUMMARY, totalSteps: step },
          start: {},
          answers: [],
        },
        ...(edited ? { edited: true as const } : {}),
        history: Array.from({ length: step }, (_, i) => point(i + 1)),
        ...(own.length > 0
          ? { snapshots: [{ name: text, step, sequence: own.length, at: 1_700_000_000_001, hints: own }] }
          : {}),
      },
    ],
  }));

describe('what is taken home comes back', () => {
  it('hints in our own form, to the bit', () => {
    fc.assert(
      fc.property(hints, (all) => {
        expect(parseHints(hintsToText(all), 'F')).toEqual(all);
      }),
    );
  });
  it('hints in the reference’s form, but for evidence, dates, switch and pin', () => {
    fc.assert(
      fc.property(hints, (all) => {
        const known = new Map(
          all.map(({ key, cue: on, pattern: does, tables, template, general, words }) => [
            key,
            { key, cue: on, pattern: does, tables, template, general, words },
          ]),
        );
        const back = parseReferenceHints(referenceHintsText(all), 'F', (key) => known.get(key));
        expect(back).toEqual(
          all.map(({ pinned: _pinned, ...one }) => ({
            kind: 'feature',
            hint: {
              ...one,
              evidence: { support: 0, positive: 0, advantage: 0, steps: 0 },
              createdAt: 0,
              updatedAt: 0,
              enabled: true,
            },
          })),
        );
        // Where nothing is known of them, cue, pattern and weight say what they are.
        const alone = parseReferenceHints(referenceHintsText(all), 'F', () => undefined);
        expect(alone.map((one) => one.kind === 'feature' && [one.hint.key, one.hint.weight])).toEqual(
          all.map(({ key, weight: weighs }) => [key, weighs]),
        );
      }),
    );
  });
  it('hints in a link, to a thousandth of a weight', async () => {
    await fc.assert(
      fc.asyncProperty(hints, async (all) => {
        const packed = await packHints(all);
        expect(packed).toMatch(/^[\w-]+$/);
        expect(parseHints(await unpackHints(packed), 'L')).toEqual(
          all.map((one) => ({
            ...one,
            // A cue’s words as they were met are no part of its identity, and not in a link.
            weight: Math.round(1000 * one.weight) / 1000 + 0,
            evidence: { support: 0, positive: 0, advantage: 0, steps: 0 },
            createdAt: 0,
            updatedAt: 0,
          })),
        );
      }),
      { numRuns: 40 },
    );
  });
  it('a project, to the bit', () => {
    fc.assert(
      fc.property(project, (all) => {
        expect(parseProject(projectText(all), 'F')).toEqual(all);
      }),
      { numRuns: 40 },
    );
  });
  it('bytes in base64, across the parts they are written in', () => {
    fc.assert(
      fc.property(fc.integer({ min: 760, max: 780 }), fc.integer({ min: 0, max: 3 }), (length, parts) => {
        const bytes = Uint8Array.from({ length: length + 768 * parts }, (_, i) => (i * 167) % 256);
        expect(Buffer.from(fromBase64(toBase64(bytes))).equals(bytes)).toBe(true);
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      }),
      { numRuns: 30 },
    );
  });
  it('tables, in which no cell begins a formula', () => {
    expect(csvText([['=1+1', '+1', '-1', '@x', '\tx', '\rx', -1, null, 'a "b", c', true]])).toBe(
      `'=1+1,'+1,'-1,'@x,'\tx,"'\rx",-1,,"a ""b"", c",true\r\n`,
    );
  });
});

/** A field of an object in the file taken away, or put another way. */
const mutation = fc.record({
  at: fc.nat(400),
  put: fc.constantFrom<unknown>(undefined, 7, 'x', '', '  ', [], {}, true, -1, 1.5, [7], ['']),
});

/** Every field of every object that `value` holds, as a way to change it. */
function fieldsOf(value: unknown): ((put: unknown) => void)[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(fieldsOf);
  const fields = value as Record<string, unknown>;
  return Object.keys(fields).flatMap((name) => [
    (put: unknown) => {
      if (put === undefined) delete fields[name];
      else fields[name] = put;
    },
    ...fieldsOf(fields[name]),
  ]);
}

function agrees(validate: ((value: unknown) => unknown) | undefined, read: (text: string) => unknown, value: unknown) {
  let message = '';
  try {
    read(JSON.stringify(value));
  } catch (error) {
    expect((error as Error).name).toBe('DatasetError');
    message = (error as Error).message;
  }
  expect(message).toMatch(/^$|^F/);
  expect({ value, refused: message !== '', message }).toEqual({ value, refused: validate?.(value) !== true, message });
}

describe('the published schemas', () => {
  it('say of a file of hints what the reader says', () => {
    fc.assert(
      fc.property(hint, mutation, (one, { at, put }) => {
        const value = JSON.parse(hintsToText([one])) as { hints: unknown[] };
        agrees(HINTS, (text) => parseHints(text, 'F'), value);
        const fields = fieldsOf(value.hints[0]);
        fields[at % fields.length]?.(put);
        agrees(HINTS, (text) => parseHints(text, 'F'), value);
      }),
      { numRuns: 400 },
    );
  });
  it('say the same of hints in the reference’s form', () => {
    fc.assert(
      fc.property(hint, mutation, (one, { at, put }) => {
        const value = JSON.parse(referenceHintsText([one])) as unknown[];
        const fields = fieldsOf(value[0]);
        fields[at % fields.length]?.(put);
        agrees(REFERENCE, (text) => parseReferenceHints(text, 'F', () => undefined), value);
      }),
      { numRuns: 400 },
    );
  });
  it('know every project that is written', () => {
    fc.assert(
      fc.property(project, (all) => {
        PROJECT(JSON.parse(projectText(all)));
        expect(PROJECT.errors).toBeNull();
      }),
      { numRuns: 20 },
    );
  });
});

it('hints in the reference’s form are a list', () => {
  expect(() => parseReferenceHints('{}', 'F', () => undefined)).toThrow(
    'F must be a list of hints, but it is an object',
  );
});

describe('hints of elsewhere', () => {
  const here = { hints: [], schema: SCHEMA, config: makeConfig(), step: 3, feature: () => undefined };
  const reference = (over: object) =>
    JSON.stringify([
      { hint_type: 'prefer', description: 'Pattern performed well.', weight: 0.85, tables: ['products'], ...over },
    ]);
  it('act where the database has what they name', () => {
    const [one] = planImport(reference({ pattern: 'SUM' }), 'F', here).hints;
    expect(one).toMatchObject({ becomes: 'new', hint: { key: '* | SUM', weight: 0.85, tables: ['products'] } });
    expect(planImport(reference({ pattern: 'SUM', hint_type: 'avoid' }), 'F', here).hints[0]?.hint.weight).toBe(-0.85);
  });
  it('become guidance where their pattern names no feature, and say so', () => {
    const [one] = planImport(reference({ pattern: 'prefer CTEs over nesting' }), 'F', here).hints;
    expect(one).toMatchObject({
      becomes: 'guidance',
      why: '“prefer CTEs over nesting” names no pattern of this program, so its description becomes a sentence for prompts.',
      hint: { template: 'guidance', pattern: { kind: 'sentence', parts: ['Pattern performed well.'] } },
    });
  });
  it.each<[string, object, string]>([
    [
      'a table',
      { tables: ['suppliers'], pattern: 'SUM' },
      'It is about the table suppliers, which this database does not have.',
    ],
    [
      'a column',
      { pattern: 'SELECT products.colour' },
      'It is about the column products.colour, which this database does not have.',
    ],
    [
      'a table in the pattern',
      { tables: [], pattern: 'SELECT cats.name' },
      'It is about the table cats, which this database does not have.',
    ],
    ['its weight', { weight: 12, pattern: 'SUM' }, 'It weighs 12.00, beyond the weight limit of 5.'],
    [
      'a sentence of two words',
      { description: 'Use CTEs', pattern: 'CTE please' },
      '“Use CTEs” is no sentence that says when to do what.',
    ],
    [
      'a sentence that is too long',
      { description: 'a b c '.repeat(60), pattern: 'CTE please' },
      'The sentence has 359 characters, more than 300.',
    ],
  ])('cannot be taken for %s', (_what, over, why) => {
    expect(planImport(reference(over), 'F', here).hints[0]).toMatchObject({ becomes: 'refused', why });
  });
  it('come in as far as there is room, the strongest first', () => {
    const config = makeConfig({ max_hints: 10 });
    const many = JSON.stringify(
      Array.from({ length: 12 }, (_, i) => ({
        hint_type: 'prefer',
        description: 'x',
        weight: 0.1 * i,
        pattern: 'SUM',
        cue: `w${i}`,
      })),
    );
    const plan = planImport(many, 'F', { ...here, config });
    expect(plan.hints.map(({ becomes }) => becomes)).toEqual(['refused', 'refused', ...Array<string>(10).fill('new')]);
    expect(plan.hints[0]?.why).toBe('The policy keeps no more than 10 hints (settings).');
  });
  it('are judged by the schema whatever the case of names', () => {
    const [one] = fc.sample(hint, 1);
    const named = {
      ...(one as PolicyHint),
      tables: ['PRODUCTS'],
      weight: 1,
      pattern: { kind: 'sql', parts: ['SELECT Products.NAME'] } as const,
    };
    expect(whyNot(named, SCHEMA, makeConfig())).toBe('');
  });
});
