/** What the gold SQL of a question returns, and whether an answer returns the same. */
import { type QueryBudget } from '../grpo/derived-settings.ts';
import type { Database, Execution, ExecutionBudget, ExecutionStatus, Question } from '../grpo/types.ts';
import { GOLD_BUDGET } from '../sql/gold-budget.ts';
import { hasTopLevelOrderBy } from '../sql/lex.ts';
import { matchResults, saysNothing } from '../sql/result-match.ts';

/**
 * Answers are held to the settings' budget, but their rows are kept as far as gold's are, so that they can be compared.
 */
export const ANSWER_BUDGET: Partial<ExecutionBudget> = { maxRows: GOLD_BUDGET.maxRows, maxBytes: GOLD_BUDGET.maxBytes };

/**
 * What the texts returned without the limits of what rewards may see: whether a result matches gold is decided on all
 * of it. `executions` are what they returned within the budget.
 */
export async function wholeResults(
  texts: readonly string[],
  executions: readonly Execution[],
  database: Database,
  budget: QueryBudget,
): Promise<Execution[]> {
  const cut = texts.filter((_, i) => executions[i]?.truncated === true);
  if (cut.length === 0) return [...executions];
  const whole = await database.execute(cut, { budget: { ...budget, ...ANSWER_BUDGET } });
  return executions.map((execution, i) => whole[cut.indexOf(texts[i] ?? '')] ?? execution);
}

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
   * True when the answer's result is that of the gold SQL or of one of its alternatives; null for a question without
   * gold that can be compared.
   * Rejects with GoldError.
   */
  async matches(question: Question, answer: Execution): Promise<boolean | null> {
    if (question.sql === undefined) return null;
    const golds = await this.#of(question, question.sql);
    if (!golds.some(isComplete)) return null;
    return golds.some((gold) => matchResults(gold.execution, answer, gold.ordered).match);
  }

  /**
   * False without gold, and where the gold SQL goes over its budget: too long or too many rows to compare. Rejects with
   * GoldError.
   */
  async isComparable(question: Question): Promise<boolean> {
    return question.sql !== undefined && (await this.#of(question, question.sql)).some(isComplete);
  }

  /**
   * True when wrong SQL matches easily: gold returns no rows, or nothing but 0 and NULL. Null without gold that can be
   * compared. Rejects with GoldError.
   */
  async isWeak(question: Question): Promise<boolean | null> {
    if (question.sql === undefined) return null;
    const [gold] = await this.#of(question, question.sql);
    return gold === undefined || !isComplete(gold) ? null : saysNothing(gold.execution);
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
      if (BROKEN.has(execution.status)) {
        const which = i === 0 ? 'gold SQL' : `alternative SQL ${i}`;
        throw new GoldError(
          `The ${which} of question "${question.id}" does not run (${execution.status}${execution.error === undefined ? '' : `: ${execution.error}`}).`,
        );
      }
      return { execution, ordered: hasTopLevelOrderBy(texts[i] ?? '') };
    });
  }
}

/** What says that the dataset is broken; going over the budget says that the result is too much to compare. */
const BROKEN: ReadonlySet<ExecutionStatus> = new Set(['invalid', 'refused', 'failed']);

function isComplete({ execution }: GoldResult): boolean {
  return (execution.status === 'rows' || execution.status === 'empty') && !execution.truncated;
}
