/**
 * Reads a recording (format.ts). It is anybody's file: every fault ends in one DatasetError that names the place.
 */
import { ConfigError, makeConfig } from '../grpo/config.ts';
import type { GRPOConfig } from '../grpo/config.ts';
import { LIMITS as DATASET_LIMITS } from '../formats/dataset.ts';
import { DatasetError, Entry, kindOf, parseJson, versionOf } from '../formats/entry.ts';
import { parseJudgement } from '../formats/feedback-file.ts';
import type { HintEdit } from '../grpo/types.ts';
import { item, readCall, readTables, type ReadTables } from './calls.ts';
import { FORMAT, LEARNING, LIMITS, VERSION, type Recording, type RecordingEntry, type SamplerName } from './format.ts';
import { wholeNumbers } from './numbers.ts';
import { readEvent, readState } from './state.ts';

/** More than the settings table will have. */
const MOST_SETTINGS = 1_000;

/** `source` is the file's name, as messages say it. Throws DatasetError. */
export function parseRecording(text: string, source: string): Recording {
  const value = parseJson(text, source, LIMITS.file);
  const given = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  if (given['format'] !== FORMAT) throw new DatasetError(`${source} is no recording: "format" must be "${FORMAT}".`);
  const isEarlier = given['version'] === 1;
  if (!isEarlier && given['version'] !== VERSION)
    throw new DatasetError(
      `${source} is a recording ${versionOf(given['version'])}; this program reads versions 1 and ${VERSION}.`,
    );
  const file = new Entry(value, source, null);
  const tables = readTables(file, source, isEarlier);
  const config = readSettings(file.entry('config'), {}, source);
  return {
    dataset: file.text('dataset', DATASET_LIMITS.id),
    ...(file.has('databaseSha256') ? { databaseSha256: readDigest(file) } : {}),
    sampler: readSampler(file.entry('sampler')),
    learning: file.choice('learning', LEARNING),
    distribution: file.boolean('distribution'),
    config,
    feedback: file
      .list('feedback', LIMITS.feedback)
      .map((entry, index) => parseJudgement(new Entry(entry, `${source}, "feedback"`, index))),
    state: readState(file.entry('state'), source, tables.keyOf),
    entries: readEntries(file.list('entries', LIMITS.entries), source, tables, config),
  };
}

function readEntries(
  entries: readonly unknown[],
  source: string,
  tables: ReadTables,
  begun: GRPOConfig,
): RecordingEntry[] {
  let config = begun;
  return entries.map((given, index): RecordingEntry => {
    const read = new Entry(given, `${source}, "entries"`, index);
    const kind = read.choice('kind', ['step', 'configure', 'edit', 'events', 'feedback', 'sampler']);
    const place = `${source}, entry ${index + 1}`;
    switch (kind) {
      case 'step':
        return readStep(read, place, tables);
      case 'configure': {
        const settings = read.entry('settings');
        const names = settings.names(MOST_SETTINGS);
        config = readSettings(settings, config, place);
        return { kind, settings: Object.fromEntries(Object.entries(config).filter(([name]) => names.includes(name))) };
      }
      case 'edit':
        return { kind, key: tables.keyOf(read.text('key', LIMITS.key)), edit: readEdit(read) };
      case 'events':
        return {
          kind,
          events: read
            .list('events', LIMITS.hints)
            .map((event, i) => readEvent(event, `${place}, "events"`, i, tables.keyOf)),
        };
      case 'feedback':
        return { kind, feedback: parseJudgement(read.entry('feedback')) };
      case 'sampler':
        return { kind, sampler: readSampler(read) };
    }
  });
}

function readStep(read: Entry, place: string, tables: ReadTables): RecordingEntry {
  const pool = read.isNull('pool') ? null : item(tables.pools, read.count('pool'), 'pool', read);
  if (pool?.length === 0) throw read.error('draws from no question');
  const questions = wholeNumbers(read, 'questions', LIMITS.questionsPerStep, LIMITS.questions).map((at) =>
    item(tables.questions, at, 'question', read),
  );
  if (questions.length === 0) throw read.error('has no question');
  return {
    kind: 'step',
    questions,
    pool,
    calls: read.list('calls', LIMITS.calls).map((call, i) => readCall(call, `${place}, "calls"`, i, tables)),
  };
}

function readEdit(read: Entry): HintEdit {
  return {
    ...(read.has('weight') ? { weight: read.number('weight', -Number.MAX_VALUE, Number.MAX_VALUE) } : {}),
    ...(read.has('enabled') ? { enabled: read.boolean('enabled') } : {}),
    ...(read.has('pinned') ? { pinned: read.boolean('pinned') } : {}),
  };
}

/**
 * Settings in place of those of `before`. One that is unknown or out of range cannot be played back, so it is refused.
 */
function readSettings(read: Entry, before: Partial<GRPOConfig>, source: string): GRPOConfig {
  const given = read.names(MOST_SETTINGS).map((name) => {
    const value = read.value(name);
    if (typeof value === 'object')
      throw read.error(`needs a setting in "${name.slice(0, 60)}", but it is ${kindOf(value)}`);
    return [name, value];
  });
  try {
    return makeConfig({ ...before, ...(Object.fromEntries(given) as Record<string, unknown>) });
  } catch (error) {
    if (error instanceof ConfigError) throw new DatasetError(`${source}: ${error.message}`);
    throw error;
  }
}

function readSampler(read: Entry): SamplerName {
  return {
    id: read.text('id', LIMITS.name),
    label: read.text('label', LIMITS.name),
    isLanguageModel: read.boolean('isLanguageModel'),
  };
}

function readDigest(read: Entry): string {
  const digest = read.text('databaseSha256', 64);
  if (!/^[0-9a-f]{64}$/.test(digest)) throw read.error('needs 64 hexadecimal digits in "databaseSha256"');
  return digest;
}
