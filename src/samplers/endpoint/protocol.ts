/** What a chat-completions server answers, as values that can be relied on. Everything in it is untrusted. */
import type { Finish } from '../../grpo/origin.ts';

/** A call of a tool, or a piece of one: servers with a tool parser put SQL there. */
export interface CallPiece {
  /** Its place among the calls of the choice. */
  readonly index: number;
  /** '' where the server does not say again which call it is. */
  readonly id: string;
  /** A piece of the arguments, JSON as a rule. */
  readonly text: string;
}

/** What one choice gained with one piece of the answer. */
export interface ChoiceDelta {
  readonly index: number;
  readonly text: string;
  /** Whether there is reasoning in it that the server keeps apart from the text. */
  readonly reasoning: boolean;
  readonly calls: readonly CallPiece[];
  /** ln p of the tokens of `text`; empty when the server gave none. */
  readonly logProbabilities: readonly number[];
  /** Null while it goes on. */
  readonly finish: Finish | null;
}

/** Tokens of the prompt, of all choices together, and what of those is reasoning. Null for what is not told. */
export interface Usage {
  readonly prompt: number | null;
  readonly completion: number | null;
  readonly reasoning: number | null;
}

export interface AnswerPiece {
  readonly deltas: readonly ChoiceDelta[];
  readonly usage: Usage | null;
}

export interface ServerFault {
  readonly message: string;
  readonly code: string;
  /** 400 … 599, where the server says one beside its words; else null. */
  readonly status: number | null;
  /** The fields of the request that it is about, as far as the server names them apart from its words. */
  readonly fields: readonly string[];
  /** All that the server says, as JSON or plain text: some put the reason deep inside. */
  readonly all: string;
}

const MOST_CHOICES = 1_000;

/**
 * A piece of a stream (`delta`) or a whole answer (`message`). What cannot be read of it is passed over; a value
 * without choices and without usage, or with more choices than anybody asks for, is none: null.
 */
export function readAnswer(value: unknown): AnswerPiece | null {
  const object = objectOf(value);
  if (object === null) return null;
  const { choices } = object;
  // Groq has a place of its own for it.
  const counted = objectOf(object['usage']) ?? objectOf(objectOf(object['x_groq'])?.['usage']);
  if (choices === undefined && counted === null) return null;
  if (Array.isArray(choices) && choices.length > MOST_CHOICES) return null;
  return { deltas: Array.isArray(choices) ? choices.flatMap(deltaOf) : [], usage: counted && usageOf(counted) };
}

function usageOf(counted: Readonly<Record<string, unknown>>): Usage {
  return {
    prompt: countOf(counted['prompt_tokens']),
    completion: countOf(counted['completion_tokens']),
    reasoning: countOf(objectOf(counted['completion_tokens_details'])?.['reasoning_tokens']),
  };
}

function deltaOf(item: unknown, position: number): ChoiceDelta[] {
  const choice = objectOf(item);
  if (choice === null) return [];
  const index = choice['index'] ?? position;
  if (typeof index !== 'number' || !Number.isInteger(index) || index < 0) return [];
  const body = objectOf(choice['delta'] ?? choice['message']) ?? {};
  const { text, reasoning, calls } = contentOf(body['content'] ?? choice['text']);
  return [
    {
      index,
      text,
      reasoning: reasoning || REASONING_FIELDS.some((field) => isSomething(body[field])),
      calls: [...calls, ...callsOf(body)],
      logProbabilities: logProbabilitiesOf(choice['logprobs']),
      finish: finishOf(choice['finish_reason']),
    },
  ];
}

/** Where reasoning comes apart from the text: DeepSeek, llama.cpp and vLLM; Ollama, OpenRouter and Groq; OpenRouter. */
const REASONING_FIELDS = ['reasoning_content', 'reasoning', 'thinking', 'reasoning_details'];

/** Content is a text, nothing, a part or a list of parts. Parts that are reasoning (Mistral) are no text. */
function contentOf(content: unknown): Pick<ChoiceDelta, 'text' | 'reasoning' | 'calls'> {
  if (typeof content === 'string') return { text: content, reasoning: false, calls: [] };
  const parts = (Array.isArray(content) ? content : [content]).map((part: unknown) =>
    typeof part === 'string' ? { text: part } : (objectOf(part) ?? {}),
  );
  const isReasoning = (part: Readonly<Record<string, unknown>>): boolean =>
    typeof part['type'] === 'string' && /think|reason/i.test(part['type']);
  return {
    text: parts.map((part) => (!isReasoning(part) && typeof part['text'] === 'string' ? part['text'] : '')).join(''),
    reasoning: parts.some(isReasoning),
    // Proxies before Anthropic's models.
    calls: parts.flatMap((part, index) =>
      part['type'] === 'tool_use' ? [{ index, id: textOf(part['id']), text: argumentsOf(part['input']) }] : [],
    ),
  };
}

