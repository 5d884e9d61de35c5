/** Does the SQL show what the question asks to see, and nothing else? */
import type { RewardReason, Schema } from '../grpo/types.ts';
import type { QuestionAnalysis } from '../linking/types.ts';
import type { SelectItem, SqlStructure } from '../sql/sql-structure.ts';
import { askedOf, asksEverything, at, type AskedSlot } from '../linking/asked.ts';
import { isKeyColumn, namesRowsOf, pointsAt } from './keys.ts';
import { reason } from './score.ts';

/** How well one output column answers one thing asked for, 0..1. */
const FULL = 1;
const ALMOST = 0.7;
const HALF = 0.4;

const MISSING = -0.25;
const EXTRA = -0.35;

export function shownReasons(structure: SqlStructure, analysis: QuestionAnalysis, schema: Schema): RewardReason[] {
  const { slots } = askedOf(analysis, schema);
  const items = structure.select.filter((item) => !item.star);
  if (structure.select.some((item) => item.star))
    return asksEverything(analysis) || slots.length === 0 ? [] : [reason(EXTRA, 'shows-all')];
  if (slots.length === 0 || items.length === 0) return [];
  const { pairs, free: unmatched, left } = matched(slots, items, structure, analysis, schema);
  const free = unmatched.filter((item) => !isNamedOutright(item, analysis));
  const reasons: RewardReason[] = [];
  for (const { slot, item, fit } of pairs) {
    if (fit <= HALF)
      reasons.push(reason(-0.2, slot.kind === 'thing' ? 'shows-no-name' : 'shows-instead', item.text, slot.label));
    else if (fit <= ALMOST) reasons.push(reason(-0.05, 'shows-perhaps', item.text, slot.label));
  }
  const missing = left.filter((slot) => !slot.group);
  const unnamed = left.filter((slot) => slot.group);
  if (missing.length > 0)
    reasons.push(
      reason(Math.max(-0.6, MISSING * missing.length), 'not-shown', ...missing.slice(0, 3).map(({ label }) => label)),
    );
  if (unnamed[0]) reasons.push(reason(-0.15, 'group-not-shown', unnamed[0].label));
  if (free.length > 0)
    reasons.push(
      reason(Math.max(-0.7, EXTRA * free.length), 'shows-unasked', ...free.slice(0, 3).map(({ text }) => text)),
    );
  return reasons;
}

/** "product names": the column and its table are said side by side, so it is asked for whatever else is. */
function isNamedOutright({ columns }: SelectItem, analysis: QuestionAnalysis): boolean {
  return (
    columns.length > 0 &&
    columns.every((use) =>
      analysis.columns.some(
        (link) => link.table === use.table && link.column === use.column && link.match === 'exact' && link.besideTable,
      ),
    )
  );
}

interface Pair {
  readonly slot: AskedSlot;
  readonly item: SelectItem;
  readonly fit: number;
}

/**
 * The best fits first; each slot and each output column at most once. What nobody could link takes any column left
 * over.
 */
function matched(
  slots: readonly AskedSlot[],
  items: readonly SelectItem[],
  structure: SqlStructure,
  analysis: QuestionAnalysis,
  schema: Schema,
): { pairs: Pair[]; free: SelectItem[]; left: AskedSlot[] } {
  const fits = slots
    .flatMap((slot) => items.map((item): Pair => ({ slot, item, fit: fitOf(slot, item, structure, analysis, schema) })))
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => b.fit - a.fit);
  const pairs: Pair[] = [];
  for (const pair of fits)
    if (!pairs.some(({ slot, item }) => slot === pair.slot || item === pair.item)) pairs.push(pair);
  let free = items.filter((item) => !pairs.some((pair) => pair.item === item));
  let left = slots.filter((slot) => !pairs.some((pair) => pair.slot === slot));
  const unknown = left.filter((slot) => slot.kind === 'unknown');
  left = [...left.filter((slot) => slot.kind !== 'unknown'), ...unknown.slice(free.length)];
  free = free.slice(unknown.length);
  return { pairs, free, left };
}

