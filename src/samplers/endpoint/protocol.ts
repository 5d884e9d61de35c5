/** What a chat-completions server answers, as values that can be relied on. Everything in it is untrusted. */
import type { Finish } from '../../grpo/origin.ts';

/** What one choice gained with one piece of the answer. */
export interface ChoiceDelta {
  readonly index: number;
  readonly text: string;
  /** ln p of the tokens of `text`; empty when the server gave none. */
  readonly logProbabilities: readonly number[];
  /** Null while it goes on. */
  readonly finish: Finish | null;
}

export interface AnswerPiece {
  readonly deltas: readonly ChoiceDelta[];
  /** Tokens of the prompt, and of all choices together. */
  readonly usage: { readonly prompt: number | null; readonly completion: number | null } | null;
}

export interface ServerFault {
  readonly message: string;
  readonly code: string;
  readonly status: number | null;
}

const MOST_CHOICES = 1_000;

/** A piece of a stream (`delta`) or a whole answer (`message`); null when the value is neither. */
export function readAnswer(value: unknown): AnswerPiece | null {
  const choices = objectOf(value)?.['choices'];
  if (!Array.isArray(choices) || choices.length > MOST_CHOICES) return null;
  const deltas: ChoiceDelta[] = [];
  for (const [position, item] of choices.entries()) {
    const choice = objectOf(item);
    if (choice === null) return null;
    const index = choice['index'] ?? position;
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0) return null;
    const body = objectOf(choice['delta'] ?? choice['message'] ?? {});
    const text = body === null ? null : textOf(body['content']);
    if (text === null) return null;
    deltas.push({
      index,
      text,
      logProbabilities: logProbabilitiesOf(choice['logprobs']),
      finish: finishOf(choice['finish_reason']),
    });
  }
  const usage = objectOf(objectOf(value)?.['usage']);
  return {
    deltas,
    usage:
      usage === null
        ? null
        : { prompt: countOf(usage['prompt_tokens']), completion: countOf(usage['completion_tokens']) },
  };
}

/** The fault a server reports in place of an answer, in the shapes that are about; null when the value holds none. */
export function readFault(value: unknown): ServerFault | null {
  const object = objectOf(value);
  if (object === null) return null;
  // OpenAI, vLLM and llama.cpp: {error: {message, code, type}}; Ollama: {error: "…"}; older vLLM: {object: "error",
  // message}; FastAPI: {detail}.
  const given = object['error'] ?? (object['object'] === 'error' ? object : object['detail']);
  if (given === undefined || given === null) return null;
  const fault = objectOf(given) ?? {};
  const message =
    typeof given === 'string' ? given : typeof fault['message'] === 'string' ? fault['message'] : JSON.stringify(given);
  const status =
    [fault['code'], fault['status'], fault['status_code']]
      .map(Number)
      .find((code) => Number.isInteger(code) && code >= 400 && code < 600) ?? null;
  return { message, code: [fault['code'], fault['type']].filter((part) => typeof part === 'string').join(' '), status };
}

export interface ServedModel {
  readonly id: string;
  /** Tokens of prompt and answer together (vLLM says so); null when the server does not tell. */
  readonly contextTokens: number | null;
}

const MOST_MODELS = 10_000;

/**
 * Control and direction marks, line separators, halves of a character: they would act on a terminal, or make a name
 * look like another.
 */
const NOT_IN_IDS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** The list of models, without those whose id cannot be shown as it is; null when the value is none. */
export function readModels(value: unknown): ServedModel[] | null {
  const list = objectOf(value)?.['data'];
  if (!Array.isArray(list) || list.length > MOST_MODELS) return null;
  return list.flatMap((item: unknown): ServedModel[] => {
    const model = objectOf(item);
    const id = model?.['id'];
    if (model === null || typeof id !== 'string' || id === '' || id.length > 300 || NOT_IN_IDS.test(id)) return [];
    return [{ id, contextTokens: countOf(model['max_model_len']) }];
  });
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}

/** Content is a text, nothing, or a list of parts. */
function textOf(content: unknown): string | null {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return null;
  return content
    .map((part: unknown) => {
      const text = objectOf(part)?.['text'];
      return typeof text === 'string' ? text : '';
    })
    .join('');
}

function finishOf(reason: unknown): Finish | null {
  if (typeof reason !== 'string' || reason === '') return null;
  return reason === 'length' ? 'length' : 'stop';
}

function logProbabilitiesOf(value: unknown): number[] {
  const content = objectOf(value)?.['content'];
  if (!Array.isArray(content)) return [];
  return content.flatMap((token: unknown) => {
    const found = objectOf(token)?.['logprob'];
    return typeof found === 'number' && Number.isFinite(found) && found <= 0 ? [found] : [];
  });
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}
