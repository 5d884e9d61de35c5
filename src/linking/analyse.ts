/** Question → what it says about the schema. Pure and deterministic; work is bounded by question and index size. */
import type { Schema } from '../grpo/types.ts';
import { findCues } from './cues.ts';
import { dateTokens, findDates } from './dates.ts';
import { findIntent } from './intent.ts';
import { linkNames } from './names.ts';
import { findNumbers } from './numbers.ts';
import { makeSchemaIndex, type SchemaIndex } from './schema-index.ts';
import type { QuestionAnalysis } from './types.ts';
import { linkValues } from './values.ts';
import { tokenise } from './words.ts';

/** Longest question read; what comes after is ignored. */
export const QUESTION_LIMIT = 2000;

/** Prepares the schema once; the returned function analyses one question. */
export function makeAnalyser(schema: Schema): (question: string) => QuestionAnalysis {
  const index = makeSchemaIndex(schema);
  return (question) => analyse(question, index);
}

/** Analyses kept of one schema; the oldest goes first. */
const KEPT_ANALYSES = 1024;
const analyses = new WeakMap<SchemaIndex, Map<string, QuestionAnalysis>>();

/** Worked out once for all who read the question against this index: sampler, rewards, prompt. */
export function analyse(question: string, index: SchemaIndex): QuestionAnalysis {
  let known = analyses.get(index);
  if (known === undefined) analyses.set(index, (known = new Map<string, QuestionAnalysis>()));
  let analysis = known.get(question);
  if (analysis === undefined) {
    analysis = read(question, index);
    const oldest = known.size >= KEPT_ANALYSES ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    known.set(question, analysis);
  }
  return analysis;
}

function read(question: string, index: SchemaIndex): QuestionAnalysis {
  const text = question.slice(0, QUESTION_LIMIT);
  const tokens = tokenise(text, index.takeApart);
  const dates = findDates(tokens, text);
  const numbers = findNumbers(tokens, dateTokens(dates, tokens));
  const names = linkNames(tokens, index);
  const values = linkValues(text, tokens, index, names);
  const intent = findIntent(tokens, numbers);
  const cues = findCues(tokens, { ...names, values, numbers, dates });
  return { question: text, tokens, numbers, dates, values, tables: names.tables, columns: names.columns, intent, cues };
}
