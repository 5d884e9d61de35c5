/** Where the groups of a run come from. Plain data: it is stored with the run, and crosses postMessage. */

export interface SketchSource {
  readonly kind: 'sketch';
}

/** A language model, whether it is loaded or not. */
export interface ModelSource {
  readonly kind: 'model';
  /** Of `LanguageModel`. */
  readonly id: string;
  readonly runs: 'browser' | 'server';
}

/** Completions that were written earlier. */
export interface CompletionsSource {
  readonly kind: 'completions';
  /** The file they stand in: the id it is kept by, or its path; null for those that come with the dataset. */
  readonly file: string | null;
}

/** What people judged or wrote. */
export interface FeedbackSource {
  readonly kind: 'feedback';
}

/** A recorded run, which is played back as a whole. */
export interface RecordingSource {
  readonly kind: 'recording';
  /** The id it is kept by, or its path. */
  readonly file: string;
}

/** What groups can be taken from one by one. */
export type SamplerSource = SketchSource | ModelSource | CompletionsSource | FeedbackSource;
export type GroupSource = SamplerSource | RecordingSource;

export const SKETCH: SketchSource = { kind: 'sketch' };
export const FEEDBACK: FeedbackSource = { kind: 'feedback' };
/** Completions of published models, where the dataset comes with them. */
export const PUBLISHED: CompletionsSource = { kind: 'completions', file: null };

/** Whether the groups come from that language model. */
export function isModel(source: GroupSource, id: string): source is ModelSource {
  return source.kind === 'model' && source.id === id;
}

/** A source as it was stored: earlier versions kept a text. Throws Error when it is none. */
export function readGroupSource(stored: unknown): GroupSource {
  if (typeof stored === 'string' && stored !== '') return ofText(stored);
  const { kind, id, runs, file } = typeof stored === 'object' && stored !== null ? (stored as Partial<AnySource>) : {};
  if (kind === 'sketch' || kind === 'feedback') return { kind };
  if (kind === 'model' && typeof id === 'string' && (runs === 'browser' || runs === 'server'))
    return { kind, id, runs };
  if (kind === 'completions' && (typeof file === 'string' || file === null)) return { kind, file };
  if (kind === 'recording' && typeof file === 'string') return { kind, file };
  throw new Error('it does not say what wrote it');
}

type AnySource = Readonly<Record<'kind' | 'id' | 'runs' | 'file', unknown>>;

/** `sketch`, `feedback`, `completions`, `completions/<file>`, `recording/<file>`, or the id of a model. */
function ofText(text: string): GroupSource {
  if (text === 'sketch' || text === 'feedback') return { kind: text };
  if (text === 'completions') return PUBLISHED;
  const slash = text.indexOf('/');
  const [first, rest] = [text.slice(0, Math.max(0, slash)), text.slice(slash + 1)];
  if (first === 'completions' || first === 'recording') return { kind: first, file: rest };
  return { kind: 'model', id: text, runs: first === 'endpoint' ? 'server' : 'browser' };
}
