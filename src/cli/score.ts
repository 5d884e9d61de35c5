import { parseAnswers } from '../formats/dataset.ts';
import { rewardWeights, queryBudget } from '../grpo/derived-settings.ts';
import { reasonWords } from '../grpo/reason-words.ts';
import type { ReasonMessage } from '../grpo/reward-reasons.ts';
import { runAndScore } from '../grpo/run-once.ts';
import type { RewardComponent, RewardReason } from '../grpo/types.ts';
import { GoldResults, wholeResults } from '../lab/gold.ts';
import { reasonsOf } from '../sql/result-match.ts';
import { checkOutputs, readText, writeAll } from './files.ts';
import { configFrom, openInputs } from './inputs.ts';
import { UsageError } from './options.ts';
import type { GivenOptions } from './options.ts';
import { rewardsFor } from './parts.ts';
import { everyTenth, toJson } from './report.ts';
import type { Report } from './report.ts';

/** With its sentence. */
type ToldReason = RewardReason & { readonly text: string };

/** One scored SQL text. Rewards are in [-1, 1]; null where one could not be computed. */
interface ScoredItem {
  readonly id: string;
  readonly validity: number | null;
  readonly execution: number | null;
  readonly quality: number | null;
  readonly format: number | null;
  readonly total: number | null;
  /** It ran to its end, with or without rows. */
  readonly executed: boolean;
  /** Null where the question has no gold SQL. */
  readonly matchesGold: boolean | null;
  /** Why, each with its sentence; none where the question has no gold SQL. */
  readonly verdict: readonly (ReasonMessage & { readonly text: string })[];
  readonly reasons: Readonly<Partial<Record<RewardComponent, readonly ToldReason[]>>>;
}

/** `lab score`. */
export async function score(given: GivenOptions, report: Report): Promise<void> {
  const config = configFrom(given);
  const json = given.one('json');
  const sqlPath = given.need('sql-file');
  checkOutputs(json === undefined ? [] : [{ option: 'json', path: json }], [
    given.need('database'),
    given.need('questions'),
    sqlPath,
  ]);
  const answers = parseAnswers(readText(sqlPath), sqlPath);

  const { database, questions, dataset } = await openInputs(given);
  try {
    const byId = new Map(questions.map((question) => [question.id, question]));
    const asked = answers.map(({ id, sql }, index) => {
      const question = byId.get(id);
      if (question === undefined)
        throw new UsageError(
          `${sqlPath}: entry ${index + 1} (${JSON.stringify(id.slice(0, 60))}) answers no question of ${given.need('questions')}.`,
        );
      return { question, sql };
    });
    const rewards = rewardsFor(database)(rewardWeights(config));
    const gold = new GoldResults(database);
    const budget = queryBudget(config);
    const items: ScoredItem[] = [];
    for (const [index, { question, sql }] of asked.entries()) {
      const [run] = await runAndScore(question, [sql], { database, rewards, budget });
      if (run === undefined) throw new Error('The SQL was not run or not scored.');
      const { execution } = run;
      const { components, total } = run.rewards;
      const [whole = execution] = await wholeResults([sql], [execution], database, budget);
      const verdict = await gold.verdict(question, whole);
      const value = (name: RewardComponent): number | null => components[name]?.value ?? null;
      items.push({
        id: question.id,
        validity: value('validity'),
        execution: value('execution'),
        quality: value('quality'),
        format: value('format'),
        total,
        executed: execution.status === 'rows' || execution.status === 'empty',
        matchesGold: verdict?.match ?? null,
        verdict: verdict === null ? [] : reasonsOf(verdict).map((told) => ({ text: reasonWords(told), ...told })),
        reasons: Object.fromEntries(
          Object.entries(components).map(([name, component]) => [
            name,
            component.reasons.map((reason) => ({ text: reasonWords(reason), ...reason })),
          ]),
        ),
      });
      if (everyTenth(index + 1, asked.length)) report.progress(`scored ${index + 1}/${asked.length}`);
    }
    if (json !== undefined)
      writeAll([{ path: json, text: toJson({ format: 'grpo-sql-lab/scores', version: 1, dataset, config, items }) }]);
    const known = items.filter((item) => item.matchesGold !== null);
    report.result(
      `${items.length} SQL texts scored: ${items.filter((item) => item.executed).length} ran, ${known.filter((item) => item.matchesGold === true).length} of ${known.length} match the gold SQL.`,
    );
  } finally {
    database.close();
  }
}
