/** The page's end of a worker that comlink talks to: an answer, or the reason why there will be none. */
import { proxy } from 'comlink';

/** The worker is gone; whatever was asked of it will not be answered. What was saved is safe. */
export class EngineCrash extends Error {
  override readonly name = 'EngineCrash';
}

/** What a reader is told when the worker stops. */
export interface LinkWords {
  /** Begins the message of an error inside it. */
  readonly stopped: string;
  /** What to do then. */
  readonly remedy: string;
  readonly notLoaded: string;
  readonly unreadable: string;
}

export interface WorkerLink<T> {
  /** Whatever comes first: the answer or the crash, after which comlink would wait for ever. */
  readonly ask: <R>(call: (api: T) => Promise<R>) => Promise<R>;
  /** Ends the worker; calls that wait are rejected with EngineCrash. */
  readonly end: (message: string) => void;
}

/** `start` says what the worker offers, once it is ready. */
export function linkWorker<T>(
  worker: Worker,
  start: () => Promise<T>,
  { stopped, remedy, notLoaded, unreadable }: LinkWords,
): WorkerLink<T> {
  let fail: (crash: EngineCrash) => void = () => undefined;
  const crashed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // A crash while nobody waits is told to whoever calls next.
  crashed.catch(() => undefined);
  const end = (message: string): void => {
    worker.terminate();
    fail(new EngineCrash(message));
  };
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    end(event.message ? `${stopped}: ${event.message}. ${remedy}` : notLoaded);
  });
  worker.addEventListener('messageerror', () => end(`${unreadable} ${remedy}`));
  const api = start();
  api.catch(() => undefined);
  return { ask: (call) => Promise.race([api.then(call), crashed]), end };
}

/**
 * The client of what a worker offers: every method asks over the link. Functions among the arguments, and objects that
 * have some, are called back where they are.
 */
export function clientOf<A extends object>(ask: (call: (api: Calls) => Promise<unknown>) => Promise<unknown>): A {
  return new Proxy<Record<PropertyKey, unknown>>(
    {},
    {
      get: (own, name) => {
        // A promise that resolves to the client must not take it for another promise.
        if (typeof name === 'symbol' || name === 'then' || Object.hasOwn(own, name)) return own[name];
        return (...given: unknown[]) =>
          ask((api) => {
            const call = api[name];
            if (call === undefined) throw new TypeError(`The worker offers no ${name}.`);
            return call(...given.map(crossing));
          });
      },
    },
  ) as A;
}

/** Comlink's remote, by the names of its methods. */
type Calls = Readonly<Record<string, ((...given: unknown[]) => Promise<unknown>) | undefined>>;

function crossing(given: unknown): unknown {
  if (typeof given === 'function') return proxy(given);
  if (typeof given !== 'object' || given === null) return given;
  return Object.values(given).some((value) => typeof value === 'function') ? proxy(given) : given;
}
