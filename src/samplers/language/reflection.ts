/**
 * Reflection: after a group with a signal the language model sees its attempts with their rewards and advantages, and
 * may propose one change to the guidance. The published idea is Training-Free GRPO (arXiv 2510.08191), where the
 * model's summary of what told the good attempts from the bad ones is the whole update. Here it only proposes: what it
 * says is checked, refused for a stated reason or entered at low weight, and advantages decide what becomes of it
 * (grpo/guidance.ts).
 */
import { patternWords } from '../../grpo/wording.ts';
import type { GRPOConfig } from '../../grpo/config.ts';
import {
  checkOperation,
  GUIDANCE_LENGTH,
  guidanceAmong,
  GuidanceError,
  type GuidanceOperation,
} from '../../grpo/guidance.ts';
import type { PromptMessage } from '../../grpo/origin.ts';
import type { Completion, Group, HintCause, PolicyHint, PolicyView } from '../../grpo/types.ts';
import type { GenerateRequest, LanguageModel } from './model.ts';

/** Longest answer that is read, and longest pieces of one attempt that are shown, in characters. */
const ANSWER_LENGTH = 20_000;
const SQL_LENGTH = 600;
const ERROR_LENGTH = 160;
/** A query this long, word for word in a sentence, is an answer and no rule. */
const TELLING_SQL = 15;

export type Proposed = GuidanceOperation | { readonly op: 'none' };

/** Exactly one of the two is null. */
export type Proposal =
  | { readonly operation: Proposed; readonly refusal: null }
  /** Why it was not taken, as a sentence. */
  | { readonly operation: null; readonly refusal: string };

export interface ReflectionRequest {
  readonly model: LanguageModel;
  /** With a signal: one without has nothing to compare. */
  readonly group: Group;
  readonly policy: PolicyView;
  /** 0 … 2^31 − 1. */
  readonly seed: number;
  readonly settings: Pick<GRPOConfig, 'max_tokens' | 'temperature'>;
  readonly signal?: AbortSignal;
}

export type Reflection = Proposal & {
  /** What it cost; null where the model does not say. */
  readonly promptTokens: number | null;
  readonly tokens: number | null;
  readonly prompt: readonly PromptMessage[];
  /** What the model wrote, whatever was made of it. */
  readonly text: string;
};

const TASK = `You improve the guidance given to a model that writes SQLite queries. You see one question, the attempts with their rewards, and the guidance there is. An advantage above 0 is better than the other attempts, below 0 worse.
Find what the better attempts did that the worse ones did not, and say it as one general rule that helps with other questions too. Do not repeat the query or its values.
Answer with one JSON object and nothing else, one of:
{"op":"add","text":"When …, …"}
{"op":"update","id":"guidance:1","text":"When …, …"}
{"op":"merge","ids":["guidance:1","guidance:2"],"text":"When …, …"}
{"op":"delete","id":"guidance:1"}
{"op":"none"}
A text is one sentence of at most ${GUIDANCE_LENGTH} characters. Propose at most one operation; "none" when the attempts teach nothing new.`;

/**
 * The answer as JSON, where the runtime can hold the model to a grammar: this is no sample of the policy, so nothing is
 * changed by it. Texts are ASCII without brackets (grammar.ts says why).
 */
const GRAMMAR = String.raw`root ::= "{\"op\":\"none\"}" | "{\"op\":\"add\",\"text\":" text "}" | "{\"op\":\"update\",\"id\":" id ",\"text\":" text "}" | "{\"op\":\"merge\",\"ids\":[" id "," id "],\"text\":" text "}" | "{\"op\":\"delete\",\"id\":" id "}"
text ::= "\"" [ !#-Z^-~]* "\""
id ::= "\"guidance:" [0-9]{1,9} "\""
`;

/**
 * Asks the model once. Rejects with ModelError or AbortError as the model does; an answer that cannot be used is a
 * refusal, not an error.
 */
export async function reflect({
  model,
  group,
  policy,
  seed,
  settings,
  signal,
}: ReflectionRequest): Promise<Reflection> {
  const prompt = reflectionPrompt(group, policy);
  const request: GenerateRequest = {
    messages: prompt,
    seed,
    temperature: settings.temperature,
    maxTokens: settings.max_tokens,
    ...(model.supports.grammar ? { grammar: GRAMMAR } : {}),
    ...(signal === undefined ? {} : { signal }),
  };
  const { text, promptTokens, tokens } = await model.generate(request);
  return {
    ...parseProposal(
      text,
      policy.hints,
      group.completions.map(({ sql }) => sql),
    ),
    promptTokens,
    tokens,
    prompt,
    text,
  };
}

/** What the model is shown. */
export function reflectionPrompt(group: Group, policy: Pick<PolicyView, 'hints'>): PromptMessage[] {
  const guidance = guidanceAmong(policy.hints);
  const shown = guidance
    .filter(({ enabled }) => enabled)
    .map(({ key, pattern, weight }) => `- ${key} (weight ${weight.toFixed(2)}): ${patternWords(pattern)}`);
  const vetoed = guidance.filter(({ enabled }) => !enabled).map(({ pattern }) => `- ${patternWords(pattern)}`);
  return [
    { role: 'system', content: TASK },
    {
      role: 'user',
      content: [
        `Question: ${oneLine(group.question, SQL_LENGTH)}`,
        `Attempts:\n${group.completions.map(attempt).join('\n')}`,
        `Guidance:\n${shown.length === 0 ? '(none)' : shown.join('\n')}`,
        ...(vetoed.length === 0 ? [] : [`Refused by the reader, not to be proposed again:\n${vetoed.join('\n')}`]),
      ].join('\n\n'),
    },
  ];
}

