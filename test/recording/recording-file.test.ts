import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DatasetError } from '../../src/formats/entry.ts';
import { changesOf, withChange } from '../../src/recording/feedback.ts';
import { parseRecording } from '../../src/recording/recording-file.ts';
import { LEARNING, LIMITS, type Recording, type RecordingEntry } from '../../src/recording/format.ts';
import { RecordingFull } from '../../src/recording/tables.ts';
import { RecordingWriter } from '../../src/recording/writer.ts';
import { makeConfig } from '../../src/grpo/config.ts';
import type { Feedback } from '../../src/grpo/feedback.ts';
import { EMPTY_SUMMARY } from '../../src/grpo/metrics.ts';
import {
  CUE_KINDS,
  HINT_TEMPLATES,
  type HintEvent,
  type HintEvidence,
  type HintFeature,
  type HintReason,
  type PolicyHint,
  type Sample,
  type TrainerState,
} from '../../src/grpo/types.ts';
import type { RecordedCall } from '../../src/samplers/replay/recording-sampler.ts';
import { normaliseSql } from '../../src/sql/normalise.ts';
import { changed, parsed, recordingToText, small, type Json } from '../broken/recordings.ts';
import { featureKey } from '../../src/grpo/feature-key.ts';
import type { HintCue, HintPattern } from '../../src/grpo/types.ts';

// ---------------------------------------------------------------- any recording

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const times = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', '"', '\u0000', '\ud800', ' ⇒ '),
);
const text = fc.oneof(anyText, fc.lorem()).filter((value) => value.trim() !== '');
const count = fc.nat();
const maybe = <K extends string, T>(name: K, value: fc.Arbitrary<T>): fc.Arbitrary<Partial<Record<K, T>>> =>
  fc
    .option(value, { nil: undefined })
    .map((given) => (given === undefined ? {} : { [name]: given }) as Partial<Record<K, T>>);

const parts = (minLength: number, maxLength: number): fc.Arbitrary<string[]> =>
  fc.array(text, { minLength, maxLength });
const cue: fc.Arbitrary<HintCue> = fc.constantFrom(...CUE_KINDS).chain((kind) => {
  const count = kind === 'bigram' ? 2 : 1;
  const [made, shown] = [parts(count, count), parts(count, count)];
  return fc.oneof(
    fc.record({ kind: fc.constant(kind), parts: made }),
    fc.record({ kind: fc.constant(kind), parts: made, shown }),
  );
});
const pattern: fc.Arbitrary<HintPattern> = fc.oneof(
  fc.record({ kind: fc.constant('sql' as const), parts: parts(1, 1) }),
  fc.record({ kind: fc.constant('link' as const), parts: parts(2, 3) }),
  fc.record({ kind: fc.constant('pair' as const), parts: parts(2, 4) }),
);

const feature: fc.Arbitrary<HintFeature> = fc
  .record({
    key: text,
    cue: fc.option(cue),
    pattern,
    tables: fc.array(text, { maxLength: 3 }),
    template: fc.constantFrom(...HINT_TEMPLATES),
    general: fc.boolean(),
    words: fc.nat(3),
  })
  .chain((made) =>
    made.template === 'guidance'
      ? parts(1, 1).map((said) => ({ ...made, pattern: { kind: 'sentence', parts: said } as const }))
      : fc.constantFrom(made, { ...made, key: featureKey(made.cue, made.pattern) }),
  );

const evidence: fc.Arbitrary<HintEvidence> = fc
  .tuple(fc.nat(50), fc.nat(50), number, fc.nat(50))
  .map(([a, b, advantage, steps]) => ({ support: Math.max(a, b), positive: Math.min(a, b), advantage, steps }));

const hint: fc.Arbitrary<PolicyHint> = fc
  .tuple(feature, fc.double({ min: -20, max: 20, noNaN: true }), evidence, count, count, fc.boolean())
  .map(([made, weight, gathered, createdAt, updatedAt, enabled]) => ({
    ...made,
    weight,
    evidence: gathered,
    createdAt,
    updatedAt,
    enabled,
  }));

