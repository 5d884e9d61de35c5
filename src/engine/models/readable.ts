import { ModelError } from '../../samplers/language/model.ts';

/**
 * An error as it crosses to the page, where only name and message arrive: the way out of a model's fault goes with its
 * message.
 */
export function readable(error: unknown): unknown {
  return error instanceof ModelError
    ? Object.assign(new Error(`${error.message} ${error.remedy}`), { name: error.name })
    : error;
}
