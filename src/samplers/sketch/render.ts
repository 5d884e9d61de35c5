/** Sketch → SQL text. */
import { joinPlan, type JoinEdge, type SchemaIndex } from '../../linking/schema-index.ts';
import { splitIdentifier } from '../../linking/words.ts';
import type { Expression, Filter, Measure, Sketch } from './sketch.ts';

/** Words that SQLite would read as syntax; anything else of plain letters needs no quotes. */
const KEYWORDS = new Set(
  ('abort action add after all alter always analyze and as asc attach autoincrement before begin between by cascade case cast check collate column commit conflict constraint create cross current '
    + 'current_date current_time current_timestamp database default deferrable deferred delete desc detach distinct do drop each else end escape except exclude exclusive exists explain fail filter '
    + 'first following for foreign from full generated glob group groups having if ignore immediate in index indexed initially inner insert instead intersect into is isnull join key last left like '
    + 'limit match materialized natural no not nothing notnull null nulls of offset on or order others outer over partition plan pragma preceding primary query raise range recursive references regexp '
    + 'reindex release rename replace restrict returning right rollback row rows savepoint select set table temp temporary then ties to transaction trigger unbounded union unique update using vacuum '
    + 'values view virtual when where window with without').split(' '),
);

export function quoteIdentifier(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/u.test(name) && !KEYWORDS.has(name.toLowerCase()) ? name : `"${name.replaceAll('"', '""')}"`;
}

export function quoteValue(value: string | number): string {
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}

export function renderSketch(sketch: Sketch, index: SchemaIndex): string {
  const plan = joinPlan(index, sketch.tables);
  const several = plan.tables.length > 1;
  const name = (table: string, column: string): string => (several ? `${quoteIdentifier(table)}.` : '') + quoteIdentifier(column);
  const write = (expression: Expression): string => expression.write(name);

  const items = sketch.star ? ['*'] : sketch.select.map(write);
  if (sketch.measure !== null && sketch.showMeasure) {
    items.push(writeMeasure(sketch.measure, write) + (sketch.alias ? ` AS ${measureAlias(sketch.measure)}` : ''));
  }
  if (sketch.invented !== null) items[items.length - 1] = quoteIdentifier(sketch.invented);

  const clauses = [`SELECT ${sketch.distinct ? 'DISTINCT ' : ''}${items.join(', ')}`, `FROM ${writeTables(plan, sketch.joinOn)}`];
  const conditions = mergeEqual(sketch.filters).map((filters) => writeFilters(filters, write));
  const absent = writeAbsence(sketch, index, name);
  if (absent !== null) conditions.push(absent);
  if (conditions.length > 0) clauses.push(`WHERE ${conditions.join(' AND ')}`);
  if (sketch.groupBy !== null) clauses.push(`GROUP BY ${write(sketch.groupBy)}`);
  if (sketch.having !== null) {
    const { operator, value, upper } = sketch.having;
    const measure = sketch.measure === null ? 'COUNT(*)' : writeMeasure(sketch.measure, write);
    clauses.push(`HAVING ${measure} ${operator === 'between' ? `BETWEEN ${value} AND ${upper ?? value}` : `${operator} ${value}`}`);
  }
  if (sketch.orderBy !== null) {
    const by = sketch.orderBy !== 'measure' ? write(sketch.orderBy) : sketch.measure === null ? 'COUNT(*)' : writeMeasure(sketch.measure, write);
    clauses.push(`ORDER BY ${by} ${sketch.descending ? 'DESC' : 'ASC'}`);
  }
  if (sketch.limit !== null) clauses.push(`LIMIT ${sketch.limit}`);
  return clauses.join(' ');
}

function writeTables(plan: { readonly tables: readonly string[]; readonly edges: readonly (JoinEdge | null)[] }, joinOn: boolean): string {
  const [first = '', ...others] = plan.tables;
  if (!joinOn) return plan.tables.map(quoteIdentifier).join(', ');
  return others.reduce((text, table, i) => {
    const edge = plan.edges[i] ?? null;
    if (edge === null) return `${text} CROSS JOIN ${quoteIdentifier(table)}`;
    const condition = edge.left.columns.map((column, c) =>
      `${quoteIdentifier(edge.left.table)}.${quoteIdentifier(column)} = ${quoteIdentifier(edge.right.table)}.${quoteIdentifier(edge.right.columns[c] ?? column)}`).join(' AND ');
    return `${text} JOIN ${quoteIdentifier(table)} ON ${condition}`;
  }, quoteIdentifier(first));
}

function writeMeasure(measure: Measure, write: (expression: Expression) => string): string {
  return measure.argument === null ? 'COUNT(*)' : `${measure.name}(${measure.distinct ? 'DISTINCT ' : ''}${write(measure.argument)})`;
}

/** `total_revenue` for SUM, `number_of_orders` … : the function and the last name it is taken of. */
function measureAlias(measure: Measure): string {
  const words = measure.argument === null ? splitIdentifier(measure.rowsOf ?? 'rows') : splitIdentifier(measure.argument.text.split('.').at(-1) ?? '');
  const prefix = { COUNT: 'number_of', SUM: 'total', AVG: 'average', MAX: 'highest', MIN: 'lowest' }[measure.name];
  return [prefix, ...words].join('_');
}

/** One column equal to two values at once is nobody's question: values asked of one column are alternatives. */
function mergeEqual(filters: readonly Filter[]): Filter[][] {
  const groups: Filter[][] = [];
  for (const filter of filters) {
    const same = filter.operator === '=' ? groups.find((group) => group[0]?.operator === '=' && group[0].on.text === filter.on.text) : undefined;
    if (same === undefined) groups.push([filter]);
    else same.push(filter);
  }
  return groups;
}

function writeFilters(filters: readonly Filter[], write: (expression: Expression) => string): string {
  const [{ on, operator, value, upper }] = filters as [Filter];
  const values = new Set(filters.map((filter) => quoteValue(filter.value)));
  if (values.size > 1) return `${write(on)} IN (${[...values].join(', ')})`;
  // To SQLite every text is greater than every number: both ends are of one kind.
  if (operator === 'between') return `${write(on)} BETWEEN ${quoteValue(value)} AND ${quoteValue(typeof value === 'string' && upper !== null ? String(upper) : upper ?? value)}`;
  return `${write(on)} ${operator} ${quoteValue(value)}`;
}

/** `key NOT IN (SELECT foreign key …)` along the join that connects the two tables; null without one. */
function writeAbsence(sketch: Sketch, index: SchemaIndex, name: (table: string, column: string) => string): string | null {
  const other = sketch.absentFrom;
  if (other === null) return null;
  for (const table of sketch.tables) {
    for (const { left, right } of index.joins) {
      const [near, far] = left.table === table && right.table === other ? [left, right] : right.table === table && left.table === other ? [right, left] : [null, null];
      if (near === null || far === null) continue;
      const keys = near.columns.map((column) => name(table, column));
      const foreign = far.columns.map(quoteIdentifier);
      const present = foreign.map((column) => `${column} IS NOT NULL`).join(' AND ');
      return `${keys.length > 1 ? `(${keys.join(', ')})` : keys.join('')} NOT IN (SELECT ${foreign.join(', ')} FROM ${quoteIdentifier(other)} WHERE ${present})`;
    }
  }
  return null;
}
