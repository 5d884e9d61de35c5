/**
 * Hints as a file: `{format: 'grpo-sql-lab/hints', version: 3, dataset?, config?, sources?: [HintSource], hints:
 * [PolicyHint]}`. What they were learned from (`dataset`, `config`) is told and not read. Of a hint, what goes without
 * saying may be left out: tables that are none, dates that are 0, that it is switched on and not pinned, and the key
 * that follows from cue and pattern. Version 2 is read too: it has cue, pattern and key in words (grpo/earlier.ts), and
 * earlier programs also wrote `hintType`, which has to fit the weight, and a sentence, which is not read.
 */
import { DatasetError, Entry, parseJson, versionOf } from './entry.ts';
import { featureOfEarlier } from '../grpo/earlier.ts';
import { featureKey } from '../grpo/feature-key.ts';
import { FIELDS, type GRPOConfig } from '../grpo/config.ts';
import {
  CUE_KINDS,
  HINT_TEMPLATES,
  PATTERN_KINDS,
  type HintCue,
  type HintEvidence,
  type HintPattern,
  type HintFeature,
  type PolicyHint,
} from '../grpo/types.ts';

const FORMAT = 'grpo-sql-lab/hints';
const VERSION = 3;
const LIMITS = {
  file: 50_000_000,
  hints: 100_000,
  key: 20_000,
  text: 20_000,
  tables: 100,
  parts: 20,
  sources: 1_000,
  name: 200,
} as const;

/** A dataset that hints were learned on. */
export interface HintSource {
  readonly name: string;
  /** How many of its questions. */
  readonly questions: number;
  /** How its licence file begins. */
  readonly licence: string;
}

export interface HintsFile {
  readonly hints: readonly PolicyHint[];
  /** Empty where the file does not say. */
  readonly sources: readonly HintSource[];
}

/** What hints were learned from. */
export interface HintsMadeFrom {
  /** The digests of the files of one dataset or several, with what else the writer knows of each. */
  readonly dataset: unknown;
  readonly config: GRPOConfig;
}

