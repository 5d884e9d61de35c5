/** How much of what a question mentions an SQL text uses, and what it uses that the question speaks for. */
import type { RewardReason, Schema } from '../grpo/types.ts';
import type { QuestionAnalysis, Span, ValueLink } from '../linking/types.ts';
import type { LiteralUse, SqlStructure } from '../sql/sql-structure.ts';
import { at } from '../linking/asked.ts';
import { keysOf } from './keys.ts';
import { reason, tablesOf } from './score.ts';

export interface Coverage {
  /** Share of the question's linked words that the SQL uses, 0..1; null when no word is linked. */
  readonly share: number | null;
  /** Linked words of the question that the SQL does not use. */
  readonly missed: readonly string[];
  /** The SQL uses nothing the question asks about, although the question says plainly what that is. */
  readonly ignores: boolean;
  readonly linksColumns: boolean;
  readonly supports: (table: string, column: string) => boolean;
  readonly mentions: (table: string) => boolean;
  readonly values: { readonly reasons: readonly RewardReason[] };
}

/** Links weaker than this are guesses: they neither gate nor count as missed. */
const PLAIN_LINK = 0.5;
/** What using a foreign key to a table is worth of using the table. */
const KEY_WORTH = 0.8;
const range = ({ first, last }: Span): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const fold = (value: string | number | null): string =>
  String(value)
    .toLowerCase()
    .replace(/^%+|%+$/g, '')
    .trim();

export function coverageOf(analysis: QuestionAnalysis, structure: SqlStructure, schema: Schema): Coverage {
  const tables = tablesOf(structure);
  const columns = new Set(
    structure.columns.flatMap((use) => (use.table !== null && use.column !== null ? [at(use.table, use.column)] : [])),
  );
  if (structure.select.some((item) => item.star)) {
    const shown = new Set(structure.tables.filter((table) => table.depth === 0).map((table) => table.name));
    for (const table of schema.tables)
      if (shown.has(table.name)) for (const column of table.columns) columns.add(at(table.name, column.name));
  }
  const valueUse = new Map(analysis.values.map((link) => [link, useOf(link, structure)]));

  // A word is used when any of the things it may mean is used; what it is worth is the best link's score.
  const words = new Map<number, { worth: number; used: number; specific: boolean }>();
  const mark = (span: Span, score: number, used: number, specific: boolean): void => {
    for (const i of range(span)) {
      if (analysis.tokens[i]?.stop !== false) continue;
      const word = words.get(i) ?? { worth: 0, used: 0, specific: false };
      word.worth = Math.max(word.worth, score);
      word.used = Math.max(word.used, used * score);
      word.specific ||= specific && used > 0;
      words.set(i, word);
    }
  };
  const homes = new Map<string, Set<string>>();
  for (const link of analysis.columns) {
    const key = `${link.span.first}-${link.span.last}`;
    homes.set(key, (homes.get(key) ?? new Set()).add(link.table));
  }
  const pointsAt = keysOf(schema);
  const linkedTables = new Set(analysis.tables.filter((link) => link.score >= PLAIN_LINK).map((link) => link.table));
  // A key that points at a table speaks of its rows: counting `paper_id` is counting papers.
  for (const link of analysis.tables)
    mark(
      link.span,
      link.score,
      tables.has(link.table) ? 1 : [...columns].some((column) => pointsAt.get(column)?.has(link.table)) ? KEY_WORTH : 0,
      true,
    );
  for (const link of analysis.columns) {
    // A name that columns of several tables share ("name") says little by itself.
    const specific = homes.get(`${link.span.first}-${link.span.last}`)?.size === 1 || linkedTables.has(link.table);
    mark(link.span, link.score, columns.has(at(link.table, link.column)) ? 1 : 0, specific);
  }
  for (const link of analysis.values) mark(link.span, link.score, VALUE_WORTH[valueUse.get(link) ?? 'absent'], true);

  // "The price list: product names with their list prices": a word that comes again is used wherever it is.
  const byStem = new Map<string, { used: number; specific: boolean }>();
  const stemAt = (i: number): string => analysis.tokens[i]?.stem ?? '';
  for (const [i, { worth, used, specific }] of words) {
    const known = byStem.get(stemAt(i));
    byStem.set(stemAt(i), {
      used: Math.max(known?.used ?? 0, worth > 0 ? used / worth : 0),
      specific: known?.specific === true || specific,
    });
  }
  for (const [i, word] of words) {
    word.used = Math.max(word.used, word.worth * (byStem.get(stemAt(i))?.used ?? 0));
    word.specific ||= byStem.get(stemAt(i))?.specific === true;
  }

  // "average" and "highest" ask for something to be done; that no column is called so is no lack.
  const asks = new Set(
    [...analysis.intent.aggregates, ...(analysis.intent.superlative ? [analysis.intent.superlative] : [])].flatMap(
      ({ span }) => range(span),
    ),
  );
  const linked = [...words.entries()].filter(([i, word]) => word.used > 0 || !asks.has(i)).sort(([a], [b]) => a - b);
  const worth = linked.reduce((sum, [, word]) => sum + word.worth, 0);
  const used = linked.reduce((sum, [, word]) => sum + word.used, 0);
  const plain = linked.filter(([, word]) => word.worth >= PLAIN_LINK);
  const support = new Set([
    ...analysis.columns.map((link) => at(link.table, link.column)),
    ...analysis.values.map((link) => at(link.table, link.column)),
  ]);
  const mentioned = new Set([
    ...linkedTables,
    ...analysis.values.filter((link) => valueUse.get(link) === 'there').map((link) => link.table),
  ]);
  const missed = plain.filter(([, word]) => word.used === 0).map(([i]) => analysis.tokens[i]?.text ?? '');
  return {
    share: worth > 0 ? used / worth : null,
    missed,
    ignores:
      missed.length > 0 &&
      !linked.some(([, word]) => word.specific) &&
      used <= worth / 2 &&
      !namesStoredValue(analysis, structure, schema) &&
      !(doesWhatIsAsked(analysis, structure) && besideLinks(analysis, tables, schema)),
    linksColumns: analysis.columns.length + analysis.values.length > 0,
    supports: (table, column) => support.has(at(table, column)),
    mentions: (table) => mentioned.has(table),
    values: { reasons: valueReasons(analysis, structure, valueUse, schema) },
  };
}

