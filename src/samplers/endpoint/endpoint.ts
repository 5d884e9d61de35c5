/**
 * A model behind an OpenAI-compatible server (`/v1/chat/completions`): vLLM, llama.cpp's server, Ollama, LM Studio and
 * others.
 * Protocol: https://platform.openai.com/docs/api-reference/chat.
 */
import { anySignal } from '../any-signal.ts';
import type { Finish } from '../../grpo/origin.ts';
import { ModelError } from '../language/model.ts';
import type { GenerateRequest, Generation, LanguageModel } from '../language/model.ts';
import { endpointAddress } from './address.ts';
import { EventStreamError, EventStreamParser } from './event-stream.ts';
import { said } from './faults.ts';
import { readAnswer, readFault, readModels } from './protocol.ts';
import type { AnswerPiece, ServedModel } from './protocol.ts';
import { Turns } from './turns.ts';
import {
  Failure,
  parsed,
  protocolFailure,
  request,
  statusFailure,
  SYSTEM_CLOCK,
  wholeText,
  withRetries,
} from './wire.ts';
import type { Clock, Pieces, Wire } from './wire.ts';

export type { ServedModel } from './protocol.ts';
export type { Clock } from './wire.ts';

/** Where a server takes a grammar (GBNF): vLLM since 0.12, vLLM before it, llama.cpp. */
export const GRAMMAR_FIELDS = ['structured_outputs', 'guided_grammar', 'grammar'] as const;
export type GrammarField = (typeof GRAMMAR_FIELDS)[number];

export interface ConnectionOptions {
  /** http or https, with or without /v1. */
  readonly baseUrl: string;
  /** Sent as a bearer token; never shown, stored, or put into an error. */
  readonly key?: string | null;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** Spreads retries out: uniform in [0, 1). Without it they wait the full time. */
  readonly random?: () => number;
  /**
   * Milliseconds without a byte after which a request is given up. Default 120,000: a model may have to be loaded
   * first.
   */
  readonly timeoutMs?: number;
  /** How often a request is repeated after 429, 5xx or a broken connection, while no token has come. Default 4. */
  readonly retries?: number;
  /** The page that asks, for messages; null outside a browser. Default: where this code runs. */
  readonly pageOrigin?: string | null;
}

export interface EndpointOptions extends ConnectionOptions {
  /** As the server names it. */
  readonly model: string;
  /** Completions written at the same time. Default 8. */
  readonly parallel?: number;
  readonly contextTokens?: number | null;
  /** Where the server takes a grammar; without it none is sent. */
  readonly grammarField?: GrammarField;
  /**
   * True where the server's log-probabilities are at the temperature its tokens were drawn at (vLLM with
   * --logprobs-mode processed_logprobs). Others give those of temperature 1, which are only asked for when that is the
   * temperature.
   */
  readonly logProbabilities?: boolean;
}

/** Characters of one answer; more than any `maxTokens` stands for. */
const LONGEST_ANSWER = 1_000_000;

/**
 * UTF-16 units of a stream for one choice, all it holds counted, and for each further one: some 350 stand for a token.
 */
const LONGEST_STREAM = 16_000_000;
const EACH_FURTHER = 4_000_000;

/**
 * Milliseconds that a stream may go on after the end of its last choice: the count of tokens and the mark of the end
 * come then.
 */
export const LINGER_MS = 1_500;

/** Fields that some servers refuse and that a request can do without. */
const DISPENSABLE = ['stream_options', 'logprobs', 'top_p'] as const;

/** The models a server offers. Rejects with ModelError, or AbortError when aborted. */
export async function listEndpointModels(
  options: ConnectionOptions & { readonly signal?: AbortSignal },
): Promise<ServedModel[]> {
  const wire = wireOf(options, null);
  const signal = options.signal ?? new AbortController().signal;
  return unwrapped(() =>
    withRetries(wire, signal, () =>
      request(wire, wire.address.models, null, signal, async (_response, pieces) => {
        const value = parsed(await wholeText(pieces, wire));
        if (value === undefined) throw protocolFailure('answers to …/models with something that is not JSON', wire);
        const models = readModels(value);
        if (models === null) throw protocolFailure('answers to …/models without a list of models', wire);
        return models;
      }),
    ),
  );
}

/**
 * Nothing is sent before the first completion. Throws ModelError for a base URL, a key or a model name that cannot be
 * used.
 */
