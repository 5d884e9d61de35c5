/** Reads the tables of a recording, and the calls that refer to them. Throws DatasetError. */
import { earlierKey, featureOfEarlier, keyOfEarlier } from '../grpo/earlier.ts';
import { featureKey } from '../grpo/feature-key.ts';
import type { SampleOrigin } from '../grpo/origin.ts';
import {
  HINT_TEMPLATES,
  type DecisionRecord,
  type Distribution,
  type FeatureUse,
  type HintCue,
  type HintFeature,
  type HintPattern,
  type Retraced,
  type Sample,
  type StartKl,
} from '../grpo/types.ts';
import type { RecordedCall } from '../samplers/replay/recording-sampler.ts';
import { Entry } from '../formats/entry.ts';
import { parseCue, parsePattern } from '../formats/hints-file.ts';
import { LIMITS, type RecordedQuestion } from './format.ts';
import { numbers, wholeNumbers } from './numbers.ts';
import { LN_ZERO } from './tables.ts';

const MOST = Number.MAX_VALUE;
/** How often a feature can fire in one sample. */
const MOST_TIMES = 1e6;
/** Characters of a cue, a pattern or the name of a table. */
const NAME_LENGTH = 20_000;

export interface ReadTables {
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
  readonly features: readonly HintFeature[];
  /** A key of the file as this program has it. */
  readonly keyOf: (key: string) => string;
  readonly questions: readonly RecordedQuestion[];
  readonly pools: readonly (readonly RecordedQuestion[])[];
}

/** `isEarlier`: of version 1, whose features are in words. */
export function readTables(file: Entry, source: string, isEarlier: boolean): ReadTables {
  const texts = file.list('texts', LIMITS.texts).map((text) => {
    if (typeof text !== 'string' || text.length > LIMITS.text)
      throw file.error(`needs texts of at most ${LIMITS.text} characters in "texts"`);
    return text;
  });
  const [cues, patterns] = isEarlier
    ? [[], []]
    : [
        file.list('cues', LIMITS.features).map((one, i) => parseCue(new Entry(one, `${source}, "cues"`, i))),
        file
          .list('patterns', LIMITS.features)
          .map((one, i) => parsePattern(new Entry(one, `${source}, "patterns"`, i))),
      ];
  const questions = file.list('questions', LIMITS.questions).map((item, index): RecordedQuestion => {
    const read = new Entry(item, `${source}, "questions"`, index);
    return { id: read.text('id', LIMITS.id), question: read.text('question', LIMITS.text) };
  });
  return {
    texts,
    keyOf: isEarlier ? keyOfEarlier : (key) => key,
    questions,
    numbers: numbers(file, 'numbers', LIMITS.numbers),
    features: rows(file, 'features', LIMITS.features, source).map((row) =>
      readFeature(row, texts, cues, patterns, isEarlier),
    ),
    pools: rows(file, 'pools', LIMITS.pools, source).map((row) =>
      wholeNumbers(row, 'items', LIMITS.questions, LIMITS.questions).map((at) => item(questions, at, 'question', row)),
    ),
  };
}

/** A table of lists: each as an entry whose list is called "items". */
function rows(file: Entry, name: string, count: number, source: string): Entry[] {
  return file.list(name, count).map((items, index) => new Entry({ items }, `${source}, "${name}"`, index));
}

