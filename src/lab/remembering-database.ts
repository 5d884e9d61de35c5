/** A database that knows what it answered before: the units of an experiment ask mostly the same SQL. */
import type { Database, Execution, ExecutionBudget, Schema } from '../grpo/types.ts';

/** Answers kept, and the most cells of one that is: a million cells at the very most. */
const KEPT = 5_000;
const LARGEST = 200;

/**
 * Hands out earlier answers to the same SQL under the same budget; the oldest are forgotten first. An answer depends on
 * SQL and budget alone, but for a statement whose worker had to be ended, which is asked again. Closing is left to the
 * owner of the database within.
 */
export class RememberingDatabase implements Database {
  readonly #within: Database;
  readonly #known = new Map<string, Execution>();

  constructor(within: Database) {
    this.#within = within;
  }

  get schema(): Schema {
    return this.#within.schema;
  }

  async execute(
    sql: readonly string[],
    options: { readonly budget?: Partial<ExecutionBudget>; readonly signal?: AbortSignal } = {},
  ): Promise<Execution[]> {
    options.signal?.throwIfAborted();
    const { maxVmSteps, deadlineMs, maxRows, maxBytes } = options.budget ?? {};
    const limits = [maxVmSteps, deadlineMs, maxRows, maxBytes].join(' ');
    const keyOf = (text: string): string => `${limits}\n${text}`;
    // Taken out first: what comes back must be there even when this very call makes room for it.
    const answers = new Map<string, Execution>();
    for (const text of sql) {
      const known = this.#known.get(keyOf(text));
      if (known !== undefined) answers.set(text, known);
    }
    const asked = [...new Set(sql)].filter((text) => !answers.has(text));
    const fresh = asked.length === 0 ? [] : await this.#within.execute(asked, options);
    for (const [i, execution] of fresh.entries()) {
      const text = asked[i] ?? '';
      answers.set(text, execution);
      if (execution.status !== 'killed' && execution.rows.length * execution.columns.length <= LARGEST)
        this.#remember(keyOf(text), execution);
    }
    return sql.map((text) => answers.get(text) as Execution);
  }

  close(): void {
    this.#known.clear();
  }

  #remember(key: string, execution: Execution): void {
    const oldest = this.#known.size >= KEPT ? this.#known.keys().next().value : undefined;
    if (oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(key, execution);
  }
}
