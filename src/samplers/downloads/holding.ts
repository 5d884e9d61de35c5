/** One tab at a time downloads or deletes a model. */
import { ModelError } from '../language/model.ts';

/** `navigator.locks`; undefined where the page has none (plain http), and nothing is held then. */
export type Locks = Pick<LockManager, 'request'> | undefined;

export function browserLocks(): Locks {
  return typeof navigator === 'undefined' ? undefined : (navigator as { readonly locks?: LockManager }).locks;
}

const lockOf = (model: string): string => `language-model ${model}`;

/** The result of `work`, or null when somebody else holds the model. */
function ifFree<T>(locks: NonNullable<Locks>, model: string, work: () => Promise<T>): Promise<{ done: T } | null> {
  return locks.request(lockOf(model), { ifAvailable: true }, async (held) =>
    held === null ? null : { done: await work() },
  );
}

/**
 * Does `work` while no other tab downloads or deletes the model; `onWait` is called when it has to wait for one.
 * Rejects as `work` does, and with the signal's reason when aborted while waiting.
 */
export async function holding<T>(
  locks: Locks,
  model: string,
  work: () => Promise<T>,
  { onWait, signal }: { readonly onWait: () => void; readonly signal: AbortSignal },
): Promise<T> {
  if (locks === undefined) return work();
  const first = await ifFree(locks, model, work);
  if (first !== null) return first.done;
  signal.throwIfAborted();
  onWait();
  return locks.request(lockOf(model), { signal }, work);
}

/** Does `work` unless the model is being downloaded or deleted; then it rejects with ModelError. */
export async function holdingNow<T>(locks: Locks, model: string, work: () => Promise<T>): Promise<T> {
  if (locks === undefined) return work();
  const only = await ifFree(locks, model, work);
  if (only === null)
    throw new ModelError('failed', 'The model is being loaded, perhaps in another tab.', 'Cancel that first.');
  return only.done;
}