/** The completions of a group as the causes of an event: what was shown, without a part in any gradient. */
export function shownCauses(group: Group, number: number): HintCause[] {
  return group.completions.map(({ index, advantage }) => ({
    group: number,
    completion: index,
    advantage,
    activity: 0,
  }));
}

function attempt({ index, sql, text, execution, rowCount, rewards, advantage }: Completion): string {
  const written = sql === '' ? `no SQL in: ${oneLine(text, SQL_LENGTH)}` : oneLine(sql, SQL_LENGTH);
  const ran = execution.status === 'rows' ? `${rowCount} ${rowCount === 1 ? 'row' : 'rows'}` : execution.status;
  const error = execution.error === undefined ? '' : ` (${oneLine(execution.error, ERROR_LENGTH)})`;
  return `${index + 1}. ${written}\n   result: ${ran}${error}; reward ${rewards.total === null ? 'unknown' : rewards.total.toFixed(2)}; advantage ${advantage.toFixed(2)}`;
}

function oneLine(text: string, most: number): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return plain.length > most ? `${plain.slice(0, most)}…` : plain;
}

/**
 * An answer as an operation on these hints, or the reason why it is none. `attempts`: queries that must not be repeated
 * as a rule. Never throws.
 */
export function parseProposal(
  answer: string,
  hints: readonly PolicyHint[],
  attempts: readonly string[] = [],
): Proposal {
  const refuse = (refusal: string): Proposal => ({ operation: null, refusal });
  const found = jsonObjects(withoutThinking(answer.slice(0, ANSWER_LENGTH)));
  if (found.length === 0) return refuse('The answer holds no JSON object.');
  if (found.length > 1) return refuse(`The answer proposes ${found.length} operations; one at most is taken.`);
  const read = readOperation(found[0] ?? {});
  if (typeof read === 'string') return refuse(read);
  if (read.op === 'none') return { operation: read, refusal: null };
  try {
    const operation = checkOperation(hints, read);
    if (operation.op !== 'delete' && repeatsQuery(operation.text, attempts))
      return refuse('The text repeats a query instead of saying a rule.');
    return { operation, refusal: null };
  } catch (error) {
    if (error instanceof GuidanceError) return refuse(error.message);
    throw error;
  }
}

function readOperation(given: Readonly<Record<string, unknown>>): Proposed | string {
  const { op, text, ids } = given;
  const id = toId(given['id']);
  const isText = (value: unknown): value is string => typeof value === 'string';
  switch (op) {
    case 'none':
      return { op };
    case 'add':
      return isText(text) ? { op, text } : 'The operation "add" has no text.';
    case 'update':
      return id === null
        ? 'The operation "update" names no hint.'
        : isText(text)
          ? { op, id, text }
          : 'The operation "update" has no text.';
    case 'delete':
      return id === null ? 'The operation "delete" names no hint.' : { op, id };
    case 'merge': {
      const [a = null, b = null] = Array.isArray(ids) && ids.length === 2 ? ids.map(toId) : [];
      if (a === null || b === null) return 'The operation "merge" does not name two hints.';
      return isText(text) ? { op, ids: [a, b], text } : 'The operation "merge" has no text.';
    }
    default:
      return `${JSON.stringify(op)?.slice(0, 40) ?? 'Nothing'} is no operation: add, update, merge, delete and none are.`;
  }
}

/** `guidance:7`; a model may also say 7. */
function toId(value: unknown): string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return `guidance:${value}`;
  if (typeof value !== 'string' || value.trim() === '') return null;
  return /^\d{1,9}$/.test(value.trim()) ? `guidance:${value.trim()}` : value.trim();
}

function repeatsQuery(text: string, attempts: readonly string[]): boolean {
  const plain = (sql: string): string =>
    sql
      .toLowerCase()
      .replace(/[\s;"`']+/g, ' ')
      .trim();
  if (/\bSELECT\b.+\bFROM\b/.test(text)) return true;
  return attempts.some((sql) => plain(sql).length >= TELLING_SQL && plain(text).includes(plain(sql)));
}

function withoutThinking(text: string): string {
  const end = text.toLowerCase().lastIndexOf('</think>');
  const rest = end < 0 ? text : text.slice(end + '</think>'.length);
  const open = rest.toLowerCase().indexOf('<think>');
  return open < 0 ? rest : rest.slice(0, open);
}

/**
 * The JSON objects that stand in a text, not those inside others; prose and code fences around them are passed over.
 * One that does not end or parse is none.
 */
function jsonObjects(text: string): Readonly<Record<string, unknown>>[] {
  const objects: Readonly<Record<string, unknown>>[] = [];
  let from = -1;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quoted) {
      if (char === '\\') at++;
      else if (char === '"') quoted = false;
    } else if (char === '"' && depth > 0) quoted = true;
    else if (char === '{') {
      if (depth++ === 0) from = at;
    } else if (char === '}' && depth > 0 && --depth === 0) {
      try {
        objects.push(JSON.parse(text.slice(from, at + 1)) as Readonly<Record<string, unknown>>);
      } catch {
        // Not JSON: prose in braces.
      }
    }
  }
  return objects;
}