const sample: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.record({
      text: anyText,
      sql: anyText,
      features: fc.array(fc.record({ feature, value: times, expected: times }), { maxLength: 4 }),
      logProbability: fc.oneof(number, fc.constantFrom(null, -Infinity)),
      referenceLogProbability: fc.oneof(number, fc.constantFrom(null, -Infinity)),
      decisions: fc.array(
        fc.record({ name: anyText, chosen: anyText, probability: number, referenceProbability: number }),
        { maxLength: 3 },
      ),
    }),
    maybe('choices', fc.array(count)),
    maybe(
      'origin',
      fc
        .tuple(
          fc.record({ model: text, how: fc.constantFrom('live', 'recorded') }),
          maybe('seed', count),
          maybe('finish', fc.constantFrom('stop', 'length', 'stopped')),
          maybe('tokens', count),
          maybe('constrained', fc.boolean()),
        )
        .map(
          ([named, ...more]): NonNullable<Sample['origin']> =>
            Object.assign(named, ...more) as NonNullable<Sample['origin']>,
        ),
    ),
  )
  .map(([made, choices, origin]) => ({ ...made, ...choices, ...origin }));

const error = fc.option(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }));
const measured = { entropy: number, kl: number, exact: fc.boolean(), entropySe: error, klSe: error };
const figure = fc.option(number);
const start = fc.record({ kl: number, klSe: error, k1: figure, k1Se: error, k3: figure, k3Se: error });
const asked = { question: anyText, temperature: fc.double({ min: 0, max: 2, noNaN: true }) };
const drawn = fc.nat(1000);
const call: fc.Arbitrary<RecordedCall> = fc.oneof(
  fc.record({
    method: fc.constant('generateGroup'),
    ...asked,
    count,
    drawn,
    samples: fc.array(sample, { maxLength: 3 }),
  }),
  fc.record({ method: fc.constant('greedy'), ...asked, drawn, sample }),
  fc.record({ method: fc.constant('replay'), ...asked, choices: fc.array(count), sample: fc.option(sample) }),
  fc.record({
    method: fc.constant('retrace'),
    ...asked,
    count,
    group: fc.option(
      fc.array(
        fc.record({
          probabilities: fc.array(number, { maxLength: 3 }),
          features: fc.array(fc.record({ feature, value: times, expected: times, weighed: number }), { maxLength: 3 }),
        }),
        { maxLength: 2 },
      ),
    ),
  }),
  fc.record({
    method: fc.constant('distribution'),
    ...asked,
    distribution: fc.option(fc.oneof(fc.record(measured), fc.record({ ...measured, start }))),
  }),
);

const question = fc.record({ id: text, question: text });
const sampler = fc.record({ id: text, label: text, isLanguageModel: fc.boolean() });
const judgement: fc.Arbitrary<Feedback> = fc
  .record({
    dataset: text,
    question: text.map((value) => value.trim()),
    text: anyText,
    thumb: fc.constantFrom('up', 'down', null),
    corrected: fc.option(text),
    at: count,
  })
  .map((made) => ({ ...made, sql: normaliseSql(made.text) }));

const reason: fc.Arbitrary<HintReason> = fc.oneof(
  fc.record({ id: fc.constant('taught'), support: count, advantage: number }),
  fc.record({ id: fc.constant('pulled'), support: count }),
  fc.record({ id: fc.constant('unsupported'), positive: count, support: count }),
  fc.record({ id: fc.constant('room'), most: count }),
  fc.record({ id: fc.constantFrom('merged-into', 'merged-from'), cue }),
  fc.record({ id: fc.constantFrom('by-hand', 'other-start') }),
  fc.record({ id: fc.constant('start'), from: fc.constantFrom('starter', 'file') }),
  fc.record({
    id: fc.constant('kept'),
    kept: fc.constant('best'),
    step: count,
    right: count,
    start: count,
    of: count,
  }),
  fc.record({ id: fc.constant('kept'), kept: fc.constant('start'), most: fc.option(count), start: count, of: count }),
  fc.record(
    {
      id: fc.constant('guidance'),
      author: fc.oneof(
        fc.record({ by: fc.constant('model'), label: text, step: count }),
        fc.record({
          by: fc.constant('reader'),
          did: fc.constantFrom('wrote', 'reworded', 'accepted', 'vetoed'),
        }),
      ),
      said: text,
      into: text,
      with: text,
    },
    { requiredKeys: ['id', 'author'] },
  ),
  fc.record({ id: fc.constant('told'), text }),
);

const event: fc.Arbitrary<HintEvent> = fc
  .tuple(
    fc.record({
      sequence: count,
      step: count,
      type: fc.constantFrom('create', 'update', 'merge', 'prune', 'restore'),
      before: fc.option(number),
      after: fc.option(number),
      gradientTerm: number,
      decayTerm: number,
      causes: fc.array(fc.record({ group: count, completion: count, advantage: number, activity: number }), {
        maxLength: 2,
      }),
      reason,
    }),
    maybe('pulledTo', number),
    maybe('evidence', evidence),
    maybe('share', fc.double({ min: 0, max: 1, noNaN: true })),
    fc.oneof(hint, text),
  )
  .map(([made, pulledTo, evidenceAfter, share, about]) => ({
    ...made,
    ...pulledTo,
    ...evidenceAfter,
    ...share,
    ...(typeof about === 'string' ? { key: about } : { key: about.key, hint: about }),
  }));

