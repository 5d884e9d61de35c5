/**
 * A project: all that a reader has of one dataset, as one file.
 *
 *   format 'grpo-sql-lab/project', version 1
 *   dataset {name, title, databaseSha256?, questionsSha256?, own?}
 *            own: absent for a dataset that ships, which is known by name and digests; of an own one {database: its
 *            bytes in base64, questions: the text of its file, definitions?: that of its file, created?, notes?: when
 *            and how it came about, trained?: traces of questions that are gone (lab/facts.ts),
 *            schema?: what is said of its schema (noted-schema.ts)}
 *   feedback [Feedback]
 *   runs [{name, begun, sampler, samplerLabel?, settings, state, start?, edited?, history, snapshots?}]
 *            the one on the page last; state as in a recording, hints included; history: a point for each step;
 *            snapshots [{name, step, sequence, at, hints}]: policies under a name, oldest first
 *
 * A run goes on from its state to the bit. Its steps in full, and the events before, stay where it was made.
 */
import { readGroupSource, type GroupSource } from '../grpo/group-source.ts';
import { REWARD_MODES } from '../grpo/reward-modes.ts';
import type { Feedback } from '../grpo/feedback.ts';
import type { SchemaNotes } from '../grpo/schema-notes.ts';
import type { BroughtRun, HistoryPoint, RunRecord } from '../grpo/run-store.ts';
import { LIMITS as DATASET_LIMITS } from '../formats/dataset.ts';
import { DatasetError, Entry, parseJson, versionOf } from '../formats/entry.ts';
import { parseJudgement } from '../formats/feedback-file.ts';
import { LIMITS as RECORDED } from './format.ts';
import { exactJson } from './json.ts';
import { readSchemaNotes } from './noted-schema.ts';
import { readHints, readState } from './state.ts';

const FORMAT = 'grpo-sql-lab/project';
const VERSION = 1;
/** Bytes of an own database that a project holds at most: file, text and bytes are in memory at once. */
export const MOST_DATABASE = 64e6;
export const LIMITS = {
  /** UTF-16 units of a whole file. */
  file: 200_000_000,
  runs: 1_000,
  points: 1_000_000,
  snapshots: 1_000,
  name: 500,
  settings: 1_000,
  notes: 1_000,
  traces: 100_000,
} as const;

/** An own database with what belongs to it. */
export interface OwnDataset {
  /** In base64. */
  readonly database: string;
  /** Texts of files. */
  readonly questions: string;
  readonly definitions?: string;
  /** When it was made here, in milliseconds since 1970, and what a reader should know of how. */
  readonly created?: number;
  readonly notes?: readonly string[];
  /** Traces of questions that trained and are gone. */
  readonly trained?: readonly string[];
  /** What is said of its schema beyond what the database declares; absent for nothing. */
  readonly schema?: SchemaNotes;
}

export interface ProjectDataset {
  readonly name: string;
  readonly title: string;
  readonly databaseSha256?: string;
  readonly questionsSha256?: string;
  readonly own?: OwnDataset;
}

export interface ProjectRun extends Pick<
  RunRecord,
  'name' | 'begun' | 'sampler' | 'samplerLabel' | 'settings' | 'state' | 'start' | 'edited'
> {
  readonly history: readonly HistoryPoint[];
  /** Absent for none. */
  readonly snapshots?: BroughtRun['snapshots'];
}

export interface Project {
  readonly dataset: ProjectDataset;
  readonly feedback: readonly Feedback[];
  readonly runs: readonly ProjectRun[];
}

export function projectText({ dataset, feedback, runs }: Project): string {
  return `${exactJson({ format: FORMAT, version: VERSION, dataset, feedback, runs })}\n`;
}

/** Throws DatasetError naming the file, the place and what is wrong there. */
export function parseProject(text: string, source: string): Project {
  const value = parseJson(text, source, LIMITS.file);
  const given = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  if (given['format'] !== FORMAT) throw new DatasetError(`${source} is no project: "format" must be "${FORMAT}".`);
  if (given['version'] !== VERSION)
    throw new DatasetError(
      `${source} is a project ${versionOf(given['version'])}; this program reads version ${VERSION}.`,
    );
  const file = new Entry(value, source, null);
  return {
    dataset: readDataset(file.entry('dataset'), source),
    feedback: file
      .list('feedback', LIMITS.points)
      .map((entry, index) => parseJudgement(new Entry(entry, `${source}, "feedback"`, index))),
    runs: file.list('runs', LIMITS.runs).map((run, index) => readRun(run, source, index)),
  };
}

function readDataset(read: Entry, source: string): ProjectDataset {
  const digest = (name: 'databaseSha256' | 'questionsSha256'): Partial<ProjectDataset> => {
    if (!read.has(name)) return {};
    const text = read.text(name, 64);
    if (!/^[0-9a-f]{64}$/.test(text)) throw read.error(`needs 64 hexadecimal digits in "${name}"`);
    return { [name]: text };
  };
  return {
    name: read.text('name', DATASET_LIMITS.id),
    title: read.text('title', LIMITS.name),
    ...digest('databaseSha256'),
    ...digest('questionsSha256'),
    ...(read.has('own') ? { own: readOwn(read.entry('own'), source) } : {}),
  };
}

