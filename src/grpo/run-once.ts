/** SQL texts run and scored, each text once: a group repeats itself, and the same SQL has the same result. */
import type { QueryBudget } from './derived-settings.ts';
import type { Database, Execution, Question, RewardModel, ScoredRewards } from './types.ts';

/** A text that was run and scored. */
export interface ScoredSql {
  readonly sql: string;
  readonly execution: Execution;
  readonly rewards: ScoredRewards;
}

/** One result for each text, in their order, though each distinct text is run once. Rejects with AbortError. */
async function runOnce(
  texts: readonly string[],
  database: Pick<Database, 'execute'>,
  budget: QueryBudget,
  signal?: AbortSignal,
): Promise<Execution[]> {
  const distinct = [...new Set(texts)];
  const executions = await database.execute(distinct, { budget, signal });
  return texts.map((sql) => executions[distinct.indexOf(sql)] as Execution);
}

/** The texts as one group of completions of a question, run and scored, in their order. Rejects with AbortError. */
export async function runAndScore(
  question: Question,
  texts: readonly string[],
  {
    database,
    rewards,
    budget,
    signal,
  }: {
    readonly database: Pick<Database, 'execute'>;
    readonly rewards: RewardModel;
    readonly budget: QueryBudget;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<ScoredSql[]> {
  const executions = await runOnce(texts, database, budget, signal);
  const completions = texts.map((sql, i) => ({ sql, execution: executions[i] as Execution }));
  const scored = await rewards.score(question, completions);
  return completions.map((completion, i) => ({ ...completion, rewards: scored[i] as ScoredRewards }));
}
