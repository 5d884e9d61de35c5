/** One request to a server: its time limit, its retries, and what its failure means. */
import type { ModelError } from '../language/model.ts';
import {
  brokenError,
  connectionError,
  isPassing,
  protocolError,
  redirectError,
  statusError,
  timeoutError,
} from './faults.ts';
import type { Situation } from './faults.ts';
import { readFault } from './protocol.ts';
import type { ServerFault } from './protocol.ts';

export interface Clock {
  /** Milliseconds; only differences and HTTP dates are made of it. */
  now(): number;
  /** Resolves after so many milliseconds, or as soon as the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
    }),
};

export interface Wire extends Situation {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** Spreads retries out: uniform in [0, 1). Null for waiting the full time. */
  readonly random: (() => number) | null;
  /** Milliseconds without a byte after which a request is given up. */
  readonly timeoutMs: number;
  /** How often a request is repeated. */
  readonly retries: number;
}

/** A request that failed, and whether asking again may help. */
export class Failure extends Error {
  readonly error: ModelError;
  /** Null where none was told: no connection, no answer, or a fault inside an answer. */
  readonly status: number | null;
  readonly again: boolean;
  /** Milliseconds the server asks to wait; null when it does not say. */
  readonly afterMs: number | null;
  /** What the server said; null for nothing. */
  readonly fault: ServerFault | null;

  constructor(
    error: ModelError,
    about: {
      readonly status?: number;
      readonly again?: boolean;
      readonly afterMs?: number | null;
      readonly fault?: ServerFault | null;
    } = {},
  ) {
    super(error.message, { cause: error });
    this.error = error;
    this.status = about.status ?? null;
    this.again = about.again ?? false;
    this.afterMs = about.afterMs ?? null;
    this.fault = about.fault ?? null;
  }
}

/** UTF-16 units of an answer that comes in one piece, or of a fault's body. */
const LONGEST_BODY = 20_000_000;
const LONGEST_FAULT = 100_000;

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8_000;
/** A server that asks for a longer wait is not waited for: a person should decide that. */
const LONGEST_ASKED = 60_000;

/** Bytes as text, piece by piece; the reader tells of every piece so that the time limit begins anew. */
export type Pieces = AsyncGenerator<string, void, undefined>;

/**
 * One request without retries: `read` gets the response and its text. Rejects with Failure, or with the signal's reason
 * when it is aborted.
 */
export async function request<T>(
  wire: Wire,
  url: string,
  body: unknown,
  signal: AbortSignal,
  read: (response: Response, pieces: Pieces) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const own = new AbortController();
  const forward = (): void => own.abort(signal.reason);
  signal.addEventListener('abort', forward, { once: true });
  const limit = { last: wire.clock.now(), passed: false };
  const watch = async (): Promise<void> => {
    for (
      let left = wire.timeoutMs;
      left > 0 && !own.signal.aborted;
      left = limit.last + wire.timeoutMs - wire.clock.now()
    )
      await wire.clock.sleep(left, own.signal);
    if (own.signal.aborted) return;
    limit.passed = true;
    own.abort();
  };
  void watch();
  let answered = false;
  try {
    const response = await wire.fetch(url, {
      signal: own.signal,
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      redirect: 'manual',
      headers: {
        ...(body === null ? {} : { 'Content-Type': 'application/json' }),
        ...(wire.key === null ? {} : { Authorization: `Bearer ${wire.key}` }),
      },
      ...(body === null ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    answered = true;
    // Browsers hide the status of a redirect that they do not follow.
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400))
      throw new Failure(redirectError(wire));
    const pieces = textOf(response, () => {
      limit.last = wire.clock.now();
    });
    if (!response.ok)
      throw statusFailure(response.status, await faultOf(pieces), wire, retryAfter(response, wire.clock));
    return await read(response, pieces);
  } catch (error) {
    if (error instanceof Failure) throw error;
    signal.throwIfAborted();
    if (limit.passed) throw new Failure(timeoutError(wire.timeoutMs, wire));
    throw new Failure(answered ? brokenError(error, wire) : connectionError(error, wire), { again: true });
  } finally {
    signal.removeEventListener('abort', forward);
    // Ends the watch, and the connection where something is still coming that nobody wants.
    own.abort();
  }
}

/** `status`: null for a fault that came without one. */
export function statusFailure(
  status: number | null,
  fault: ServerFault | null,
  wire: Wire,
  afterMs: number | null = null,
): Failure {
  return new Failure(statusError(status, fault, wire), {
    ...(status === null ? {} : { status }),
    again: isPassing(status) && (afterMs ?? 0) <= LONGEST_ASKED,
    afterMs,
    fault,
  });
}

export function protocolFailure(what: string, wire: Wire): Failure {
  return new Failure(protocolError(what, wire));
}

/**
 * Does `attempt` again while its failure may pass and `may` allows it: after .5, 1, 2, 4, 8 … s, less by chance where
 * the wire has any, or after what the server asks for. Rejects with the last ModelError.
 */
export async function withRetries<T>(
  wire: Wire,
  signal: AbortSignal,
  attempt: () => Promise<T>,
  may: (failure: Failure) => boolean = () => true,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Failure) || !error.again || tries >= wire.retries || !may(error)) throw error;
      const full = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries);
      await wire.clock.sleep(error.afterMs ?? (wire.random === null ? full : full * (0.5 + wire.random() / 2)), signal);
      signal.throwIfAborted();
    }
  }
}

/** Whole text of an answer. Throws Failure when it is too long. */
export async function wholeText(pieces: Pieces, wire: Wire): Promise<string> {
  let text = '';
  for await (const piece of pieces) {
    text += piece;
    if (text.length > LONGEST_BODY) throw protocolFailure('sent an answer that is too long', wire);
  }
  return text;
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function* textOf(response: Response, alive: () => void): Pieces {
  alive();
  if (response.body === null) return;
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    alive();
    const text = decoder.decode(value, { stream: !done });
    if (text !== '') yield text;
    if (done) return;
  }
}

/** What the server says of its failure: a fault in JSON, else the beginning of plain text. */
async function faultOf(pieces: Pieces): Promise<ServerFault | null> {
  let text = '';
  for await (const piece of pieces) {
    text += piece;
    if (text.length > LONGEST_FAULT) break;
  }
  const fault = readFault(parsed(text));
  if (fault !== null) return fault;
  if (text.trim() === '' || text.trimStart().startsWith('<')) return null;
  return { message: text, code: '', status: null, fields: [], all: text };
}

/** Retry-After in milliseconds: seconds, or a date (RFC 9110 §10.2.3). */
function retryAfter(response: Response, clock: Clock): number | null {
  const given = response.headers.get('retry-after')?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(given)) return Number(given) * 1000;
  const date = Date.parse(given);
  return Number.isNaN(date) ? null : Math.max(0, date - clock.now());
}
