/** Which SQL answers a question rightly, each text executed once. */
import type { Database, ExecutionBudget, Question } from '../grpo/types.ts';
import { ANSWER_BUDGET, GoldResults } from './gold.ts';

export type AnswerBudget = Pick<ExecutionBudget, 'maxVmSteps' | 'deadlineMs'>;

/** Execution match with gold, remembered by question and SQL: an evaluation repeated during a run asks mostly what it asked before. */
export class Judge {
  readonly gold: GoldResults;
  readonly #database: Database;
  readonly #budget: AnswerBudget;
  readonly #verdicts = new Map<string, Map<string, boolean>>();

  constructor(database: Database, budget: AnswerBudget, gold = new GoldResults(database)) {
    this.#database = database;
    this.#budget = { maxVmSteps: budget.maxVmSteps, deadlineMs: budget.deadlineMs };
    this.gold = gold;
  }

  /** Those of the questions that have gold whose result can be compared. Rejects with GoldError. */
  async comparable(questions: readonly Question[]): Promise<Question[]> {
    const kept: Question[] = [];
    for (const question of questions) if (await this.gold.isComparable(question)) kept.push(question);
    return kept;
  }

  /** Whether each text is right, in order; all false for a question without gold. Rejects with GoldError and AbortError. */
  async areRight(question: Question, texts: readonly string[], signal?: AbortSignal): Promise<boolean[]> {
    let known = this.#verdicts.get(question.id);
    if (known === undefined) this.#verdicts.set(question.id, known = new Map<string, boolean>());
    const verdicts = known;
    const unknown = [...new Set(texts)].filter((text) => !verdicts.has(text));
    if (unknown.length > 0) {
      const executions = await this.#database.execute(unknown, { budget: { ...this.#budget, ...ANSWER_BUDGET }, ...(signal === undefined ? {} : { signal }) });
      for (const [i, execution] of executions.entries()) verdicts.set(unknown[i] ?? '', (await this.gold.matches(question, execution)) === true);
    }
    return texts.map((text) => verdicts.get(text) === true);
  }
}
