/** What the page says of a group's source: what kind it is, and whether it can write a group now. */
import { percent } from '../../charts/format.ts';
import type { LoadProgress, ModelState } from '../../state/models.svelte.ts';
import type { SamplerView } from '../../state/sampler.svelte.ts';

export const SKETCH = 'sketch';
/** Completions that come with a dataset. */
export const PUBLISHED = 'completions';
/** Completions of a file begin with it. */
export const FROM_FILE = 'completions/';
/** What people judged. */
export const JUDGED = 'feedback';
const RECORDING = 'recording/';
/** Ids of models that a server runs begin with it. */
export const ON_SERVER = 'endpoint/';

export type SourceKind = 'sketch' | 'recorded' | 'browser' | 'server' | 'other';

export function kindOf({ id, isLanguageModel }: SamplerView): SourceKind {
  if (id === SKETCH) return 'sketch';
  if (id === PUBLISHED || id === JUDGED || id.startsWith(FROM_FILE) || id.startsWith(RECORDING)) return 'recorded';
  if (!isLanguageModel) return 'other';
  return id.startsWith(ON_SERVER) ? 'server' : 'browser';
}

/** Whether the source is a language model that is not loaded, so that no group can be written. */
export function isAbsent(view: SamplerView, state: ModelState): boolean {
  if (!view.ready) return true;
  const kind = kindOf(view);
  // The model may be gone since the engine last told: its GPU was lost, or it was let go.
  return (kind === 'browser' || kind === 'server') && !isLoaded(view.id, state);
}

export function isLoaded(id: string, state: ModelState): boolean {
  return state.status === 'ready' && state.id === id;
}

const WORDS: Readonly<Record<SourceKind, string>> = {
  sketch: 'no download',
  recorded: 'recorded',
  browser: 'on this machine',
  server: 'on a server',
  other: '',
};

/** The second word beside the source's name. */
export function statusWord(view: SamplerView, state: ModelState): string {
  if (state.status === 'loading') {
    const share = state.progress?.share ?? null;
    const what = state.id === view.id ? 'loading' : 'loading a model';
    return share === null ? `${what} …` : `${what} ${percent(share)}`;
  }
  return isAbsent(view, state) ? 'not loaded' : WORDS[kindOf(view)];
}

const PHASES: Readonly<Record<LoadProgress['phase'], string>> = {
  download: 'Downloading',
  read: 'Reading from this browser',
  compile: 'Compiling for the GPU',
  start: 'Starting',
};

/** What a load is doing, in words. */
export function phaseWord(progress: LoadProgress | null): string {
  return progress === null ? 'Preparing' : PHASES[progress.phase];
}

/** What is said aloud of a load: its phase and tens of per cent, so that it is not said at every tick. */
export function spokenProgress(progress: LoadProgress | null): string {
  const share = progress?.share ?? null;
  return share === null
    ? phaseWord(progress)
    : `${phaseWord(progress)}, ${percent(Math.floor(share * 10 + 1e-9) / 10)}`;
}
