/** Which SQL answers a question rightly, each text executed once. */
import type { Database, Execution, ExecutionBudget, Question } from '../grpo/types.ts';
import { ANSWER_BUDGET, GoldResults } from './gold.ts';

export type AnswerBudget = Pick<ExecutionBudget, 'maxVmSteps' | 'deadlineMs'>;

/** SQL texts that answer a question. */
export interface Asked {
  readonly question: Question;
  readonly texts: readonly string[];
}

/**
 * Execution match with gold, remembered by question and SQL: an evaluation repeated during a run asks mostly what it
 * asked before.
 */
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

  /**
   * Whether each text is right, in order; all false for a question without gold. Rejects with GoldError and AbortError.
   */
  async areRight(question: Question, texts: readonly string[], signal?: AbortSignal): Promise<boolean[]> {
    return (await this.answersAreRight([{ question, texts }], signal))[0] ?? [];
  }

  /** The same for several questions, with one call to the database. */
  async answersAreRight(asked: readonly Asked[], signal?: AbortSignal): Promise<boolean[][]> {
    const open = asked.flatMap(({ question, texts }) => {
      const verdicts = this.#verdictsOf(question);
      return [...new Set(texts)].filter((text) => !verdicts.has(text)).map((text) => ({ question, text, verdicts }));
    });
    if (open.length > 0) {
      const executions = await this.#database.execute(
        open.map(({ text }) => text),
        { budget: { ...this.#budget, ...ANSWER_BUDGET }, ...(signal === undefined ? {} : { signal }) },
      );
      for (const [i, { question, text, verdicts }] of open.entries())
        verdicts.set(text, (await this.gold.matches(question, executions[i] as Execution)) === true);
    }
    return asked.map(({ question, texts }) => texts.map((text) => this.#verdictsOf(question).get(text) === true));
  }

  #verdictsOf({ id }: Question): Map<string, boolean> {
    let known = this.#verdicts.get(id);
    if (known === undefined) this.#verdicts.set(id, (known = new Map<string, boolean>()));
    return known;
  }
}