export function connectEndpoint(options: EndpointOptions): LanguageModel {
  const { model, parallel = 8, grammarField, logProbabilities = false } = options;
  if (model.trim() === '')
    throw new ModelError('not-found', 'No model is chosen.', 'Choose one of the list that the server gives.');
  if (!(Number.isInteger(parallel) && parallel >= 1))
    throw new RangeError(`At least one completion is written at a time, not ${parallel}.`);
  const wire = wireOf(options, model);
  const turns = new Turns(parallel);
  const closed = new AbortController();
  const refused = new Set<string>();
  let severalAtOnce: boolean | null = null;

  const bodyOf = (
    { messages, seed, temperature, maxTokens, grammar }: AlikeRequest,
    count: number,
  ): Record<string, unknown> => {
    const body: Record<string, unknown> = {
      model,
      messages: messages.map(({ role, content }) => ({ role, content })),
      seed,
      temperature,
      max_tokens: maxTokens,
      // The model's own distribution at this temperature: servers cut its tail off unless told not to.
      top_p: 1,
      stream: true,
      stream_options: { include_usage: true },
      ...(count > 1 ? { n: count } : {}),
      ...(logProbabilities || temperature === 1 ? { logprobs: true } : {}),
      ...(grammar === undefined || grammarField === undefined
        ? {}
        : { [grammarField]: grammarField === 'structured_outputs' ? { grammar } : grammar }),
    };
    for (const field of refused) delete body[field];
    return body;
  };

  /**
   * One request for `count` choices, repeated while nothing has come. Fewer come back where the server does not know
   * `n`.
   */
  const ask = async (asked: AlikeRequest, count: number, onText: OnText, stops: Stops): Promise<Answer> => {
    const answer = new Answer(count, onText, stops, anySignal([closed.signal, asked.signal]));
    try {
      return await turns.take(count, answer.signal, async () => {
        for (;;) {
          const body = bodyOf(asked, count);
          try {
            await withRetries(
              wire,
              answer.signal,
              () => {
                answer.restart();
                return request(wire, wire.address.chat, body, answer.signal, (response, pieces) =>
                  readInto(answer, response, pieces, wire),
                );
              },
              () => !answer.begun,
            );
            // An answer that was complete already does not fail by it, but nobody waits for it any more.
            asked.signal?.throwIfAborted();
            closed.signal.throwIfAborted();
            return answer;
          } catch (error) {
            const field =
              error instanceof Failure && (error.status === 400 || error.status === 422)
                ? DISPENSABLE.find((name) => name in body && error.words.includes(name))
                : undefined;
            if (field === undefined) throw error;
            refused.add(field);
          }
        }
      });
    } catch (error) {
      asked.signal?.throwIfAborted();
      closed.signal.throwIfAborted();
      if (answer.allStopped) return answer;
      throw error;
    } finally {
      answer.release();
    }
  };

  const one = async (asked: AlikeRequest, onText: OnText, stops: Stops): Promise<Generation> =>
    (await ask(asked, 1, onText, stops)).generation(0);

  /** `from … count − 1` by a request each. The first failure ends them all. */
  const singly = async (
    asked: AlikeRequest,
    from: number,
    count: number,
    onText: OnText,
    stops: Stops,
  ): Promise<Generation[]> => {
    const others = new AbortController();
    const signal = anySignal([others.signal, asked.signal]);
    try {
      return await Promise.all(
        Array.from({ length: count - from }, (_, i) =>
          one(
            { ...asked, seed: seedAfter(asked.seed, from + i), signal },
            (_index, text, tokens) => onText(from + i, text, tokens),
            [stops[from + i]],
          ),
        ),
      );
    } catch (error) {
      others.abort();
      throw error;
    }
  };

  const alike = async (asked: AlikeRequest, count: number, onText: OnText, stops: Stops): Promise<Generation[]> => {
    // More than `parallel` at once would be more than was allowed.
    const together = Math.min(count, parallel);
    if (severalAtOnce === false || together < 2) return singly(asked, 0, count, onText, stops);
    let first: Answer;
    try {
      first = await ask(asked, together, onText, stops.slice(0, together));
    } catch (error) {
      const mayBeTheNumber =
        error instanceof Failure && (error.status === 400 || error.status === 422) && error.error.fault === 'refused';
      if (severalAtOnce !== null || !mayBeTheNumber) throw error;
      severalAtOnce = false;
      return singly(asked, 0, count, onText, stops);
    }
    // Stopped before any came says nothing about the server.
    const came = first.allStopped ? together : first.came;
    if (!first.allStopped) severalAtOnce = came === together;
    const answered = Array.from({ length: came }, (_, i) => first.generation(i));
    if (came === count) return answered;
    const rest = { ...asked, seed: seedAfter(asked.seed, came) };
    const shifted: OnText = (index, text, tokens) => onText(came + index, text, tokens);
    return [...answered, ...(await alike(rest, count - came, shifted, stops.slice(came)))];
  };

  return {
    id: `endpoint/${model}`,
    label: `${model} at ${wire.address.host}`,
    kind: 'endpoint',
    parallel,
    contextTokens: options.contextTokens ?? null,
    supports: { seed: true, grammar: grammarField !== undefined, logProbabilities },
    generate: ({ onText, stop, ...asked }: GenerateRequest) =>
      unwrapped(() => one(asked, (_index, text, tokens) => onText?.(text, tokens), [stop])),
    generateAlike: (asked, count, onText, stops) =>
      unwrapped(() => alike(asked, count, onText ?? (() => undefined), stops ?? [])),
    close: async () =>
      closed.abort(new ModelError('failed', `The connection to ${wire.address.host} was closed.`, 'Connect again.')),
  };
}

