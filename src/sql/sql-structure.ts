/**
 * What a SQL text consists of: the vocabulary that structure.ts fills in. All offsets are UTF-16 indices into the SQL.
 */

/** UTF-16 indices into the SQL, `end` exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export type Clause = 'select' | 'from' | 'join' | 'where' | 'group' | 'having' | 'order' | 'limit';

/** A name in column position. */
export interface ColumnUse extends TextRange {
  /** As written. */
  readonly text: string;
  /** The column of the schema it means, spelt as the schema spells it; null when it means none. */
  readonly table: string | null;
  readonly column: string | null;
  /**
   * column: one of the schema, possibly seen through a subquery or CTE · alias: an output column's alias ·
   * derived: a computed column of a subquery or CTE · constant: one that is the same whatever the data say · system:
   * `rowid` or a column of SQLite's own tables ·
   * ambiguous: more than one table has it (the first is given) · unknown: nothing has it.
   */
  readonly status: 'column' | 'alias' | 'derived' | 'constant' | 'system' | 'ambiguous' | 'unknown';
  /** Written with its table's name or alias before it. */
  readonly qualified: boolean;
  readonly clause: Clause;
  /** 0 in the outermost SELECT, 1 in its subqueries and CTEs, … */
  readonly depth: number;
  /** Inside an aggregate's argument. */
  readonly inAggregate: boolean;
}

export interface TableUse extends TextRange {
  /** The schema's spelling; as written when the schema has no such table. */
  readonly name: string;
  readonly alias: string | null;
  /** system: SQLite's own tables (`sqlite_schema`, `pragma_…`) and table functions. */
  readonly kind: 'table' | 'cte' | 'system' | 'unknown';
  readonly depth: number;
}

export interface AggregateUse extends TextRange {
  /** In capitals: COUNT, SUM, AVG, MIN, MAX, TOTAL, GROUP_CONCAT. */
  readonly name: string;
  readonly distinct: boolean;
  /** With columns resolved: `order_items.quantity * order_items.unit_price`, `*`. */
  readonly argument: string;
  readonly columns: readonly ColumnUse[];
  /** Followed by OVER: one value per row, no grouping. */
  readonly window: boolean;
  readonly clause: Clause;
  readonly depth: number;
}

/** One output column of the outermost SELECT. */
export interface SelectItem extends TextRange {
  /** With columns resolved, without the alias. */
  readonly text: string;
  readonly alias: string | null;
  readonly star: boolean;
  readonly columns: readonly ColumnUse[];
  readonly aggregates: readonly AggregateUse[];
  /** The same whatever the rows hold: no column, no count of rows, no table in a subquery. */
  readonly constant: boolean;
}

export interface JoinUse extends TextRange {
  readonly kind: 'inner' | 'left' | 'right' | 'full' | 'cross' | 'natural' | 'comma';
  /** The joined table; null for a subquery. */
  readonly table: string | null;
  /** ON, USING, NATURAL, or for a comma or cross join an equation in WHERE that ties the table to another. */
  readonly hasCondition: boolean;
  /** Columns of the ON or USING. */
  readonly columns: readonly ColumnUse[];
  readonly depth: number;
}

/** A value written in the SQL, with what it is compared to. */
export interface LiteralUse extends TextRange {
  /** null for NULL. Numbers beyond ±2^53 lose precision here. */
  readonly value: string | number | null;
  /** First column on the other side of the comparison; null when there is none. */
  readonly column: ColumnUse | null;
  /** The aggregate on the other side, if that is what it is compared to. */
  readonly aggregate: AggregateUse | null;
  /**
   * As if the column stood left: `=`, `!=`, `<`, `LIKE`, `NOT LIKE`, `IN`, `NOT IN`, `BETWEEN`, `IS` …; null outside a
   * comparison.
   */
  readonly operator: string | null;
  readonly clause: Clause;
  readonly depth: number;
}

/** Column against column, or column against subquery (`right` null). */
export interface ColumnComparison extends TextRange {
  readonly left: ColumnUse;
  readonly right: ColumnUse | null;
  readonly operator: string;
  readonly clause: Clause;
  readonly depth: number;
}

/** One expression of GROUP BY or ORDER BY, with columns and aliases resolved. */
export interface KeyExpression extends TextRange {
  readonly text: string;
  readonly columns: readonly ColumnUse[];
  readonly aggregates: readonly AggregateUse[];
  readonly depth: number;
}

export interface OrderKey extends KeyExpression {
  readonly direction: 'ASC' | 'DESC';
}

export interface LimitUse extends TextRange {
  /** null when it is not a plain number. */
  readonly count: number | null;
  readonly depth: number;
}

export interface SetOperation extends TextRange {
  readonly operator: 'UNION' | 'UNION ALL' | 'INTERSECT' | 'EXCEPT';
  readonly depth: number;
}

export interface SqlStructure {
  readonly sql: string;
  /** True when it reads as one SELECT (or VALUES) whose clauses, parentheses and quotes all close. */
  readonly complete: boolean;
  readonly tables: readonly TableUse[];
  readonly columns: readonly ColumnUse[];
  readonly select: readonly SelectItem[];
  readonly aggregates: readonly AggregateUse[];
  readonly joins: readonly JoinUse[];
  readonly literals: readonly LiteralUse[];
  readonly comparisons: readonly ColumnComparison[];
  readonly groupBy: readonly KeyExpression[];
  readonly having: readonly TextRange[];
  readonly orderBy: readonly OrderKey[];
  readonly limits: readonly LimitUse[];
  /** Ranges of the word DISTINCT behind a SELECT, outermost first. */
  readonly distinct: readonly TextRange[];
  /** SELECTs inside parentheses, CTEs included. */
  readonly subqueries: number;
  readonly setOperations: readonly SetOperation[];
  /** Names in table or column position that nothing has. */
  readonly unresolved: readonly (TextRange & { readonly name: string; readonly kind: 'table' | 'column' })[];
}
