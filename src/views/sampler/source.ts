/** What the page says of a group's source: what kind it is, and whether it can write a group now. */
import { percent } from '../../charts/format.ts';
import { isModel } from '../../grpo/group-source.ts';
import type { LoadProgress, ModelState } from '../../state/models.svelte.ts';
import type { SamplerView } from '../../state/sampler.svelte.ts';

export type SourceKind = 'sketch' | 'recorded' | 'browser' | 'server';

export function kindOf({ source }: SamplerView): SourceKind {
  switch (source.kind) {
    case 'sketch':
      return 'sketch';
    case 'model':
      return source.runs;
    case 'completions':
    case 'feedback':
    case 'recording':
      return 'recorded';
  }
}

/** Whether the source is a language model that is not loaded, so that no group can be written. */
export function isAbsent(view: SamplerView, state: ModelState): boolean {
  if (!view.ready) return true;
  // The model may be gone since the engine last told: its GPU was lost, or it was let go.
  return view.source.kind === 'model' && !isLoaded(view.source.id, state);
}

export function isLoaded(id: string, state: ModelState): boolean {
  return state.status === 'ready' && state.id === id;
}

const WORDS: Readonly<Record<SourceKind, string>> = {
  sketch: 'no download',
  recorded: 'recorded',
  browser: 'on this machine',
  server: 'on a server',
};

/** The second word beside the source's name. */
export function statusWord(view: SamplerView, state: ModelState): string {
  if (state.status === 'loading') {
    const share = state.progress?.share ?? null;
    const what = isModel(view.source, state.id) ? 'loading' : 'loading a model';
    return share === null ? `${what} …` : `${what} ${percent(share)}`;
  }
  return isAbsent(view, state) ? 'not loaded' : WORDS[kindOf(view)];
}

const PHASES: Readonly<Record<LoadProgress['phase'], string>> = {
  wait: 'Waiting for another tab that downloads it',
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