function fitOf(
  slot: AskedSlot,
  item: SelectItem,
  structure: SqlStructure,
  analysis: QuestionAnalysis,
  schema: Schema,
): number {
  const columns = item.columns.flatMap((use) =>
    use.table !== null && use.column !== null
      ? [{ table: use.table, column: use.column, name: at(use.table, use.column) }]
      : [],
  );
  const names = item.aggregates.map(({ name }) => name);
  const holds = columns.some(({ name }) => slot.columns.has(name));
  switch (slot.kind) {
    case 'unknown':
      return 0;
    case 'figure': {
      if (slot.aggregate === null) return 0;
      const does =
        names.includes(slot.aggregate) ||
        (slot.aggregate === 'SUM' && names.includes('TOTAL')) ||
        (slot.aggregate === 'AVG' && names.includes('SUM') && names.includes('COUNT'));
      const ownColumn = slot.columns.size === 0 || holds || columns.length === 0;
      if (does) return ownColumn || slot.aggregate === 'COUNT' ? FULL : ALMOST;
      // A subquery or a CTE may have computed it.
      if (columns.length === 0) return names.length === 0 ? ALMOST : 0;
      // "How many people" may be a column that counts them, or its sum.
      if (
        slot.aggregate === 'COUNT' &&
        holds &&
        columns.every(({ table, column }) => isNumeric(schema, table, column) && !isKeyColumn(schema, table, column))
      )
        return names.every((name) => name === 'SUM') ? FULL : 0;
      if (
        (slot.aggregate === 'MAX' || slot.aggregate === 'MIN') &&
        holds &&
        structure.limits.length > 0 &&
        names.length === 0
      )
        return FULL;
      // A column may have the figure's word in its name.
      return holds && names.length === 0 && columns.some(({ column }) => overlapsName(column, slot.aggregate ?? ''))
        ? FULL
        : 0;
    }
    case 'column':
      // In a table `city`, the column `city` is the name.
      if (
        !holds &&
        names.length === 0 &&
        columns.some(
          ({ table, column }) =>
            NAME.test(slot.label) &&
            sameWord(table, column) &&
            [...slot.columns].every((name) => !name.startsWith(`${table}.`)),
        )
      )
        return FULL;
      if (!holds) return 0;
      return names.length === 0 ? FULL : isRanked(names, analysis) ? ALMOST : HALF;
    case 'thing': {
      if (names.length > 0) return holds && isRanked(names, analysis) ? ALMOST : 0;
      // What the question itself gives is no answer to it.
      if (columns.some((column) => isGiven(column, structure))) return 0;
      if (
        holds ||
        columns.some(({ table, column }) =>
          [...slot.tables].some((wanted) => namesRowsOf(schema, table, column, wanted)),
        )
      )
        return FULL;
      return columns.some(
        ({ table, column }) =>
          slot.tables.has(table) || [...slot.tables].some((wanted) => pointsAt(schema, table, column, wanted)),
      )
        ? HALF
        : 0;
    }
  }
}

const NAME = /\bnames?\b/i;
const sameWord = (a: string, b: string): boolean =>
  a.toLowerCase().replace(/s$/, '') === b.toLowerCase().replace(/s$/, '');

/** Compared with one written value in the outermost SELECT: every row shows that value. */
function isGiven(
  { table, column }: { readonly table: string; readonly column: string },
  structure: SqlStructure,
): boolean {
  return (
    !/\bOR\b/i.test(structure.sql) &&
    structure.literals.some(
      (literal) =>
        literal.depth === 0 &&
        literal.clause === 'where' &&
        literal.operator === '=' &&
        literal.column?.table === table &&
        literal.column.column === column,
    )
  );
}

const isRanked = (names: readonly string[], { intent }: QuestionAnalysis): boolean =>
  intent.superlative !== null && names.every((name) => name === 'MAX' || name === 'MIN');

const WORDS: Readonly<Record<string, RegExp>> = {
  AVG: /av(g|erage)|mean/i,
  SUM: /sum|tot/i,
  COUNT: /count|num|no_|qty|quantity/i,
  MAX: /max|high|large/i,
  MIN: /min|low/i,
};
const overlapsName = (column: string, aggregate: string): boolean => WORDS[aggregate]?.test(column) === true;

function isNumeric(schema: Schema, table: string, column: string): boolean {
  const holds = schema.profiles.find((profile) => profile.table === table && profile.column === column)?.holds;
  return holds === 'integer' || holds === 'real';
}