/** `tool_calls`, and `function_call`, which was before it. */
function callsOf(body: Readonly<Record<string, unknown>>): CallPiece[] {
  const { tool_calls: calls, function_call: call } = body;
  const piece = (item: unknown, position: number): CallPiece[] => {
    const object = objectOf(item);
    const called = objectOf(object?.['function']) ?? object;
    if (object === null || called === null) return [];
    return [
      {
        index: countOf(object['index']) ?? position,
        id: textOf(object['id']),
        text: argumentsOf(called['arguments'] ?? called['parameters']),
      },
    ];
  };
  return [...(Array.isArray(calls) ? calls.slice(0, MOST_CHOICES).flatMap(piece) : []), ...piece(call, 0)];
}

/** A string of JSON, as it should be, or the object itself. */
function argumentsOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return objectOf(value) === null ? '' : asJson(value);
}

/** The fault a server reports in place of an answer, in the shapes that are about; null when the value holds none. */
export function readFault(value: unknown): ServerFault | null {
  // Gemini puts it into a list.
  const object = objectOf(Array.isArray(value) ? value[0] : value);
  if (object === null) return null;
  // OpenAI, vLLM and llama.cpp: {error: {message, code, type}}; Ollama: {error: "…"}; older vLLM and Mistral: {object:
  // "error", message}; FastAPI: {detail}; Cloudflare: {errors: […]}.
  const given = [
    object['error'],
    object['object'] === 'error' || object['type'] === 'error' ? object : undefined,
    ...(object['choices'] === undefined ? [object['detail'], object['errors']] : []),
  ].find((one) => isSomething(one));
  if (given === undefined) return null;
  const fault = objectOf(given) ?? {};
  const message =
    typeof given === 'string' ? given : typeof fault['message'] === 'string' ? fault['message'] : asJson(given);
  const status =
    [fault, object]
      .flatMap((told) => [told['code'], told['status'], told['status_code']])
      .map(Number)
      .find((code) => Number.isInteger(code) && code >= 400 && code < 600) ?? null;
  const code = [fault['code'], fault['type']].filter((part) => typeof part === 'string').join(' ');
  return { message, code, status, fields: fieldsOf(given), all: asJson(object) };
}

/** Some servers write `error: ""`, `{}` or `{"message": null}` where there is none. */
function isSomething(value: unknown, depth = 0): boolean {
  if (value === undefined || value === null || value === false || value === '' || value === 0) return false;
  return (
    typeof value !== 'object' || depth > DEEPEST || Object.values(value).some((part) => isSomething(part, depth + 1))
  );
}

/** '' for a value that is nested too deep. */
function asJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '';
  }
}

/** Values of a fault that are looked at for the names of fields, and how deep. */
const LOOKED_AT = 200;
const DEEPEST = 6;

/** OpenAI names a field as `param`, FastAPI as the end of `loc`, others as `parameter` or `path`. */
function fieldsOf(fault: unknown): string[] {
  const fields: string[] = [];
  let looked = 0;
  const look = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > DEEPEST) return;
    for (const [key, part] of Object.entries(value)) {
      if (++looked > LOOKED_AT) return;
      // What was sent, quoted back.
      if (key === 'input') continue;
      if (typeof part === 'string' && /^(?:param|parameter|field)s?$/.test(key)) fields.push(part);
      else if (Array.isArray(part) && /^(?:loc|path)$/.test(key))
        fields.push(...part.filter((step) => typeof step === 'string'));
      else look(part, depth + 1);
    }
  };
  look(fault, 0);
  return fields;
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
  const object = objectOf(value);
  // Servers written in Go say null for an empty list.
  const list = object?.['data'] === null && object['object'] === 'list' ? [] : object?.['data'];
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

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function finishOf(reason: unknown): Finish | null {
  if (typeof reason !== 'string' || reason === '') return null;
  return /^(?:length|max_tokens|model_length)$/i.test(reason) ? 'length' : 'stop';
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