export function hintsToText(hints: readonly PolicyHint[], from?: HintsMadeFrom): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, ...from, hints: hints.map(withoutKey) }, null, 1)}\n`;
}

/** The same in few bytes, a line for each hint. */
export function compactHintsText({ hints, sources }: HintsFile, from?: HintsMadeFrom): string {
  const lines = (items: readonly unknown[]): string =>
    `[${items.map((item) => `\n${JSON.stringify(item)}`).join(',')}\n]`;
  const told =
    from === undefined ? '' : `"dataset":${JSON.stringify(from.dataset)},"config":${JSON.stringify(from.config)},`;
  return `{"format":"${FORMAT}","version":${VERSION},${told}"sources":${lines(sources)},"hints":${lines(hints.map(compact))}}\n`;
}

/** Cue and pattern say the key, but of guidance and of hints of another make. */
function withoutKey({ key, ...hint }: PolicyHint): Partial<PolicyHint> {
  return key === featureKey(hint.cue, hint.pattern) ? hint : { key, ...hint };
}

function compact({
  key,
  cue,
  pattern,
  tables,
  template,
  general,
  words,
  weight,
  evidence,
  createdAt,
  updatedAt,
  enabled,
  pinned,
}: PolicyHint): Partial<PolicyHint> {
  return {
    ...(key === featureKey(cue, pattern) ? {} : { key }),
    cue,
    pattern,
    template,
    general,
    words,
    weight,
    evidence,
    ...(tables.length === 0 ? {} : { tables }),
    ...(createdAt === 0 ? {} : { createdAt }),
    ...(updatedAt === 0 ? {} : { updatedAt }),
    ...(enabled ? {} : { enabled }),
    ...(pinned === undefined ? {} : { pinned }),
  };
}

/** Throws DatasetError naming the file, the hint and what is wrong with it. */
export function parseHints(text: string, source: string): PolicyHint[] {
  return [...parseHintsFile(text, source).hints];
}

/** The same, with what they were learned on. Throws DatasetError. */
export function parseHintsFile(text: string, source: string): HintsFile {
  const value = parseJson(text, source, LIMITS.file);
  const file = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  if (file['format'] !== FORMAT) throw new DatasetError(`${source} is no hints file: "format" must be "${FORMAT}".`);
  if (file['version'] !== VERSION && file['version'] !== 2)
    throw new DatasetError(
      `${source} has hints ${versionOf(file['version'])}; this program reads versions 2 and ${VERSION}.`,
    );
  const { hints, sources = [] } = file;
  if (!Array.isArray(hints)) throw new DatasetError(`${source} must hold a list in "hints".`);
  if (hints.length > LIMITS.hints)
    throw new DatasetError(`${source} has ${hints.length} hints, at most ${LIMITS.hints} are read.`);
  if (!Array.isArray(sources) || sources.length > LIMITS.sources)
    throw new DatasetError(`${source} must hold a list of at most ${LIMITS.sources} in "sources".`);
  const keys = new Set<string>();
  return {
    sources: sources.map((given: unknown, index): HintSource => {
      const read = new Entry(given, `${source}, "sources"`, index);
      return {
        name: read.text('name', LIMITS.name),
        questions: read.count('questions'),
        licence: read.text('licence', LIMITS.text),
      };
    }),
    hints: hints.map((hint: unknown, index) => {
      const read = new Entry(hint, source, index);
      const parsed = parseHint(read);
      if (keys.has(parsed.key)) throw read.error('has the key of an earlier hint; keys must differ');
      keys.add(parsed.key);
      return parsed;
    }),
  };
}

/** Throws DatasetError. */
export function parseEvidence(read: Entry): HintEvidence {
  const evidence = {
    support: read.count('support'),
    positive: read.count('positive'),
    advantage: read.number('advantage', -Number.MAX_VALUE, Number.MAX_VALUE),
    steps: read.count('steps'),
  };
  if (evidence.positive > evidence.support) throw read.error('has more positive evidence than support');
  return evidence;
}

function readFeature(read: Entry, rest: Omit<HintFeature, 'key' | 'cue' | 'pattern'>): HintFeature {
  // Before version 3 both were texts.
  const isEarlier = typeof read.value('pattern') === 'string' && (read.isNull('cue') || read.isText('cue'));
  if (isEarlier) {
    const cue = read.isNull('cue') ? null : read.text('cue', LIMITS.text);
    return featureOfEarlier({
      key: read.text('key', LIMITS.key),
      cue,
      pattern: read.text('pattern', LIMITS.text),
      ...rest,
    });
  }
  const cue = read.isNull('cue') ? null : parseCue(read.entry('cue'));
  const pattern = parsePattern(read.entry('pattern'));
  if ((pattern.kind === 'sentence') !== (rest.template === 'guidance'))
    throw read.error('needs a sentence as the pattern of guidance, and of nothing else');
  return { key: read.has('key') ? read.text('key', LIMITS.key) : featureKey(cue, pattern), cue, pattern, ...rest };
}

/** Throws DatasetError. */
export function parseCue(read: Entry): HintCue {
  const kind = read.choice('kind', CUE_KINDS);
  const many = kind === 'bigram' ? [2, 3] : kind === 'start' ? [1, 3] : [1, 1];
  const parts = partsOf(read, 'parts', many);
  return { kind, parts, ...(read.has('shown') ? { shown: partsOf(read, 'shown', [parts.length, parts.length]) } : {}) };
}

/** Throws DatasetError. */
export function parsePattern(read: Entry): HintPattern {
  const kind = read.choice('kind', PATTERN_KINDS);
  const many = kind === 'link' ? [2, 3] : kind === 'pair' ? [2, LIMITS.parts] : [1, 1];
  return { kind, parts: partsOf(read, 'parts', many) };
}

function partsOf(read: Entry, name: string, [least = 1, most = 1]: readonly number[]): readonly string[] {
  const parts = read.list(name, most);
  if (parts.length < least || !parts.every((part) => typeof part === 'string' && part.length <= LIMITS.text))
    throw read.error(`needs from ${least} to ${most} texts of at most ${LIMITS.text} characters in "${name}"`);
  return parts as readonly string[];
}

/** One hint of a list. Throws DatasetError. */
export function parseHint(read: Entry): PolicyHint {
  const rest = {
    tables: read.optionalTexts('tables', LIMITS.key, LIMITS.tables) ?? [],
    template: read.choice('template', HINT_TEMPLATES),
    general: read.boolean('general'),
    words: read.count('words'),
  };
  const feature = readFeature(read, rest);
  const evidence = parseEvidence(read.entry('evidence'));
  const weight = read.number('weight', -FIELDS.weight_limit.max, FIELDS.weight_limit.max);
  const told = read.optionalChoice('hintType', ['prefer', 'avoid']);
  if (told !== undefined && told !== (weight < 0 ? 'avoid' : 'prefer'))
    throw read.error(`says "${told}" with the weight ${weight}`);
  return {
    ...feature,
    weight,
    evidence,
    createdAt: read.has('createdAt') ? read.count('createdAt') : 0,
    updatedAt: read.has('updatedAt') ? read.count('updatedAt') : 0,
    enabled: read.has('enabled') ? read.boolean('enabled') : true,
    ...(read.has('pinned') && read.boolean('pinned') ? { pinned: true as const } : {}),
  };
}