type AlikeRequest = Omit<GenerateRequest, 'stop' | 'onText'>;
type OnText = (index: number, text: string, tokens: number) => void;
type Stops = readonly (AbortSignal | undefined)[];

/** The choices of one request as they grow. */
class Answer {
  readonly #choices: {
    text: string;
    tokens: number;
    scored: number;
    logProbability: number;
    finish: Finish | null;
    came: boolean;
  }[];
  readonly #onText: OnText;
  readonly #controller = new AbortController();
  readonly #listening = new AbortController();
  #usage: AnswerPiece['usage'] = null;
  #streamed = false;
  #settled = false;

  constructor(count: number, onText: OnText, stops: Stops, outer: AbortSignal) {
    this.#choices = Array.from({ length: count }, () => ({
      text: '',
      tokens: 0,
      scored: 0,
      logProbability: 0,
      finish: null,
      came: false,
    }));
    this.#onText = onText;
    const whenAborted = (signal: AbortSignal | undefined, then: () => void): void => {
      if (signal?.aborted === true) then();
      else signal?.addEventListener('abort', then, { once: true, signal: this.#listening.signal });
    };
    whenAborted(outer, () => this.#controller.abort(outer.reason));
    for (const [i, choice] of this.#choices.entries()) {
      whenAborted(stops[i], () => {
        choice.finish ??= 'stopped';
        choice.came = true;
        if (this.complete) this.#controller.abort();
      });
    }
  }

  /** Aborted when nobody waits for the rest any more. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }
  /** Whether there is a first token. */
  get begun(): boolean {
    return this.#choices.some(({ tokens }) => tokens > 0);
  }
  get allStopped(): boolean {
    return this.complete && this.#choices.some(({ finish }) => finish === 'stopped');
  }
  get complete(): boolean {
    return this.#choices.every(({ finish }) => finish !== null);
  }
  /** How many choices, from the first, the server knows of. */
  get came(): number {
    const missing = this.#choices.findIndex(({ came }) => !came);
    return missing < 0 ? this.#choices.length : missing;
  }
  /** Whether each choice that came was brought to an end. */
  get ended(): boolean {
    return (
      this.#choices.some(({ came }) => came) && this.#choices.every(({ came, finish }) => !came || finish !== null)
    );
  }
  /** Whether nothing more is to come that matters. */
  get settled(): boolean {
    return this.#settled;
  }
  get count(): number {
    return this.#choices.length;
  }
  get size(): number {
    return this.#choices.reduce((sum, { text }) => sum + text.length, 0);
  }

  /** Forgets what an attempt without a token left behind. */
  restart(): void {
    this.#usage = null;
    for (const choice of this.#choices)
      if (choice.finish !== 'stopped') Object.assign(choice, { finish: null, came: false });
  }

  /** A piece of a stream, or with `whole` all there is. */
  add({ deltas, usage }: AnswerPiece, whole: boolean): void {
    this.#streamed = !whole;
    if (usage !== null) this.#usage = usage;
    for (const { index, text, logProbabilities, finish } of deltas) {
      const choice = this.#choices[index];
      if (choice === undefined) continue;
      choice.came = true;
      if (choice.finish !== null) continue;
      choice.text += text;
      choice.tokens += logProbabilities.length > 0 ? logProbabilities.length : text === '' ? 0 : 1;
      choice.scored += logProbabilities.length;
      for (const one of logProbabilities) choice.logProbability += one;
      if (text !== '') this.#onText(index, choice.text, choice.tokens);
      choice.finish ??= finish ?? (whole ? 'stop' : null);
    }
    // Some servers count with every piece: only the last count is that of the whole.
    this.#settled ||= usage !== null && this.complete;
  }

  generation(index: number): Generation {
    const choice = this.#choices[index];
    if (choice === undefined) throw new RangeError(`There is no choice ${index}.`);
    const { text, tokens, scored, logProbability, finish } = choice;
    const counted = this.#choices.length === 1 ? (this.#usage?.completion ?? null) : null;
    return {
      text,
      finish: finish ?? 'stop',
      promptTokens: this.#usage?.prompt ?? null,
      // Where the server does not count: the pieces it sent, which are tokens with all but a few servers.
      tokens: counted ?? (this.#streamed || scored > 0 ? tokens : null),
      logProbability: scored > 0 && scored === tokens ? logProbability : null,
    };
  }

  release(): void {
    this.#listening.abort();
  }
}

/** Reads a streamed or a whole answer. Throws Failure when it is neither, holds a fault, or breaks off. */
async function readInto(answer: Answer, response: Response, pieces: Pieces, wire: Wire): Promise<void> {
  const named = response.headers.get('content-type') ?? '';
  const type = named.split(';')[0]?.trim().toLowerCase() ?? '';
  const take = (text: string, whole: boolean): void => {
    const value = parsed(text);
    if (value === undefined) throw protocolFailure('sent something that is not JSON in place of an answer', wire);
    const fault = readFault(value);
    if (fault !== null) throw statusFailure(fault.status ?? 500, fault, wire);
    const piece = readAnswer(value);
    if (piece === null) throw protocolFailure('sent JSON that is no answer to a chat', wire);
    answer.add(piece, whole);
    if (answer.size > LONGEST_ANSWER) throw protocolFailure('sends an answer without end', wire);
  };
  if (type === 'application/json') {
    take(await wholeText(pieces, wire), true);
  } else if (type === 'text/event-stream') {
    await readStream(answer, pieces, wire, (data) => take(data, false));
  } else {
    throw protocolFailure(
      `answers with ${type === '' ? 'something unnamed' : (said(named, wire.key).split(';')[0]?.slice(0, 60) ?? '')}, where JSON or an event stream is expected`,
      wire,
    );
  }
  if (!answer.ended) throw protocolFailure('broke off in the middle of an answer', wire);
}

/**
 * Hands over each event until all is said: until `[DONE]`, until the stream ends, or soon after every choice has ended,
 * since some servers leave the connection open. What goes wrong after that does not matter.
 */
async function readStream(answer: Answer, pieces: Pieces, wire: Wire, take: (data: string) => void): Promise<void> {
  const parser = new EventStreamParser();
  const longest = LONGEST_STREAM + (answer.count - 1) * EACH_FURTHER;
  const finished = new AbortController();
  const took = (events: readonly string[]): boolean =>
    events.some((data) => {
      if (data.trim() === '[DONE]') return true;
      take(data);
      return answer.settled;
    });
  let size = 0;
  let lingered: Promise<null> | null = null;
  try {
    for (;;) {
      const next = pieces.next();
      // Left behind when the waiting ends first.
      next.catch(() => undefined);
      if (answer.complete) lingered ??= wire.clock.sleep(LINGER_MS, finished.signal).then(() => null);
      const piece = await (lingered === null ? next : Promise.race([next, lingered]));
      if (piece === null) return;
      if (piece.done === true) return void took(parser.end());
      size += piece.value.length;
      if (size > longest) throw protocolFailure('sends an answer without end', wire);
      if (took(parser.push(piece.value))) return;
    }
  } catch (error) {
    if (answer.complete) return;
    throw error instanceof EventStreamError ? protocolFailure('sends an event without end', wire) : error;
  } finally {
    finished.abort();
  }
}

function wireOf(
  { baseUrl, key, fetch, clock, random, timeoutMs, retries, pageOrigin }: ConnectionOptions,
  model: string | null,
): Wire {
  const given = key === undefined || key === null || key === '' ? null : key;
  // Never repeated in the message.
  if (given !== null && !/^[\x21-\x7e]{1,4096}$/.test(given))
    throw new ModelError(
      'unsupported',
      'The key has characters that cannot be sent.',
      'Copy it again, without spaces and line breaks.',
    );
  return {
    address: endpointAddress(baseUrl),
    key: given,
    model,
    fetch: fetch ?? ((input, init) => globalThis.fetch(input, init)),
    clock: clock ?? SYSTEM_CLOCK,
    random: random ?? null,
    timeoutMs: timeoutMs ?? 120_000,
    retries: retries ?? 4,
    pageOrigin: pageOrigin === undefined ? pageOfThisCode() : pageOrigin,
  };
}

/** Null outside a browser. */
function pageOfThisCode(): string | null {
  const { location } = globalThis as { readonly location?: { readonly origin: string } };
  return location?.origin ?? null;
}

/** Seeds have 31 bits; after the last comes the first. */
const seedAfter = (seed: number, steps: number): number => (seed + steps) % 2 ** 31;

async function unwrapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Failure ? error.error : error;
  }
}
