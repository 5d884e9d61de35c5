/**
 * Is the answer about the question? Judged without gold SQL, from what the question says about the schema
 * (`QuestionAnalysis`), what the SQL uses (`SqlStructure`) and what came back (`Execution`).
 */
import type { RewardReason, RewardScore, Schema } from '../grpo/types.ts';
import type { QuestionAnalysis } from '../linking/types.ts';
import type { SqlStructure } from '../sql/sql-structure.ts';
import { coverageOf, type Coverage } from './coverage.ts';
import { evasionReasons, isFixed } from './evasions.ts';
import { intentReasons } from './intent.ts';
import { joinReasons } from './joins.ts';
import { isKeyColumn } from './keys.ts';
import { resultReasons } from './result.ts';
import { compiled, reason, scoreOf, tablesOf, type Completed } from './score.ts';
import { shownReasons } from './shown.ts';

export interface Quality {
  readonly score: RewardScore;
  /**
   * Why the answer must not profit from being valid and running: it reads no table of the schema or returns only
   * constants ('empty'), or uses nothing the question mentions ('unrelated'). Null for an answer that tries.
   */
  readonly gate: 'empty' | 'unrelated' | null;
}

/** A column that says which row is meant: showing it for a table the question mentions needs no asking. */
const DISPLAY_NAME = /name|title|label/i;

const gated = (gate: 'empty' | 'unrelated', why: RewardReason): Quality => ({ gate, score: scoreOf([why]) });

/**
 * In [-1, 1]. Points come from one thing alone: the share of what the question mentions that the SQL uses. Everything
 * else only takes off: what is asked and not done, what is done unasked. So structure for its own sake cannot pay.
 */
export function qualityReward(completed: Completed, analysis: QuestionAnalysis): Quality {
  const { sql, structure, execution } = completed;
  if (sql.trim() === '') return gated('empty', reason(-1, 'no-sql-for-question'));
  const tables = tablesOf(structure);
  // A misspelt table is an attempt at a real one; an unknown name in SQL that does compile cannot occur.
  const attempts = compiled(execution) ? tables.size : structure.tables.length;
  if (attempts === 0) return gated('empty', reason(-1, 'reads-no-table'));
  if (structure.select.length > 0 && structure.select.every((item) => isFixed(item, sql)))
    return gated('empty', reason(-1, 'only-constants'));

  const read = readingOf(completed, analysis);
  const { coverage } = read;
  if (coverage.ignores && tables.size > 0)
    return gated('unrelated', reason(-1, 'unrelated', ...coverage.missed.slice(0, 3)));
  const { intent, numbers } = analysis;
  const says =
    coverage.share !== null ||
    intent.aggregates.length > 0 ||
    intent.superlative !== null ||
    intent.grouping.length > 0 ||
    numbers.length > 0;
  if (!says)
    return {
      gate: null,
      score: scoreOf([reason(-0.5, 'nothing-to-judge-by')]),
    };

  const reasons = [
    ...read.reasons(),
    ...evasionReasons(completed, analysis.question),
    ...resultReasons(completed, analysis),
  ];
  return { gate: null, score: scoreOf(reasons) };
}

/** What SQL and question say of one another, whatever comes back. */
interface Reading {
  readonly analysis: QuestionAnalysis;
  readonly schema: Schema;
  readonly coverage: Coverage;
  reasons(): readonly RewardReason[];
}

/**
 * The same SQL answers the same question again and again: kept as long as its structure, for the question it had last.
 */
const readings = new WeakMap<SqlStructure, Reading>();

function readingOf(completed: Completed, analysis: QuestionAnalysis): Reading {
  const { structure, schema } = completed;
  const known = readings.get(structure);
  if (known?.analysis === analysis && known.schema === schema) return known;
  const coverage = coverageOf(analysis, structure, schema);
  let reasons: readonly RewardReason[] | undefined;
  const reading: Reading = {
    analysis,
    schema,
    coverage,
    reasons: () =>
      (reasons ??= [
        ...coverageReasons(coverage),
        ...coverage.values.reasons,
        ...precisionReasons(structure, schema, coverage),
        ...shownReasons(structure, analysis, schema),
        ...intentReasons({ structure, schema }, analysis),
        ...joinReasons(structure, schema, coverage.mentions),
      ]),
  };
  readings.set(structure, reading);
  return reading;
}

function coverageReasons({ share, missed }: Coverage): RewardReason[] {
  if (share === null) return [reason(-0.3, 'nothing-linked')];
  const points = Math.round((1.2 * share - 0.4) * 100) / 100;
  const percent = Math.round(100 * share);
  if (percent >= 100) return [reason(points, 'uses-all')];
  return [
    missed.length === 0
      ? reason(points, 'uses-share', percent)
      : reason(points, 'uses-share-without', percent, ...missed.slice(0, 4)),
  ];
}

/** What the SQL uses although nothing in the question speaks for it. */
function precisionReasons(structure: SqlStructure, schema: Schema, coverage: Coverage): RewardReason[] {
  const reasons: RewardReason[] = [];
  const loose = (clauses: readonly string[]): string[] => [
    ...new Set(
      structure.columns
        .filter(
          (use) =>
            use.table !== null &&
            use.column !== null &&
            clauses.includes(use.clause) &&
            !use.inAggregate &&
            !coverage.supports(use.table, use.column) &&
            !isKeyColumn(schema, use.table, use.column) &&
            !(DISPLAY_NAME.test(use.column) && coverage.mentions(use.table)),
        )
        .map((use) => `${use.table ?? ''}.${use.column ?? ''}`),
    ),
  ];
  // With nothing linked, nothing can be called unsupported.
  if (coverage.linksColumns) {
    const shown = loose(['select']);
    if (shown.length > 0)
      reasons.push(reason(-Math.min(0.3, 0.12 * shown.length), 'columns-unasked', ...shown.slice(0, 3)));
    const filters = loose(['where', 'having']);
    if (filters.length > 0)
      reasons.push(reason(-Math.min(0.24, 0.12 * filters.length), 'filters-unasked', ...filters.slice(0, 3)));
  }
  return reasons;
}
