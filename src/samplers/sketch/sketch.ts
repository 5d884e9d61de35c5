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

export interface Figure {
  readonly name: AggregateFunction;
  /** Null for COUNT(*). */
  readonly argument: Expression | null;
  /** The table whose rows COUNT(*) is meant to count, where that is known. */
  readonly rowsOf: string | null;
  readonly distinct: boolean;
  /** The figure is divided by that of this: SUM(argument) / SUM(over). */
  readonly over?: Expression;
}

export type Operator = ComparisonOperator | '<>' | 'LIKE' | 'IS NULL';

export interface Condition {
  readonly on: Expression;
  readonly operator: Operator;
  /** Another column of the row where it is no constant. */
  readonly value: string | number | Expression;
  readonly upper: string | number | null;
}

export interface Sketch {
  readonly select: readonly Expression[];
  readonly star: boolean;
  readonly figures: readonly Figure[];
  readonly showFigures: boolean;
  readonly groupBy: readonly Expression[];
  readonly conditions: readonly Condition[];
  /**
   * The figure is the share of the rows that meet the conditions: of all, or the last condition's of those that meet
   * the rest; in per cent or as a part of 1.
   */
  readonly share: { readonly percent: boolean } | null;
  readonly shareOf: 'all' | 'rest';
  /** The conditions are alternatives (OR); each is enough. */
  readonly any: boolean;
  /** The first two conditions are met by different rows of one thing (INTERSECT). */
  readonly both: boolean;
  /** On the first figure. */
  readonly having: {
    readonly operator: ComparisonOperator;
    readonly value: number;
    readonly upper: number | null;
  } | null;
  readonly orderBy: Expression | 'figure' | null;
  readonly descending: boolean;
  readonly limit: number | null;
  /** Rows passed over before the limit: 1 for "the second". */
  readonly offset: number;
  /** Rows whose value is the greatest or smallest of all: `x = (SELECT MAX(x) …)`. */
  readonly extreme: { readonly on: Expression; readonly greatest: boolean } | null;
  /** Rows above or below the average. */
  readonly average: { readonly on: Expression; readonly operator: '>' | '<' } | null;
  /** Rows whose key never occurs in this table. */
  readonly absentFrom: string | null;
  /** The conditions hold within the subquery (NOT IN, extreme), not outside. */
  readonly inside: boolean;
  /** One column of two tables: what both have, only the first, or either. */
  readonly combined: {
    readonly operator: 'INTERSECT' | 'EXCEPT' | 'UNION';
    readonly first: Expression;
    readonly second: Expression;
  } | null;
  /** The rows are counted: groups, or what both searches find. */
  readonly countGroups: boolean;
  readonly distinct: boolean;
  /** Tables that only filter stand in `IN (SELECT …)`, so that they multiply no rows. */
  readonly semijoin: boolean;
  /** Tables needed, in order of choice. */
  readonly tables: readonly string[];
  /** Which of the ways to join them: 0 is the shortest. */
  readonly path: number;
  readonly joinOn: boolean;
  /** A column name made up from a word of the question, as a weak model does; null when none is. */
  readonly invented: string | null;
  readonly alias: boolean;
}

export const EMPTY_SKETCH: Sketch = {
  select: [],
  star: false,
  figures: [],
  showFigures: true,
  groupBy: [],
  conditions: [],
  share: null,
  shareOf: 'all',
  any: false,
  both: false,
  having: null,
  orderBy: null,
  descending: true,
  limit: null,
  offset: 0,
  combined: null,
  extreme: null,
  average: null,
  absentFrom: null,
  inside: false,
  countGroups: false,
  distinct: false,
  semijoin: false,
  tables: [],
  path: 0,
  joinOn: true,
  invented: null,
  alias: false,
};

export function columnExpression(table: string, column: string): Expression {
  return { text: `${table}.${column}`, tables: [table], write: (name) => name(table, column) };
}

/** A number stored as text, read as the number: as text, 9 comes after 10. */
export function numberExpression(table: string, column: string): Expression {
  return {
    text: `number in ${table}.${column}`,
    tables: [table],
    write: (name) => `CAST(${name(table, column)} AS REAL)`,
  };
}

export const isReadAsNumber = ({ text }: Expression): boolean => text.startsWith('number in ');

interface ColumnName {
  readonly table: string;
  readonly column: string;
}

/** Of one row, or of a row and the one that it refers to. */
export function productExpression(a: ColumnName, b: ColumnName): Expression {
  return {
    text: `${a.table}.${a.column} * ${b.table}.${b.column}`,
    tables: a.table === b.table ? [a.table] : [a.table, b.table],
    write: (name) => `${name(a.table, a.column)} * ${name(b.table, b.column)}`,
  };
}

/** One number of a row divided by another. */
export function ratioExpression(table: string, a: string, b: string): Expression {
  return {
    text: `${table}.${a} / ${table}.${b}`,
    tables: [table],
    write: (name) => `${name(table, a)} * 1.0 / ${name(table, b)}`,
  };
}

/** The year of a date, as a number. */
export function yearExpression(table: string, column: string): Expression {
  return {
    text: `year of ${table}.${column}`,
    tables: [table],
    write: (name) => `CAST(strftime('%Y', ${name(table, column)}) AS INTEGER)`,
  };
}

/** A whole number of cents as an amount of money. */
export function hundredthExpression(table: string, column: string): Expression {
  return { text: `${table}.${column} / 100.0`, tables: [table], write: (name) => `${name(table, column)} / 100.0` };
}

/** Days from one date to another. */
export function durationExpression(table: string, from: string, to: string): Expression {
  return {
    text: `days from ${table}.${from} to ${to}`,
    tables: [table],
    write: (name) => `julianday(${name(table, to)}) - julianday(${name(table, from)})`,
  };
}

/** The day of a date or of a time stamp, as text. */
export function dayExpression(table: string, column: string): Expression {
  return { text: `date(${table}.${column})`, tables: [table], write: (name) => `date(${name(table, column)})` };
}

/** `format` is strftime's: '%Y' or '%Y-%m'. */
export function dateExpression(table: string, column: string, format: string): Expression {
  return {
    text: `strftime('${format}', ${table}.${column})`,
    tables: [table],
    write: (name) => `strftime('${format}', ${name(table, column)})`,
  };
}