/** Does it compute, group or rank as the question asks, whatever the names? "Revenue" may be a sum of prices. */
function doesWhatIsAsked({ intent }: QuestionAnalysis, structure: SqlStructure): boolean {
  return (
    structure.aggregates.some((use) => intent.aggregates.some(({ name }) => name === use.name)) ||
    (intent.grouping.length > 0 && structure.groupBy.length > 0) ||
    (intent.superlative !== null && structure.orderBy.length > 0)
  );
}

/** Does it read a table that a foreign key ties to one the question's words may mean? */
function besideLinks(analysis: QuestionAnalysis, tables: ReadonlySet<string>, schema: Schema): boolean {
  const meant = new Set([...analysis.tables, ...analysis.columns, ...analysis.values].map(({ table }) => table));
  return schema.tables.some((table) =>
    table.foreignKeys.some(
      ({ toTable }) => (tables.has(table.name) && meant.has(toTable)) || (tables.has(toTable) && meant.has(table.name)),
    ),
  );
}

/** Does the SQL compare a column with a value that both the question and that column hold? */
function namesStoredValue(analysis: QuestionAnalysis, structure: SqlStructure, schema: Schema): boolean {
  const question = analysis.question.toLowerCase();
  return structure.literals.some(
    (literal) =>
      typeof literal.value === 'string' &&
      literal.operator !== null &&
      fold(literal.value).length > 2 &&
      question.includes(fold(literal.value)) &&
      isStored(literal, schema),
  );
}

function isStored(literal: LiteralUse, schema: Schema): boolean {
  return schema.profiles.some(
    (profile) =>
      profile.table === literal.column?.table &&
      profile.column === literal.column.column &&
      profile.values.some((value) => fold(value) === fold(literal.value)),
  );
}

type ValueUse = 'there' | 'elsewhere' | 'respelt' | 'absent';
const VALUE_WORTH: Readonly<Record<ValueUse, number>> = { there: 1, elsewhere: 0.3, respelt: 0.5, absent: 0 };

/** Is a stored value compared with the column it is stored in, exactly as stored? */
function useOf(link: ValueLink, structure: SqlStructure): ValueUse {
  let best: ValueUse = 'absent';
  for (const literal of structure.literals) {
    if (literal.value === null || fold(literal.value) !== fold(link.value)) continue;
    const here = literal.column?.table === link.table && literal.column.column === link.column;
    const pattern = literal.operator !== null && /LIKE/.test(literal.operator);
    const exact = pattern || String(literal.value) === link.value;
    const use: ValueUse = here ? (exact ? 'there' : 'respelt') : 'elsewhere';
    if (VALUE_WORTH[use] > VALUE_WORTH[best]) best = use;
  }
  return best;
}

function valueReasons(
  analysis: QuestionAnalysis,
  structure: SqlStructure,
  uses: ReadonlyMap<ValueLink, ValueUse>,
  schema: Schema,
): RewardReason[] {
  const reasons: RewardReason[] = [];
  // The same words may be a value of several columns: the best use counts.
  const bySpan = new Map<string, { text: string; use: ValueUse; score: number }>();
  for (const [link, use] of uses) {
    const key = `${link.span.first}-${link.span.last}`;
    const known = bySpan.get(key);
    const better = known === undefined || VALUE_WORTH[use] > VALUE_WORTH[known.use];
    bySpan.set(key, {
      text: link.value,
      use: better ? use : known.use,
      score: Math.max(link.score, known?.score ?? 0),
    });
  }
  const strong = [...bySpan.values()].filter((one) => one.score >= PLAIN_LINK);
  const each = strong.length === 0 ? 0 : 1 / Math.max(1, strong.length);
  for (const { text, use } of strong) {
    if (use === 'there') reasons.push(reason(0, 'value-found', text));
    else if (use === 'respelt') reasons.push(reason(round(-0.2 * each), 'value-respelt', text));
    else if (use === 'elsewhere') reasons.push(reason(round(-0.2 * each), 'value-elsewhere', text));
  }
  const question = analysis.question.toLowerCase();
  const linkedValues = new Set(analysis.values.map((link) => fold(link.value)));
  const stems = new Set(analysis.tokens.map((token) => token.lower));
  const invented = structure.literals.filter(
    (literal) =>
      typeof literal.value === 'string' &&
      literal.operator !== null &&
      literal.column !== null &&
      fold(literal.value).length > 2 &&
      !question.includes(fold(literal.value)) &&
      !linkedValues.has(fold(literal.value)) &&
      !fold(literal.value)
        .split(/[^\p{L}\p{N}]+/u)
        .some((word) => word.length > 1 && stems.has(word)),
  );
  // A value the data hold may be what the question means in other words ("French": “France”).
  const [some] = invented;
  if (some)
    reasons.push(
      reason(
        -Math.min(
          0.3,
          invented.reduce((sum, one) => sum + (isStored(one, schema) ? 0.05 : 0.15), 0),
        ),
        'value-invented',
        String(some.value).slice(0, 40),
      ),
    );
  return reasons;
}

const round = (points: number): number => Math.round(points * 100) / 100;