function readOwn(read: Entry, source: string): OwnDataset {
  const database = read.text('database', LIMITS.file);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(database)) throw read.error('needs base64 in "database"');
  return {
    database,
    questions: read.text('questions', LIMITS.file),
    ...(read.has('definitions') ? { definitions: read.text('definitions', LIMITS.file) } : {}),
    ...(read.has('created') ? { created: read.number('created', 0, Number.MAX_SAFE_INTEGER) } : {}),
    ...(read.has('trained') ? { trained: read.texts('trained', DATASET_LIMITS.sql, LIMITS.traces) } : {}),
    ...(read.has('schema') ? { schema: readSchemaNotes(read.entry('schema'), source) } : {}),
    ...(read.has('notes') ? { notes: read.texts('notes', DATASET_LIMITS.sql, LIMITS.notes) } : {}),
  };
}

function readRun(given: unknown, source: string, index: number): ProjectRun {
  const place = `${source}, "runs"`;
  const read = new Entry(given, place, index);
  const settings = read.entry('settings');
  const state = readState(read.entry('state'), `${place} ${index + 1}`, (key) => key);
  const history = read
    .list('history', LIMITS.points)
    .map((point, i) => readPoint(new Entry(point, `${place} ${index + 1}, "history"`, i)));
  if (history.some(({ step }, i) => step > state.step || step <= (history[i - 1]?.step ?? 0)))
    throw read.error('needs the steps of "history" in order, none beyond that of its state');
  const snapshots = read.has('snapshots')
    ? read
        .list('snapshots', LIMITS.snapshots)
        .map((one, i) => readSnapshot(one, `${place} ${index + 1}, "snapshots"`, i))
    : [];
  if (
    snapshots.some(
      ({ step, sequence }, i) =>
        step > state.step || sequence > state.eventCount || sequence <= (snapshots[i - 1]?.sequence ?? -1),
    )
  )
    throw read.error('needs "snapshots" in order, none beyond its state');
  return {
    name: read.has('name') ? read.anyText('name').slice(0, LIMITS.name) : '',
    begun: read.number('begun', 0, Number.MAX_SAFE_INTEGER),
    sampler: readSource(read),
    ...(read.has('samplerLabel') ? { samplerLabel: read.text('samplerLabel', LIMITS.name) } : {}),
    settings: Object.fromEntries(settings.names(LIMITS.settings).map((name) => [name, settings.value(name)])),
    state,
    ...(read.has('start') ? { start: read.choice('start', ['starter'] as const) } : {}),
    ...(read.has('edited') && read.boolean('edited') ? { edited: true } : {}),
    history,
    ...(snapshots.length > 0 ? { snapshots } : {}),
  };
}

function readSnapshot(given: unknown, source: string, index: number): BroughtRun['snapshots'][number] {
  const read = new Entry(given, source, index);
  return {
    name: read.text('name', LIMITS.name),
    step: read.count('step'),
    sequence: read.count('sequence'),
    at: read.number('at', 0, Number.MAX_SAFE_INTEGER),
    hints: readHints(read.list('hints', RECORDED.hints), `${source} ${index + 1}, "hints"`),
  };
}

function readSource(read: Entry): GroupSource {
  try {
    return readGroupSource(read.value('sampler'));
  } catch {
    throw read.error('needs in "sampler" where its groups come from');
  }
}

/** An object of figures, or of such objects: what else a step measured. */
function figures<N extends 'start' | 'components' | 'reflection'>(read: Entry, name: N): Pick<HistoryPoint, N> {
  const isFigures = (value: unknown, depth: number): boolean =>
    value === null ||
    (typeof value === 'number' && Number.isFinite(value)) ||
    (typeof value === 'object' && depth < 2 && Object.values(value).every((part) => isFigures(part, depth + 1)));
  if (!read.has(name)) return {} as Pick<HistoryPoint, N>;
  const value = read.value(name);
  if (typeof value !== 'object' || !isFigures(value, 0)) throw read.error(`needs figures in "${name}"`);
  return { [name]: value } as Pick<HistoryPoint, N>;
}

function readPoint(read: Entry): HistoryPoint {
  const number = (name: string): number => read.number(name, -Number.MAX_VALUE, Number.MAX_VALUE);
  const figure = (name: string): number | null => (read.isNull(name) ? null : number(name));
  const maybe = <N extends string>(name: N): Partial<Record<N, number | null>> =>
    read.value(name) === undefined ? {} : ({ [name]: figure(name) } as Partial<Record<N, number | null>>);
  return {
    step: read.count('step'),
    questionId: read.anyText('questionId').slice(0, DATASET_LIMITS.question + 100),
    ...(read.has('reward') ? { reward: read.choice('reward', REWARD_MODES) } : {}),
    rewardMean: figure('rewardMean'),
    rewardSd: figure('rewardSd'),
    noSignalShare: number('noSignalShare'),
    entropy: figure('entropy'),
    kl: figure('kl'),
    ...(read.has('exact') ? { exact: read.boolean('exact') } : {}),
    ...maybe('entropySe'),
    ...maybe('klSe'),
    ...figures(read, 'start'),
    ...figures(read, 'components'),
    ...figures(read, 'reflection'),
    ...(read.has('clipRatio') ? { clipRatio: number('clipRatio') } : {}),
    diversity: number('diversity'),
    executedShare: number('executedShare'),
    resampledGroups: read.count('resampledGroups'),
    replayedCompletions: read.count('replayedCompletions'),
    hints: read.count('hints'),
  };
}
