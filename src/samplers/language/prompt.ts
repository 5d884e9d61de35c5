/**
 * What a language model is given: what to do, the schema, the hints that concern the question, and the question last.
 * The same request gives the same prompt, to the character.
 */
import type { GRPOConfig } from '../../grpo/config.ts';
import type { PromptMessage } from '../../grpo/origin.ts';
import { hintSentence } from '../../grpo/words/prompted.ts';
import type { PolicyHint, PolicyView, Schema } from '../../grpo/types.ts';
import { makeSchemaIndex, type SchemaIndex } from '../../linking/schema-index.ts';
import type { QuestionAnalysis } from '../../linking/types.ts';
import { hintLines } from './hint-lines.ts';
import { tableTexts } from './schema-text.ts';

/** Characters counted as one token: an estimate for English and SQL, since the tokeniser is the model's own affair. */
export const CHARACTERS_PER_TOKEN = 4;
/** Least budget of a prompt, whatever room the answer takes. */
const LEAST_PROMPT = 100;
/** Lines of learned hints in one prompt: beyond a few, a model follows none. */
export const MOST_HINTS = 20;

export interface PromptRequest {
  readonly schema: Schema;
  /** The schema prepared, where somebody has it. */
  readonly index?: SchemaIndex;
  readonly question: string;
  /** Of the question on this schema (linking/analyse.ts). */
  readonly analysis: QuestionAnalysis;
  readonly policy: PolicyView;
  readonly settings: { readonly promptTokens: number; readonly hintsInPrompt: boolean };
  /** The guidance hints drawn for this prompt (guidance-draw.ts); they are never left out for want of room. */
  readonly guidance?: readonly PolicyHint[];
}

export interface BuiltPrompt {
  /** The instruction with schema and hints, then the question as it was asked. */
  readonly messages: readonly PromptMessage[];
  /** Keys of the hints in it, in order: guidance first, then the strongest first. */
  readonly hints: readonly string[];
  /** What was relevant, or of the schema, and is not in it. */
  readonly leftOut: {
    readonly descriptions: number;
    readonly samples: number;
    readonly hints: number;
    readonly tables: number;
  };
  /** Estimate, see `CHARACTERS_PER_TOKEN`. */
  readonly tokens: number;
  /** False when even the least there must be is over the budget. */
  readonly fits: boolean;
}

/**
 * `tableLinks` score from which a table always stays: the question names it, or a value in it, in full. A column's name
 * may be that of many.
 */
const MENTIONED = 1.5;

const TASK =
  'Write one SQLite SELECT statement that answers the question. Use only the tables and columns below. Qualify a column that several tables have. Answer with the statement alone: no explanation.';

/** Tokens a prompt may have for a model of that context (null: not known), with room for the answer. */
export function promptBudget(
  { prompt_tokens, max_tokens }: Pick<GRPOConfig, 'prompt_tokens' | 'max_tokens'>,
  contextTokens: number | null,
): number {
  return contextTokens === null
    ? prompt_tokens
    : Math.max(LEAST_PROMPT, Math.min(prompt_tokens, contextTokens - max_tokens));
}

