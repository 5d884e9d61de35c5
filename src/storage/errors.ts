/**
 * - conflict: another tab changed, reset or took back the run this one holds
 * - full: the browser's quota, or the disk, is used up
 * - closed: the connection is gone (a newer version of the page wants to upgrade, or the browser cut it)
 * - failed: anything else IndexedDB reports
 */
export type StoreErrorReason = 'conflict' | 'full' | 'closed' | 'failed';

/** What a RunStore rejects with. The message says what to do about it. Nothing was changed. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly reason: StoreErrorReason;

  constructor(reason: StoreErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The stored revision is not the one the writer started from. */
export function movedOn(stored: { readonly state: { readonly step: number } }): StoreError {
  return new StoreError(
    'conflict',
    `Another tab changed this run (it now stands at step ${stored.state.step}). Reload this page to continue from there.`,
  );
}

/** The writer's run is not the current one any more. */
export function replaced(): StoreError {
  return new StoreError(
    'conflict',
    'Another tab started or brought back a different run. Reload this page to continue with it.',
  );
}

/** A run that is not in the store any more. */
export function gone(): StoreError {
  return new StoreError('conflict', 'This run is not there any more: it was deleted, in this tab or in another.');
}

/** A unit of an experiment that is not there any more. */
export function deleted(): StoreError {
  return new StoreError('conflict', 'This experiment was deleted in another tab, so it was stopped.');
}
