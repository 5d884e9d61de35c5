/**
 * A model behind an OpenAI-compatible server (`/v1/chat/completions`): vLLM, llama.cpp's server, Ollama, LM Studio and
 * others.
 * Protocol: https://platform.openai.com/docs/api-reference/chat.
 */
import { anySignal } from '../any-signal.ts';
import { FIELDS } from '../../grpo/config.ts';
import { ModelError } from '../language/model.ts';
import type { GenerateRequest, Generation, LanguageModel } from '../language/model.ts';
import { endpointAddress } from './address.ts';

export { endpointAddress };
import { Answer } from './answer.ts';
import type { OnText, Stops } from './answer.ts';
import { said } from './faults.ts';
import { isAboutTheRequest, Parameters } from './parameters.ts';
import type { Body } from './parameters.ts';
import { readFault, readModels } from './protocol.ts';
import type { ServedModel } from './protocol.ts';
import { readInto } from './read-answer.ts';
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
import type { Clock, Wire } from './wire.ts';

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
  /**
   * Told what the reader should know although the model answers, a sentence at a time, each once: what the server
   * refuses and is not asked for any more, and answers that are nothing but reasoning.
   */
  readonly tell?: (notice: string) => void;
}

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
        const fault = readFault(value);
        if (fault !== null) throw statusFailure(fault.status, fault, wire);
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
  const who = `${said(model, wire.key)} at ${wire.address.host}`;
  const told = new Set<string>();
  const tell = (notice: string): void => {
    if (told.has(notice)) return;
    told.add(notice);
    options.tell?.(notice);
  };
  const parameters = new Parameters(who, tell);
  let severalAtOnce: boolean | null = null;

  const bodyOf = ({ messages, seed, temperature, maxTokens, grammar }: AlikeRequest, count: number): Body =>
    parameters.fit({
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
    });

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
              (failure) => !answer.begun && parameters.refusedBy(failure, body) === null,
            );
            // An answer that was complete already does not fail by it, but nobody waits for it any more.
            asked.signal?.throwIfAborted();
            closed.signal.throwIfAborted();
            tellOfReasoning(answer, asked.maxTokens);
            return answer;
          } catch (error) {
            const field =
              error instanceof Failure && !answer.begun && !answer.complete ? parameters.refusedBy(error, body) : null;
            if (field === null) throw error;
            parameters.change(field);
            // How many come is for whom to say who asks for them.
            if (field === 'n') throw error;
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

  const tellOfReasoning = (answer: Answer, maxTokens: number): void => {
    for (let i = 0; i < answer.came; i++) {
      if (!answer.isOnlyReasoning(i)) continue;
      const { finish } = answer.generation(i);
      if (finish === 'length')
        tell(
          `${who}: all tokens of an answer went into reasoning, and none were left for SQL. Raise “${FIELDS.max_tokens.label}” (max_tokens, now ${maxTokens}), or turn the model’s reasoning off.`,
        );
      else if (finish === 'stop') tell(`${who}: an answer is nothing but reasoning, without SQL.`);
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
    if (severalAtOnce === false || parameters.refused('n') || together < 2)
      return singly(asked, 0, count, onText, stops);
    let first: Answer;
    try {
      first = await ask(asked, together, onText, stops.slice(0, together));
    } catch (error) {
      if (parameters.refused('n')) return singly(asked, 0, count, onText, stops);
      const mayBeTheNumber = error instanceof Failure && isAboutTheRequest(error) && error.error.fault === 'refused';
      if (severalAtOnce !== null || !mayBeTheNumber) throw error;
      // Nothing was said of the number.
      const answers = await singly(asked, 0, count, onText, stops);
      parameters.change('n');
      return answers;
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
    // As far as is known by now.
    supports: {
      get seed() {
        return !parameters.refused('seed');
      },
      get grammar() {
        return grammarField !== undefined && !parameters.refused(grammarField);
      },
      get logProbabilities() {
        return logProbabilities && !parameters.refused('logprobs');
      },
    },
    generate: ({ onText, stop, ...asked }: GenerateRequest) =>
      unwrapped(() => one(asked, (_index, text, tokens) => onText?.(text, tokens), [stop])),
    generateAlike: (asked, count, onText, stops) =>
      unwrapped(() => alike(asked, count, onText ?? (() => undefined), stops ?? [])),
    close: async () =>
      closed.abort(new ModelError('failed', `The connection to ${wire.address.host} was closed.`, 'Connect again.')),
  };
}

type AlikeRequest = Omit<GenerateRequest, 'stop' | 'onText'>;

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
