import { percent } from '../grpo/figures.ts';
import { seededRandom } from '../grpo/random.ts';
import { queryBudget, type QueryBudget, choosingWeights } from '../grpo/derived-settings.ts';
import { runAndScore } from '../grpo/run-once.ts';
import type { Database, Question, RewardComponent, RewardModel, ScoredRewards } from '../grpo/types.ts';
import { withinQuestionAuc } from '../lab/auc.ts';
import type { JudgedAnswer } from '../lab/auc.ts';
import { bestOfGroup } from '../lab/best-of-group.ts';
import type { BestOfGroup, PoolAnswer } from '../lab/best-of-group.ts';
import { fixedPolicy } from '../lab/evaluate.ts';
import { GoldResults, wholeResults } from '../lab/gold.ts';
import { agreementOf } from '../rewards/agreement.ts';
import { weightedTotal } from '../rewards/total.ts';
import { makeSketchSampler } from '../samplers/sketch/sketch-sampler.ts';
import { agreeingResults } from '../sql/agreeing.ts';
import { extractSql } from '../sql/extract.ts';
import { parseCompletions } from '../formats/completions-file.ts';
import type { GivenCompletion } from '../formats/completions-file.ts';
import { checkOutputs, readText, writeAll } from './files.ts';
import { configFrom, openInputs } from './inputs.ts';
import { UsageError, wholeNumber } from './options.ts';
import type { GivenOptions } from './options.ts';
import { rewardsFor } from './parts.ts';
import { everyTenth, toJson } from './report.ts';
import type { Report } from './report.ts';

/**
 * Completions sampled a question where no file gives them, hotter than in training so that more kinds of mistakes
 * occur.
 */
const SAMPLED = { size: '16', temperature: 1 } as const;
const DRAWN_SIZE = '8';
const DRAWS = '200';
/** What is reported: gold and feedback are no reference-free rewards. */
const MEASURED = ['validity', 'execution', 'quality', 'format', 'agreement', 'total', 'totalWithAgreement'] as const;
type Measured = (typeof MEASURED)[number];
/** Agreement's weight where the settings give it none: its column says what it would do. */
const AGREEMENT_WEIGHT = 0.5;

/** One completion of a question, run and scored among all completions of that question. */
interface Scored extends PoolAnswer {
  readonly source: string;
  readonly sql: string;
  readonly returnedRows: boolean;
  readonly rewards: ScoredRewards;
}

