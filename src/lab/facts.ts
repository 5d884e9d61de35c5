/**
 * The gold fact: all questions with equal normalised gold SQL ask for one fact, in other words. A policy that knows the
 * SQL is right on all of them, so they are no independent evidence: facts are the unit of every interval and test, and
 * of what is kept back for validation. Pure.
 */
import type { Question } from '../grpo/types.ts';
import { normaliseSql } from '../sql/normalise.ts';

/** Question id → its fact, named by the id of the first question that asks for it. */
export type Facts = ReadonlyMap<string, string>;

/** Each question without gold SQL is a fact of its own. */
export function factsOf(questions: readonly Question[]): Facts {
  const named = new Map<string, string>();
  return new Map(
    questions.map(({ id, sql }) => {
      if (sql === undefined) return [id, id];
      const gold = normaliseSql(sql);
      const fact = named.get(gold) ?? id;
      named.set(gold, fact);
      return [id, fact];
    }),
  );
}

/** What a question is known again by when it was deleted: its words, and its fact where it has gold SQL. */
export function tracesOf({ question, sql }: Pick<Question, 'question' | 'sql'>): string[] {
  const words = `“${question.replace(/\s+/g, ' ').trim().toLowerCase()}”`;
  return sql === undefined ? [words] : [words, normaliseSql(sql)];
}

/** The facts of these questions, in their order; a question that is not known is a fact of its own. */
export function factsIn(ids: readonly string[], facts: Facts): string[] {
  return ids.map((id) => facts.get(id) ?? id);
}

/** How many questions there are, and how many facts they ask for. */
export interface Counts {
  readonly questions: number;
  readonly facts: number;
}

/** Both counts, as they stand beside every interval: "160 questions, 65 facts". */
export function countsText({ questions, facts }: Counts): string {
  return `${questions} question${questions === 1 ? '' : 's'}, ${facts} fact${facts === 1 ? '' : 's'}`;
}

/** What is known of one fact: the sum of one value a question over its questions, and how many they are. */
export interface FactSum {
  readonly sum: number;
  readonly questions: number;
}

/** By fact, in the order in which they first occur; `facts` names that of each value. */
export function sumByFact(values: readonly number[], facts: readonly string[]): FactSum[] {
  const sums = new Map<string, { sum: number; questions: number }>();
  for (const [i, value] of values.entries()) {
    const fact = facts[i];
    if (fact === undefined) throw new RangeError(`${values.length} values, and facts for ${facts.length}.`);
    const one = sums.get(fact);
    if (one === undefined) sums.set(fact, { sum: value, questions: 1 });
    else {
      one.sum += value;
      one.questions++;
    }
  }
  return [...sums.values()];
}
