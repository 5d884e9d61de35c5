/** What people said: of this very SQL, or of SQL with the same result. */
import type { FeedbackProvider, Judgements } from '../grpo/feedback.ts';
import { reasonMessage } from '../grpo/reward-reasons.ts';
import type { Database, Execution, Question, RewardScore } from '../grpo/types.ts';
import { GOLD_BUDGET } from '../sql/gold-budget.ts';
import { normaliseSql } from '../sql/normalise.ts';
import { matchReference, runReferences, type Reference } from '../sql/reference.ts';
import { sameByChance } from './by-chance.ts';
import { absent, reason, scoreOf } from './score.ts';
import { speaks } from './speaks.ts';

type Completions = Parameters<FeedbackProvider>[1];

/** What is known of one question, so that nothing is run twice. */
export class KnownResults {
  /** Results of SQL that somebody judged or wrote, by its text. */
  readonly results = new Map<string, Reference>();
  /** Whether SQL has the result of what somebody wrote by chance, by both texts. */
  readonly chances = new Map<string, Promise<boolean>>();
}

/**
 * SQL a person judged was run before, within a group's budget: this much and no more, so that no thumb can hang a step.
 */
const JUDGED_BUDGET = { maxVmSteps: 20e6, deadlineMs: 3000, maxRows: GOLD_BUDGET.maxRows, maxBytes: 16e6 };

/**
 * One score a completion of one group, the first that applies:
 *
 *   −1, +1  a thumb down, or up, on this very SQL; +1 for a corrected SQL itself
 *   +1      the result of an approved or a corrected SQL
 *   −1      that of a corrected SQL by chance (by-chance.ts)
 *   −1      another result, where there is a corrected SQL that says something
 *   −1      the result of a disapproved SQL
 *
 * and null for the others: nobody said anything that holds for them. Results are compared as against gold. One that
 * says nothing (no rows, only 0 or NULL) is shared by much SQL, so what was said of it holds for that text alone.
 */
export async function feedbackRewards(
  said: Judgements,
  completions: Completions,
  database: Database,
  known: KnownResults,
): Promise<RewardScore[]> {
  const words = new Map<string, RewardScore>();
  for (const sql of said.approved) words.set(normaliseSql(sql), UP);
  for (const sql of said.corrected) words.set(normaliseSql(sql), WRITTEN);
  // The last word on this very SQL: a person who wrote it and then took a thumb down to it means the thumb.
  for (const sql of said.disapproved) words.set(normaliseSql(sql), DOWN);
  const own = completions.map(({ sql }) => words.get(normaliseSql(sql)) ?? null);
  if (own.every((score) => score !== null)) return own;
  await runMissing([...said.approved, ...said.corrected, ...said.disapproved], database, known);
  const find = (texts: readonly string[]): Reference[] => texts.flatMap((sql) => known.results.get(sql) ?? []);
  const results = {
    approved: find(said.approved),
    corrected: find(said.corrected),
    disapproved: find(said.disapproved),
  };
  const scores = completions.map(({ execution }, i) => own[i] ?? byResult(execution, results));
  const meant: RewardScore[] = [];
  for (const [i, completion] of completions.entries()) {
    const score = scores[i] as RewardScore;
    const only = score === SAME && (await onlyByChance(completion, said.corrected, database, known));
    meant.push(only ? BY_CHANCE : score);
  }
  return meant;
}

/** Whether it has the result of some of these texts, and means what none of them does. */
async function onlyByChance(
  { sql, execution }: Completions[number],
  corrected: readonly string[],
  database: Database,
  known: KnownResults,
): Promise<boolean> {
  for (const other of corrected) {
    const reference = known.results.get(other);
    if (reference === undefined || !speaks(reference) || !matchReference(reference, execution).match) continue;
    const key = JSON.stringify([sql, other]);
    const found = known.chances.get(key) ?? sameByChance({ sql, result: execution }, other, database);
    known.chances.set(key, found);
    if (!(await found)) return false;
  }
  return true;
}

const UP = scoreOf([reason(1, 'thumb-up')]);
const DOWN = scoreOf([reason(-1, 'thumb-down')]);
const WRITTEN = scoreOf([reason(1, 'person-wrote')]);
const SAME = scoreOf([reason(1, 'same-as-written')]);
const BY_CHANCE = scoreOf([reason(-1, 'as-written-by-chance')]);

function byResult(
  execution: Execution,
  { approved, corrected, disapproved }: Readonly<Record<keyof Judgements, readonly Reference[]>>,
): RewardScore {
  const same = (known: readonly Reference[]): boolean =>
    known.some((one) => speaks(one) && matchReference(one, execution).match);
  if (same(corrected)) return SAME;
  if (same(approved)) return scoreOf([reason(1, 'same-as-approved')]);
  const all = [...approved, ...corrected, ...disapproved];
  if (execution.truncated && all.some((one) => one.execution.rows.length > execution.rows.length))
    return absent(reasonMessage('judged-beyond-kept'));
  if (corrected.some(speaks)) return scoreOf([reason(-1, 'not-as-written')]);
  if (same(disapproved)) return scoreOf([reason(-1, 'same-as-disapproved')]);
  return absent(reasonMessage('not-judged'));
}

async function runMissing(texts: readonly string[], database: Database, known: KnownResults): Promise<void> {
  const missing = [...new Set(texts)].filter((sql) => !known.results.has(sql));
  if (missing.length === 0) return;
  const results = await runReferences(missing, database, JUDGED_BUDGET);
  results.forEach((result, i) => known.results.set(missing[i] ?? '', result));
}

/** A question as people corrected it: what they wrote stands in the place of the dataset's gold. */
export function withCorrections(question: Question, said: Judgements | null): Question {
  const [sql, ...sqlAlternatives] = [...(said?.corrected ?? [])].reverse();
  return sql === undefined ? question : { ...question, sql, sqlAlternatives };
}

/** Said of SQL that has the result of what a person wrote by chance: then the answer key has it by chance, too. */
export const isByChance = (score: RewardScore | undefined): boolean => score === BY_CHANCE;
