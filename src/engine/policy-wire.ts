/**
 * What the engine's calls carry across the border of its worker: the hints whole with a run that is shown, and from
 * then on only the events since. The page has a policy of its own that they are put into effect on.
 */
import { PolicyLayer } from '../grpo/policy.ts';
import type { Progress, RunView } from './protocol.ts';

type Sent<R> = R extends RunView ? R : R extends Progress ? Omit<R, 'hints'> : R;
/** An engine as it is called across the border. */
export type Sending<A> = {
  [K in keyof A]: A[K] extends (...given: infer P) => Promise<infer R> ? (...given: P) => Promise<Sent<R>> : A[K];
};

const isProgress = (result: unknown): result is Progress =>
  typeof result === 'object' && result !== null && 'changes' in result;

/** In the worker: leaves the hints out where the page can make them. */
export function sending<A extends object>(engine: A): Sending<A> {
  return mapped(engine, (result) => {
    if (!isProgress(result) || 'runId' in result) return result;
    const { hints: _hints, ...rest } = result;
    return rest;
  }) as Sending<A>;
}

/** On the page: puts them in again. */
export function receiving<A extends object>(engine: Sending<A>): A {
  let policy = new PolicyLayer();
  return mapped(engine, (result) => {
    if (!isProgress(result)) return result;
    if ('runId' in result) policy = new PolicyLayer(result.hints);
    else for (const event of result.changes) policy.apply(event);
    return { ...result, hints: policy.hints };
  }) as unknown as A;
}

/** The same object, whose calls resolve to what `change` makes of their results. */
function mapped<T extends object>(object: T, change: (result: unknown) => unknown): T {
  return new Proxy(object, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        const result: unknown = Reflect.apply(value, target, given);
        return result instanceof Promise ? result.then(change) : result;
      };
    },
  });
}
