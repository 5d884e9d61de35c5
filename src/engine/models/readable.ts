import { StoreError } from '../../storage/errors.ts';
import { ModelError } from '../../samplers/language/model.ts';

/**
 * An error as it crosses to the page, where only name and message arrive: the way out of a model's fault goes with its
 * message; full storage, and a run that another tab moved on, have names of their own.
 */
export function readable(error: unknown): unknown {
  if (error instanceof StoreError && error.reason === 'full')
    return Object.assign(new Error(error.message), { name: 'StorageFull' });
  if (error instanceof StoreError && (error.reason === 'conflict' || error.reason === 'closed'))
    return Object.assign(new Error(error.message), { name: 'StoreLost', reason: error.reason });
  return error instanceof ModelError
    ? Object.assign(new Error(`${error.message} ${error.remedy}`), { name: error.name })
    : error;
}