function readFeature(
  read: Entry,
  texts: readonly string[],
  cues: readonly HintCue[],
  patterns: readonly HintPattern[],
  isEarlier: boolean,
): HintFeature {
  const [key = NaN, cue = NaN, pattern = NaN, template = NaN, general = NaN, words = NaN, ...tables] = numbers(
    read,
    'items',
    LIMITS.tables + 6,
  );
  if (general !== 0 && general !== 1) throw read.error('needs 0 or 1 for “general”');
  if (!Number.isSafeInteger(words) || words < 0) throw read.error('needs a whole number of words');
  // In the order in which samplers name the fields, so that hints made of it are written alike.
  const rest = {
    tables: tables.map((table) => item(texts, table, 'text', read)),
    template: item(HINT_TEMPLATES, template, 'template', read),
    general: general === 1,
    words,
  };
  if (isEarlier) {
    const shown = cue === -1 ? null : name(texts, cue, read);
    const what = name(texts, pattern, read);
    const named = key === -1 ? earlierKey(shown, what) : name(texts, key, read);
    return featureOfEarlier({ key: named, cue: shown, pattern: what, ...rest });
  }
  const data = {
    cue: cue === -1 ? null : item(cues, cue, 'cue', read),
    pattern: item(patterns, pattern, 'pattern', read),
  };
  return {
    key: key === -1 ? featureKey(data.cue, data.pattern) : item(texts, key, 'text', read),
    ...data,
    ...rest,
  };
}

function name(texts: readonly string[], position: number, read: Entry): string {
  const text = item(texts, position, 'text', read);
  if (text.length > NAME_LENGTH) throw read.error(`has a cue or pattern of more than ${NAME_LENGTH} characters`);
  return text;
}

/** What a position stands for. */
export function item<T>(table: readonly T[], position: number, what: string, read: Entry): T {
  const found = Number.isInteger(position) && position >= 0 ? table[position] : undefined;
  if (found === undefined) throw read.error(`refers to ${what} ${position}, but there are ${table.length}`);
  return found;
}

const METHODS = [
  'generateGroup',
  'greedy',
  'replay',
  'retrace',
  'distribution',
] as const satisfies readonly RecordedCall['method'][];

export function readCall(given: unknown, source: string, index: number, tables: ReadTables): RecordedCall {
  const read = new Entry(given, source, index);
  const asked = {
    question: item(tables.texts, read.count('question'), 'text', read),
    temperature: read.number('temperature', 0, MOST),
  };
  const drawn = (): number => {
    const count = read.count('drawn');
    if (count > LIMITS.drawn) throw read.error(`drew ${count} numbers, at most ${LIMITS.drawn} are read`);
    return count;
  };
  const method = read.choice('method', METHODS);
  switch (method) {
    case 'generateGroup': {
      const samples = read
        .list('samples', LIMITS.samples)
        .map((sample, i) => readSample(new Entry(sample, `${source}, call ${index + 1}, "samples"`, i), tables));
      return { method, ...asked, count: read.count('count'), drawn: drawn(), samples };
    }
    case 'greedy':
      return { method, ...asked, drawn: drawn(), sample: readSample(read.entry('sample'), tables) };
    case 'replay':
      return {
        method,
        ...asked,
        choices: wholeNumbers(read, 'choices', LIMITS.list, Number.MAX_SAFE_INTEGER),
        sample: read.isNull('sample') ? null : readSample(read.entry('sample'), tables),
      };
    case 'retrace': {
      const group = read.isNull('group')
        ? null
        : read
            .list('group', LIMITS.samples)
            .map((one, i) => readRetraced(new Entry(one, `${source}, call ${index + 1}, "group"`, i), tables));
      return { method, ...asked, count: read.count('count'), group };
    }
    case 'distribution':
      return {
        method,
        ...asked,
        distribution: read.isNull('distribution') ? null : readDistribution(read.entry('distribution')),
      };
  }
}

function readDistribution(read: Entry): Distribution {
  return {
    entropy: read.number('entropy', -MOST, MOST),
    kl: read.number('kl', -MOST, MOST),
    exact: read.boolean('exact'),
    entropySe: readError(read, 'entropySe'),
    klSe: readError(read, 'klSe'),
    ...(read.has('start') ? { start: readStartKl(read.entry('start')) } : {}),
  };
}

function readStartKl(read: Entry): StartKl {
  const figure = (name: string): number | null => (read.isNull(name) ? null : read.number(name, -MOST, MOST));
  return {
    kl: read.number('kl', -MOST, MOST),
    klSe: readError(read, 'klSe'),
    k1: figure('k1'),
    k1Se: readError(read, 'k1Se'),
    k3: figure('k3'),
    k3Se: readError(read, 'k3Se'),
  };
}