/** `lab rewards`. */
export async function rewards(given: GivenOptions, report: Report): Promise<void> {
  const completionsPath = given.one('completions');
  const config = configFrom(given, { temperature: SAMPLED.temperature });
  const groupSize = wholeNumber(
    'group-size',
    given.one('group-size') ?? (completionsPath === undefined ? SAMPLED.size : DRAWN_SIZE),
    2,
    1000,
  );
  const draws = wholeNumber('groups', given.one('groups') ?? DRAWS, 1, 100_000);
  const seed = wholeNumber('seed', given.one('seed') ?? '1', 0, Number.MAX_SAFE_INTEGER);
  const sources = given
    .one('sources')
    ?.split(',')
    .map((source) => source.trim());
  if (completionsPath === undefined && sources !== undefined)
    throw new UsageError('--sources chooses among the completions of a file: it needs --completions F.');
  const json = given.one('json');
  checkOutputs(json === undefined ? [] : [{ option: 'json', path: json }], [
    given.need('database'),
    given.need('questions'),
    ...(completionsPath === undefined ? [] : [completionsPath]),
  ]);
  const file =
    completionsPath === undefined
      ? null
      : chosen(parseCompletions(readText(completionsPath), completionsPath), sources, completionsPath);

  const { database, questions, dataset } = await openInputs(given);
  try {
    const weights = choosingWeights(config);
    const withAgreement = { ...weights, agreement: weights.agreement > 0 ? weights.agreement : AGREEMENT_WEIGHT };
    const model = rewardsFor(database)({ ...weights, agreement: 0 });
    const random = seededRandom(seed).next;
    const sampler = makeSketchSampler({ schema: database.schema });
    const gold = new GoldResults(database);
    const pools: Scored[][] = [];
    const asked: { readonly id: string; readonly weakGold: boolean }[] = [];
    for (const [index, question] of questions.entries()) {
      const texts: GivenCompletion[] =
        file === null
          ? (
              await sampler.generateGroup(
                { question: question.question, policy: fixedPolicy([]), temperature: config.temperature, random },
                groupSize,
              )
            ).map(({ text }) => ({ source: sampler.id, text, correct: undefined }))
          : [...(file.get(question.id) ?? [])];
      const pool = await scorePool(question, texts, {
        database,
        model,
        gold,
        budget: queryBudget(config),
      });
      if (pool !== null && pool.length > 0) {
        pools.push(pool);
        asked.push({ id: question.id, weakGold: (await gold.isWeak(question)) === true });
      }
      if (everyTenth(index + 1, questions.length)) report.progress(`question ${index + 1}/${questions.length}`);
    }
    if (pools.length === 0)
      throw new UsageError(
        'No completion can be judged: none has a "correct" flag or belongs to a question with gold SQL.',
      );

    const weakGold = asked.filter((one) => one.weakGold).length;
    const measured = measure(pools, withAgreement);
    const best =
      file === null
        ? null
        : bestOfGroup({
            pools,
            groupSize,
            draws,
            random: seededRandom(seed).next,
            withAgreement: (question, members) =>
              totalsWithAgreement(
                members.map((i) => pools[question]?.[i]).filter((one) => one !== undefined),
                withAgreement,
              ),
          });
    const count = pools.reduce((sum, pool) => sum + pool.length, 0);
    const distinctSql = pools.reduce((sum, pool) => sum + new Set(pool.map(({ sql }) => sql)).size, 0);
    if (json !== undefined) {
      writeAll([
        {
          path: json,
          text: toJson({
            format: 'grpo-sql-lab/rewards',
            version: 1,
            dataset,
            config,
            completionsFrom: file === null ? sampler.id : 'file',
            auc: Object.fromEntries(MEASURED.map((name) => [name, measured[name].auc])),
            pairs: Object.fromEntries(MEASURED.map((name) => [name, measured[name].pairs])),
            ...(best === null ? {} : { bestOfG: best, draws }),
            groupSize,
            questions: pools.length,
            completions: count,
            distinctSql,
            right: pools.reduce((sum, pool) => sum + pool.filter(({ correct }) => correct).length, 0),
            weakGold,
            agreementWeight: withAgreement.agreement,
            seed,
            ...(sources === undefined ? {} : { sources }),
            perQuestion: asked.map((question, i) => ({
              ...question,
              completions: inFile(pools[i] ?? [], withAgreement),
            })),
          }),
        },
      ]);
    }
    const auc = MEASURED.map(
      (name) => `${name} ${measured[name].auc?.toFixed(3) ?? '–'} (${measured[name].pairs})`,
    ).join(', ');
    report.result(
      `AUC within questions (pairs): ${auc}. ${pools.length} questions, ${distinctSql} distinct SQL texts of ${count} completions.${weakGold > 0 ? ` The gold SQL of ${weakGold} questions returns nothing, 0 or NULL: wrong SQL matches those easily.` : ''}${best === null ? '' : ` ${bestText(best, groupSize)}`}`,
    );
  } finally {
    database.close();
  }
}

function chosen(
  file: Map<string, readonly GivenCompletion[]>,
  sources: readonly string[] | undefined,
  path: string,
): Map<string, readonly GivenCompletion[]> {
  if (sources === undefined) return file;
  const known = new Set([...file.values()].flatMap((list) => list.map(({ source }) => source)));
  if (!sources.some((source) => known.has(source)))
    throw new UsageError(
      `--sources: ${path} has no completion from ${sources
        .map((source) => `"${source.slice(0, 60)}"`)
        .join(', ')
        .slice(0, 300)}. It has: ${[...known].sort().join(', ').slice(0, 1000)}.`,
    );
  return new Map([...file].map(([id, list]) => [id, list.filter(({ source }) => sources.includes(source))]));
}

interface Scoring {
  readonly database: Database;
  readonly model: RewardModel;
  readonly gold: GoldResults;
  readonly budget: QueryBudget;
}

/**
 * Runs and scores the completions of one question; null when it has no gold and the file does not say what is right.
 */
