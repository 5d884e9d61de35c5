/** What the question asks to be shown, as the decisions on columns and figures need it. */
import { askedOf, asksEverything, at, type AskedSlot } from '../../linking/asked.ts';
import { isMoney } from '../../linking/products.ts';
import { holdsNumbers, type SchemaIndex } from '../../linking/schema-index.ts';
import type { AggregateName, QuestionAnalysis } from '../../linking/types.ts';
import { displayColumn } from './display-column.ts';
import { tablesCounted } from './rankings.ts';
import type { Expression } from './sketch.ts';

/** How a column stands to what is asked for and not yet shown. */
export type Standing = 'asked for next' | 'asked for later' | 'not asked for';

/** Logits for it; what is not asked for is unlikely only where all that is asked for is known. */
const FIT: Readonly<Record<Standing, number>> = { 'asked for next': 2, 'asked for later': 0.8, 'not asked for': -1 };

export class Wanted {
  /** Columns and things asked for, in order of mention; figures are given for each of the last, if it is a group. */
  readonly listed: readonly AskedSlot[];
  readonly figures: readonly AskedSlot[];
  /** Words among those asked for that nothing is linked to. */
  readonly unknown: number;
  /** "The number of employees" is a column. */
  readonly showsNumber: boolean;
  /** "All information about …". */
  readonly everything: boolean;
  readonly #index: SchemaIndex;
  readonly #counted: ReadonlySet<string>;
  readonly #places = new Map<string, number>();

  constructor(analysis: QuestionAnalysis, index: SchemaIndex) {
    const asked = askedOf(analysis, index.schema).slots;
    this.#counted = tablesCounted(analysis);
    // "The number of orders" counts orders, whatever column of numbers has such a name too; "how many different ages"
    // counts ages.
    const slots = (
      this.#counted.size > 0 || analysis.intent.distinct ? asked : asked.map((slot) => numberAsColumn(slot, index))
    ).map((slot) => moneyAsFigure(slot, index));
    this.#index = index;
    this.everything = asksEverything(analysis);
    this.showsNumber = slots.some((slot, i) => slot.kind === 'column' && slot !== asked[i]);
    this.listed = slots.filter(({ kind }) => kind === 'column' || kind === 'thing');
    this.figures = slots.filter(({ kind }) => kind === 'figure');
    this.unknown = slots.filter(({ kind }) => kind === 'unknown').length;
    this.listed.forEach(({ columns, tables }, place) => {
      const shown = [...columns, ...[...tables].flatMap((table) => this.#nameOf(table))];
      for (const column of shown) if (!this.#places.has(column)) this.#places.set(column, place);
    });
  }

  #nameOf(table: string): string[] {
    const display = displayColumn(this.#index, table);
    return display === undefined ? [] : [at(table, display.column)];
  }

  /** Which of those listed an expression answers; −1 for none. */
  placeOf({ text }: Expression): number {
    return this.#places.get(text) ?? -1;
  }

  /** Null where the question asks for no column. `done`: the place of what was shown last, −1 for nothing. */
  standing(expression: Expression, done: number): Standing | null {
    if (this.listed.length === 0) return null;
    const place = this.placeOf(expression);
    return place === done + 1 ? 'asked for next' : place > done ? 'asked for later' : 'not asked for';
  }

  fit(expression: Expression, done: number): number {
    const standing = this.standing(expression, done);
    return standing === null || (standing === 'not asked for' && this.unknown > 0) ? 0 : FIT[standing];
  }

  /** Whether a figure of this kind is asked for of this column. */
  asksFigure(name: AggregateName, column: string): boolean {
    return this.figures.some(({ aggregate, columns }) => aggregate === name && columns.has(column));
  }

  /** Whether the rows of this table are counted: in what is asked for, or by a number or a superlative. */
  countsRowsOf(table: string): boolean {
    return this.#counted.has(table);
  }
}

/** "The number of employees" where that is a column of numbers: it is shown, not counted. */
function numberAsColumn(slot: AskedSlot, index: SchemaIndex): AskedSlot {
  if (slot.kind !== 'figure' || slot.aggregate !== 'COUNT' || slot.tables.size > 0) return slot;
  const numbers = [...slot.columns].filter((name) =>
    index.columns.some((column) => at(column.table, column.column) === name && holdsNumbers(column)),
  );
  return numbers.length === 0 ? slot : { ...slot, kind: 'column', columns: new Set(numbers), aggregate: null };
}

/** "The revenue by city" where no column has it: a sum is shown, not rows of a table named alike. */
function moneyAsFigure(slot: AskedSlot, index: SchemaIndex): AskedSlot {
  const isSum = !slot.group && slot.kind !== 'figure' && slot.columns.size === 0 && isMoney(slot.label, index);
  return isSum ? { ...slot, kind: 'figure', tables: new Set(), aggregate: 'SUM' } : slot;
}
