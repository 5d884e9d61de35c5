/** What the gold SQL of a question returns, and whether an answer returns the same. */
import type { Database, Execution, ExecutionBudget, Question } from '../grpo/types.ts';
import { hasTopLevelOrderBy } from '../sql/lex.ts';
import { matchResults, saysNothing } from '../sql/result-match.ts';

/** Gold SQL is the dataset's, not a sampler's: it may take its time. */
export const GOLD_BUDGET: ExecutionBudget = { maxVmSteps: 2e9, deadlineMs: 60_000, maxRows: 100_000, maxBytes: 64e6 };
/** Answers are held to the settings' budget, but their rows are kept as far as gold's are, so that they can be compared. */
export const ANSWER_BUDGET: Partial<ExecutionBudget> = { maxRows: GOLD_BUDGET.maxRows, maxBytes: GOLD_BUDGET.maxBytes };

/** A gold SQL that does not run: the dataset is broken. */
export class GoldError extends Error {
  override readonly name = 'GoldError';
}

interface GoldResult {
  readonly execution: Execution;
  /** Rows are a list, not a bag. */
  readonly ordered: boolean;
}

/** Runs gold SQL once per question and keeps the results. */
export class GoldResults {
  readonly #database: Database;
  readonly #known = new Map<string, Promise<readonly GoldResult[]>>();

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * True when the answer's result is that of the gold SQL or of one of its alternatives; null for a question without gold.
   * Rejects with GoldError.
   */
  async matches(question: Question, answer: Execution): Promise<boolean | null> {
    if (question.sql === undefined) return null;
    const golds = await this.#of(question, question.sql);
    return golds.some((gold) => matchResults(gold.execution, answer, gold.ordered).match);
  }

  /**
   * True when wrong SQL matches easily: gold returns no rows, or nothing but 0 and NULL. Null without gold.
   * Rejects with GoldError.
   */
  async isWeak(question: Question): Promise<boolean | null> {
    if (question.sql === undefined) return null;
    const [gold] = await this.#of(question, question.sql);
    return gold !== undefined && saysNothing(gold.execution);
  }

  #of(question: Question, sql: string): Promise<readonly GoldResult[]> {
    let results = this.#known.get(question.id);
    if (results === undefined) {
      results = this.#run(question, [sql, ...(question.sqlAlternatives ?? [])]);
      this.#known.set(question.id, results);
    }
    return results;
  }

  async #run(question: Question, texts: readonly string[]): Promise<readonly GoldResult[]> {
    const executions = await this.#database.execute(texts, { budget: GOLD_BUDGET });
    return executions.map((execution, i) => {
      if (execution.status !== 'rows' && execution.status !== 'empty') {
        const which = i === 0 ? 'gold SQL' : `alternative SQL ${i}`;
        throw new GoldError(`The ${which} of question "${question.id}" does not run (${execution.status}${execution.error === undefined ? '' : `: ${execution.error}`}).`);
      }
      return { execution, ordered: hasTopLevelOrderBy(texts[i] ?? '') };
    });
  }
}