/** Estimated tokens of a text. */
function estimateTokens(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

/**
 * Over the budget, what helps least goes first: descriptions (of columns that the question names last), then sample
 * values (those the question means last), then learned hints from the weakest, then tables the question does not name,
 * the least linked first. The question always stays.
 */
export function buildPrompt({
  schema,
  index = makeSchemaIndex(schema),
  question,
  analysis,
  policy,
  settings,
  guidance = [],
}: PromptRequest): BuiltPrompt {
  const linked = tableLinks(analysis, index);
  const texts = tableTexts(index, analysis);
  const relevant = settings.hintsInPrompt ? hintLines(policy, analysis, index, new Set(linked.keys())) : [];
  const drawn = settings.hintsInPrompt ? guidance : [];
  const lines = new Map(relevant.slice(0, MOST_HINTS).map((line) => [line.text, line]));
  const tables = new Map(texts.map((text) => [text.table, text.ddl]));
  const samples = new Map(
    texts.flatMap((text) =>
      text.samples.map((line, i) => [`${text.table}\n${i}`, { ...line, table: text.table }] as const),
    ),
  );
  const sampleCount = samples.size;
  const named = new Set(analysis.columns.map(({ table, column }) => `${table}\n${column}`));
  const descriptions = new Map(
    texts.flatMap((text) =>
      text.descriptions.map((line, i) => {
        const isMeant = line.column !== null && named.has(`${text.table}\n${line.column}`);
        return [`${text.table}\n${i}`, { ...line, table: text.table, isMeant }] as const;
      }),
    ),
  );
  const descriptionCount = descriptions.size;

  const system = (): string => {
    const schemaLines = [...tables].flatMap(([table, ddl]) => [
      ddl,
      ...[...descriptions.values()].filter((line) => line.table === table).map(({ text }) => text),
      ...[...samples.values()].filter((line) => line.table === table).map(({ text }) => text),
    ]);
    const advice = [...drawn.map((hint) => hintSentence([hint], 1)), ...lines.keys()];
    return [
      TASK,
      `Tables:\n${schemaLines.join('\n')}`,
      ...(advice.length === 0 ? [] : [`Hints:\n${advice.map((sentence) => `- ${sentence}`).join('\n')}`]),
    ].join('\n\n');
  };
  const score = (table: string): number => linked.get(table) ?? 0;
  // Of tables that are alike in this, those that nothing joins to a mentioned one go first, then from the end of the
  // schema.
  const beside = new Set(
    [...linked.keys()].flatMap((table) => (index.neighbours.get(table) ?? []).map((neighbour) => neighbour.table)),
  );
  const room = (): number => settings.promptTokens * CHARACTERS_PER_TOKEN - system().length - question.length;
  dropWhileOver(
    room(),
    descriptions,
    [...descriptions]
      .reverse()
      .sort(([, a], [, b]) => Number(a.isMeant) - Number(b.isMeant) || score(a.table) - score(b.table))
      .map(([key]) => key),
    ({ text }) => text.length + 1,
  );
  dropWhileOver(
    room(),
    samples,
    [...samples]
      .sort(([, a], [, b]) => Number(a.meant) - Number(b.meant) || score(a.table) - score(b.table))
      .map(([key]) => key),
    ({ text }) => text.length + 1,
  );
  dropWhileOver(room(), lines, [...lines.keys()].reverse(), ({ text }) => text.length + 3);
  dropWhileOver(
    room(),
    tables,
    [...tables.keys()]
      .filter((table) => score(table) < MENTIONED)
      .reverse()
      .sort((a, b) => score(a) - score(b) || Number(beside.has(a)) - Number(beside.has(b))),
    (ddl) => ddl.length + 1,
  );

  const content = system();
  const tokens = estimateTokens(content.length + question.length);
  return {
    messages: [
      { role: 'system', content },
      { role: 'user', content: question },
    ],
    hints: [...drawn.map(({ key }) => key), ...new Set([...lines.values()].flatMap(({ keys }) => keys))],
    leftOut: {
      descriptions: descriptionCount - descriptions.size,
      samples: sampleCount - samples.size,
      hints: relevant.length - lines.size,
      tables: schema.tables.length - tables.size,
    },
    tokens,
    fits: tokens <= settings.promptTokens,
  };
}

/** Deletes in the given order until the room, in characters, is no longer negative. */
function dropWhileOver<K, V>(room: number, from: Map<K, V>, order: readonly K[], sizeOf: (value: V) => number): void {
  let left = room;
  for (const key of order) {
    if (left >= 0) return;
    const value = from.get(key);
    if (value !== undefined) left += sizeOf(value);
    from.delete(key);
  }
}

/**
 * How strongly the question points at each table, by its name, columns and values; tables it does not point at are
 * absent.
 */
export function tableLinks(analysis: QuestionAnalysis, index: SchemaIndex): Map<string, number> {
  const scores = new Map<string, number>();
  const add = (table: string, score: number): void => {
    if (index.tables.has(table)) scores.set(table, Math.max(scores.get(table) ?? 0, score));
  };
  for (const { table, score } of analysis.tables) add(table, 2 * score);
  for (const { table, score } of analysis.values) add(table, 1.5 * score);
  for (const { table, score } of analysis.columns) add(table, score);
  return scores;
}
