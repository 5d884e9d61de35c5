/** A SQL sketch: the choices a completion is made of, before it is text. */
import type { ComparisonOperator } from '../../linking/types.ts';

/** Something that can be selected, grouped or ordered by. */
export interface Expression {
  /** With table names, e.g. `order_items.quantity * order_items.unit_price`; also its identity. */
  readonly text: string;
  readonly tables: readonly string[];
  /** Writes it with the given way of naming a column. */
  write(name: (table: string, column: string) => string): string;
}

export type AggregateFunction = 'COUNT' | 'SUM' | 'AVG' | 'MAX' | 'MIN';

export interface Measure {
  readonly name: AggregateFunction;
  /** Null for COUNT(*). */
  readonly argument: Expression | null;
  /** The table whose rows COUNT(*) is meant to count, where that is known. */
  readonly rowsOf: string | null;
  readonly distinct: boolean;
}

export interface Filter {
  readonly on: Expression;
  readonly operator: ComparisonOperator | '<>' | 'LIKE';
  readonly value: string | number;
  readonly upper: number | null;
}

export interface Sketch {
  readonly select: readonly Expression[];
  readonly star: boolean;
  readonly measure: Measure | null;
  readonly showMeasure: boolean;
  readonly groupBy: Expression | null;
  readonly filters: readonly Filter[];
  readonly having: { readonly operator: ComparisonOperator; readonly value: number; readonly upper: number | null } | null;
  readonly orderBy: Expression | 'measure' | null;
  readonly descending: boolean;
  readonly limit: number | null;
  readonly distinct: boolean;
  /** Rows whose key never occurs in this table. */
  readonly absentFrom: string | null;
  /** Tables needed, in order of choice. */
  readonly tables: readonly string[];
  readonly joinOn: boolean;
  /** A column name made up from a word of the question, as a weak model does; null when none is. */
  readonly invented: string | null;
  readonly alias: boolean;
}

export const EMPTY_SKETCH: Sketch = {
  select: [], star: false, measure: null, showMeasure: true, groupBy: null, filters: [], having: null, orderBy: null, descending: true, limit: null,
  distinct: false, absentFrom: null, tables: [], joinOn: true, invented: null, alias: false,
};

export function columnExpression(table: string, column: string): Expression {
  return { text: `${table}.${column}`, tables: [table], write: (name) => name(table, column) };
}

export function productExpression(table: string, a: string, b: string): Expression {
  return { text: `${table}.${a} * ${table}.${b}`, tables: [table], write: (name) => `${name(table, a)} * ${name(table, b)}` };
}

/** `format` is strftime's: '%Y' or '%Y-%m'. */
export function dateExpression(table: string, column: string, format: string): Expression {
  return { text: `strftime('${format}', ${table}.${column})`, tables: [table], write: (name) => `strftime('${format}', ${name(table, column)})` };
}