async function scorePool(
  question: Question,
  completions: readonly GivenCompletion[],
  { database, model, gold, budget }: Scoring,
): Promise<Scored[] | null> {
  const texts = completions.map(({ text }) => extractSql(text).sql);
  // The same SQL gives the same result: it is run and judged once.
  const distinct = [...new Set(texts)];
  const runs = await runAndScore(question, distinct, { database, rewards: model, budget });
  const executions = runs.map(({ execution }) => execution);
  const classes = await agreeingResults(runs, database);
  const whole = await wholeResults(distinct, executions, database, budget);
  const known = completions.some(({ correct }) => correct === undefined) && (await gold.isComparable(question));
  const matches = known ? await Promise.all(whole.map((execution) => gold.matches(question, execution))) : [];
  const pool: Scored[] = [];
  for (const [i, { source, correct }] of completions.entries()) {
    const at = distinct.indexOf(texts[i] ?? '');
    const run = runs[at];
    const right = correct ?? matches[at] ?? null;
    if (run === undefined) throw new Error('A completion was not run or not scored.');
    if (right === null) return null;
    pool.push({
      source,
      sql: texts[i] ?? '',
      correct: right,
      ran: classes[at] !== null && classes[at] !== undefined,
      result: classes[at] ?? null,
      returnedRows: run.execution.rows.length > 0,
      total: run.rewards.total,
      rewards: run.rewards,
    });
  }
  return pool;
}

function measure(
  pools: readonly (readonly Scored[])[],
  weights: Readonly<Record<RewardComponent, number>>,
): Record<Measured, ReturnType<typeof withinQuestionAuc>> {
  const answers = Object.fromEntries(MEASURED.map((name) => [name, [] as JudgedAnswer[][]])) as Record<
    Measured,
    JudgedAnswer[][]
  >;
  for (const pool of pools) {
    const agreement = agreementOf(
      pool.map(({ result }) => result),
      pool.map(({ returnedRows }) => returnedRows),
    );
    const together = totalsWithAgreement(pool, weights);
    const seen = new Map<string, number>();
    pool.forEach(({ sql }, i) => {
      if (!seen.has(sql)) seen.set(sql, i);
    });
    for (const name of MEASURED) {
      answers[name].push(
        [...seen.values()].map((i): JudgedAnswer => {
          const one = pool[i];
          const score =
            name === 'total'
              ? one?.total
              : name === 'totalWithAgreement'
                ? together[i]
                : name === 'agreement'
                  ? agreement[i]?.value
                  : one?.rewards.components[name]?.value;
          return { correct: one?.correct === true, score: score ?? null };
        }),
      );
    }
  }
  return Object.fromEntries(MEASURED.map((name) => [name, withinQuestionAuc(answers[name])])) as Record<
    Measured,
    ReturnType<typeof withinQuestionAuc>
  >;
}

/** One question's completions: all that AUC and the picks out of a group are made of. */
function inFile(pool: readonly Scored[], weights: Readonly<Record<RewardComponent, number>>): unknown {
  const agreement = agreementOf(
    pool.map(({ result }) => result),
    pool.map(({ returnedRows }) => returnedRows),
  );
  const together = totalsWithAgreement(pool, weights);
  return pool.map(({ source, sql, correct, result, returnedRows, total, rewards: { components, cappedAt } }, i) => ({
    source,
    sql,
    correct,
    // Equal numbers are equal results; null did not run to its end.
    result,
    returnedRows,
    rewards: {
      ...Object.fromEntries(Object.entries(components).map(([name, score]) => [name, score.value])),
      agreement: agreement[i]?.value ?? null,
    },
    ...(cappedAt === undefined ? {} : { cappedAt }),
    total,
    totalWithAgreement: together[i] ?? null,
  }));
}

/** The totals a group would have with the agreement component, caps kept. */
function totalsWithAgreement(
  group: readonly Scored[],
  weights: Readonly<Record<RewardComponent, number>>,
): (number | null)[] {
  const agreement = agreementOf(
    group.map(({ result }) => result),
    group.map(({ returnedRows }) => returnedRows),
  );
  return group.map(({ rewards: { components, cappedAt } }, i) => {
    const score = agreement[i];
    return cappedAt ?? weightedTotal(score === undefined ? components : { ...components, agreement: score }, weights);
  });
}

function bestText(best: BestOfGroup, groupSize: number): string {
  return `Right picks out of ${groupSize}, %: random ${percent(best.random)}, runnable ${percent(best.runnable)}, vote ${percent(best.vote)}, reward ${percent(best.reward)}, reward with agreement ${percent(best.rewardWithAgreement)}, best possible ${percent(best.oracle)}.`;
}