const entry: fc.Arbitrary<RecordingEntry> = fc.oneof(
  fc.record({
    kind: fc.constant('step'),
    questions: fc.array(question, { minLength: 1, maxLength: 3 }),
    pool: fc.option(fc.array(question, { minLength: 1, maxLength: 4 })),
    calls: fc.array(call, { maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant('configure'),
    settings: fc.oneof(
      fc.record({ learning_rate: fc.double({ min: 0, max: 2, noNaN: true }) }),
      fc.record({ replay: fc.boolean(), estimator: fc.constantFrom('rloo', 'gdpo') }),
    ),
  }),
  fc.record({
    kind: fc.constant('edit'),
    key: text,
    edit: fc
      .tuple(maybe('weight', number), maybe('enabled', fc.boolean()))
      .map(([weight, enabled]) => ({ ...weight, ...enabled })),
  }),
  fc.record({ kind: fc.constant('events'), events: fc.array(event, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant('feedback'), feedback: judgement }),
  fc.record({ kind: fc.constant('sampler'), sampler }),
);

const state: fc.Arbitrary<TrainerState> = fc
  .tuple(
    fc.record({
      seed: count,
      randomState: fc.array(fc.nat(0xffffffff), { minLength: 4, maxLength: 4 }),
      step: count,
      hints: fc.uniqueArray(hint, { selector: ({ key }) => key, maxLength: 4 }),
      eventCount: count,
      queue: fc.array(text, { maxLength: 4 }),
      summary: fc
        .record({ averageReward: fc.option(number), totalSteps: count, hints: count })
        .map((some) => ({ ...EMPTY_SUMMARY, ...some })),
    }),
    maybe('start', fc.dictionary(text, number)),
    maybe('answers', fc.array(fc.record({ questionId: text, choices: fc.array(count) }), { maxLength: 3 })),
  )
  .map(([made, start, answers]) => ({ ...made, ...start, ...answers }));

const recording: fc.Arbitrary<Recording> = fc
  .tuple(
    fc.record({
      dataset: text,
      sampler,
      learning: fc.constantFrom(...LEARNING),
      distribution: fc.boolean(),
      config: fc.double({ min: 0, max: 1, noNaN: true }).map((kl_coef) => makeConfig({ kl_coef }, 'tuned')),
      feedback: fc.array(judgement, { maxLength: 3 }),
      state,
      entries: fc.array(entry, { maxLength: 5 }),
    }),
    maybe('databaseSha256', fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 })),
  )
  .map(([made, digest]) => ({ ...made, ...digest }));

// ---------------------------------------------------------------- one recording

describe('a recording as a file', () => {
  it('comes back as it was, every number to the bit', () => {
    fc.assert(
      fc.property(recording, (made) => {
        expect(parseRecording(recordingToText(made), 'run.json')).toEqual(made);
      }),
      { numRuns: 200 },
    );
  });

  it('writes every text, number and feature once', () => {
    const [step] = small.entries;
    const twice = recordingToText({ ...small, entries: [step, step] as RecordingEntry[] });
    expect(twice.match(/many | COUNT|"COUNT"/g)).toHaveLength(1);
    expect(twice.match(/How many\?/g)?.length).toBe(recordingToText(small).match(/How many\?/g)?.length);
    expect(parseRecording(twice, 'run.json').entries).toEqual([step, step]);
  });

  it('reads the events of earlier versions: a sentence for a reason, null for a hint that is gone', () => {
    const earlier = JSON.parse(recordingToText(small)) as { entries: { kind: string; events: object[] }[] };
    const [told] = earlier.entries.filter(({ kind }) => kind === 'events');
    Object.assign(told?.events[0] ?? {}, { reason: 'The policy of step 20 was better.', hint: null });
    const read = parseRecording(JSON.stringify(earlier), 'run.json').entries.at(-1);
    const [event] = read?.kind === 'events' ? read.events : [];
    expect(event).toMatchObject({ reason: { id: 'told', text: 'The policy of step 20 was better.' }, after: null });
    expect(event).not.toHaveProperty('hint');
  });

  it('tells how long it is, at most, and forgets what came after a mark', () => {
    const { entries, ...header } = small;
    const writer = new RecordingWriter(header);
    for (const one of entries) writer.add(one);
    const whole = writer.text();
    const mark = writer.mark();
    for (const one of entries) writer.add(one);
    expect(writer.text()).not.toBe(whole);
    writer.rollback(mark);
    expect(writer.text()).toBe(whole);
    expect(writer.size).toBeGreaterThanOrEqual(whole.length);
    expect(writer.size).toBeLessThan(whole.length + 250);
  });

  it('refuses to write what would not be read', () => {
    const { entries: _none, ...header } = small;
    const writer = new RecordingWriter(header);
    const before = writer.text();
    const asks = (question: string, temperature: number): RecordingEntry => ({
      kind: 'step',
      questions: [{ id: 'q', question: 'q' }],
      pool: null,
      calls: [{ method: 'distribution', question, temperature, distribution: null }],
    });
    expect(() => writer.add(asks('x'.repeat(LIMITS.text + 1), 1))).toThrow(RecordingFull);
    expect(() => writer.add(asks('x', NaN))).toThrow(RangeError);
    expect(() =>
      writer.add({
        kind: 'step',
        questions: Array.from({ length: LIMITS.questionsPerStep + 1 }, (_, i) => ({ id: `${i}`, question: 'q' })),
        pool: null,
        calls: [],
      }),
    ).toThrow(RecordingFull);
    expect(parseRecording(writer.text(), 'run.json').entries).toEqual(parseRecording(before, 'run.json').entries);
  });
});

describe('a hostile recording', () => {
  it('ends in one DatasetError, or is read, whatever is changed in it, and leaves no trace in prototypes', () => {
    const places: (readonly (string | number)[])[] = [];
    const walk = (node: Json, path: readonly (string | number)[]): void => {
      if (path.length > 0) places.push(path);
      if (typeof node === 'object' && node !== null)
        for (const [name, child] of Object.entries(node))
          walk(child, [...path, Array.isArray(node) ? Number(name) : name]);
    };
    walk(parsed(), []);
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.oneof(
          fc.jsonValue(),
          fc.constantFrom<unknown[]>(undefined, null, -1, 0.5, 1e300, [], {}, '', '__proto__', [[]]),
        ),
        (path, value) => {
          try {
            parseRecording(changed(path, value as Json | undefined), 'run.json');
          } catch (error) {
            expect(error).toBeInstanceOf(DatasetError);
            expect((error as Error).message).toMatch(/^run\.json[^\n]*$/);
          }
        },
      ),
      { numRuns: 1000 },
    );
    const polluting = recordingToText(small)
      .replace('"start":{', '"start":{"__proto__":3,')
      .replace('"config":{', '"config":{"__proto__":{"polluted":true},');
    expect(() => parseRecording(polluting, 'run.json')).toThrow('needs a setting in "__proto__", but it is an object');
    expect(
      parseRecording(recordingToText(small).replace('"start":{', '"start":{"__proto__":3,'), 'run.json').state.start,
    ).toEqual(JSON.parse('{"__proto__":3,"k":0.5}'));
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('is refused when it is no JSON, or too long to be looked at', () => {
    expect(() => parseRecording('{', 'run.json')).toThrow('run.json is not JSON');
    expect(() => parseRecording('[]', 'run.json')).toThrow('run.json is no recording');
    expect(() => parseRecording(' '.repeat(LIMITS.file + 1), 'run.json')).toThrow('run.json is too large');
  });
});

it('changes of what people said lead from one list to the other, order included', () => {
  const said = fc
    .record({
      question: fc.constantFrom('a', 'b'),
      sql: fc.constantFrom('x', 'y', 'z'),
      thumb: fc.constantFrom('up', 'down'),
    })
    .map((made): Feedback => ({ dataset: 'd', text: made.sql, corrected: null, at: 1, ...made }));
  const list = fc.uniqueArray(said, { selector: ({ question: about, sql }) => `${about} ${sql}` });
  fc.assert(
    fc.property(list, list, fc.func(fc.boolean()), (before, others, keeps) => {
      const kept = before.filter((one) => keeps(one));
      const now = [
        ...kept,
        ...others.filter(({ question: about, sql }) => !kept.some((one) => one.question === about && one.sql === sql)),
      ];
      expect(changesOf(before, now).reduce(withChange, before)).toEqual(now);
      expect(changesOf(now, now)).toEqual([]);
    }),
  );
});