/** Recordings of programs up to 0.3 have no standard errors. */
function readError(read: Entry, name: string): number | null {
  return read.has(name) ? read.number(name, 0, MOST) : null;
}

function readRetraced(read: Entry, tables: ReadTables): Retraced {
  const at = (position: number): number => item(tables.numbers, position, 'number', read);
  return {
    probabilities: numbers(read, 'probabilities', LIMITS.list).map(at),
    features: tuples(read, 'features', 4).map(([feature = NaN, value = NaN, expected = NaN, weighed = NaN]) => ({
      ...readUse(read, tables, feature, value, at(expected)),
      weighed: at(weighed),
    })),
  };
}

function readUse(read: Entry, tables: ReadTables, feature: number, value: number, expected: number): FeatureUse {
  // A feature fires at most once a decision, and counts are what they are multiplied with: a larger one is no count.
  if (!(Math.abs(value) <= MOST_TIMES && Math.abs(expected) <= MOST_TIMES))
    throw read.error(`has a feature that fired ${value} times where ${expected} were expected`);
  return { feature: item(tables.features, feature, 'feature', read), value, expected };
}

function readSample(read: Entry, tables: ReadTables): Sample {
  const at = (position: number): number => item(tables.numbers, position, 'number', read);
  const text = item(tables.texts, read.count('text'), 'text', read);
  const features = tuples(read, 'features', 3).map(([feature = NaN, value = NaN, expected = NaN]) =>
    readUse(read, tables, feature, value, at(expected)),
  );
  const decisions: DecisionRecord[] = [];
  for (const [name = NaN, chosen = NaN, probability = NaN, reference = NaN] of tuples(read, 'decisions', 4)) {
    decisions.push({
      name: item(tables.texts, name, 'text', read),
      chosen: item(tables.texts, chosen, 'text', read),
      probability: at(probability),
      referenceProbability: at(reference),
    });
  }
  return {
    text,
    sql: read.has('sql') ? item(tables.texts, read.count('sql'), 'text', read) : text,
    features,
    decisions,
    logProbability: readLogarithm(read, 'logProbability'),
    referenceLogProbability: readLogarithm(read, 'reference'),
    ...(read.has('choices') ? { choices: wholeNumbers(read, 'choices', LIMITS.list, Number.MAX_SAFE_INTEGER) } : {}),
    ...(read.has('origin') ? { origin: readOrigin(read.entry('origin')) } : {}),
  };
}

/** A flat list, `width` numbers at a time. */
function tuples(read: Entry, name: string, width: number): number[][] {
  const flat = numbers(read, name, LIMITS.list);
  if (flat.length % width !== 0)
    throw read.error(`needs a multiple of ${width} numbers in "${name}", but has ${flat.length}`);
  return Array.from({ length: flat.length / width }, (_, i) => flat.slice(i * width, (i + 1) * width));
}

function readLogarithm(read: Entry, name: string): number | null {
  if (read.isNull(name)) return null;
  return read.isText(name) && read.choice(name, [LN_ZERO]) === LN_ZERO ? -Infinity : read.number(name, -MOST, MOST);
}

const FINISHES = ['stop', 'length', 'stopped'] as const satisfies readonly SampleOrigin['finish'][];

function readOrigin(read: Entry): SampleOrigin {
  const finish = read.optionalChoice('finish', FINISHES);
  return {
    model: read.text('model', LIMITS.name),
    how: read.choice('how', ['live', 'recorded']),
    ...(read.has('seed') ? { seed: read.count('seed') } : {}),
    ...(finish === undefined ? {} : { finish }),
    ...(read.has('tokens') ? { tokens: read.count('tokens') } : {}),
    ...(read.has('constrained') ? { constrained: read.boolean('constrained') } : {}),
  };
}
