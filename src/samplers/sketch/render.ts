/** Sketch → SQL text. */
import { joinPlans, type JoinEdge, type JoinPlan, type SchemaIndex } from '../../linking/schema-index.ts';
import { splitIdentifier } from '../../linking/words.ts';
import { quoteIdentifier, quoteValue } from './quote.ts';
import { columnExpression, type Condition, type Expression, type Figure, type Sketch } from './sketch.ts';

/** Lists of tables whose join plans are kept. */
const KEPT_PLANS = 20_000;

type NameColumn = (table: string, column: string) => string;
type Write = (expression: Expression) => string;

export function renderSketch(sketch: Sketch, index: SchemaIndex): string {
  if (sketch.combined !== null) return writeCombined(sketch, sketch.combined);
  const outside = sketch.absentFrom !== null && sketch.inside ? [] : sketch.conditions;
  const absent = sketch.absentFrom === null ? null : absenceKeys(sketch, index);
  const kept = sketch.absentFrom !== null && sketch.inside ? answerTables(sketch) : sketch.tables;
  const { plan, semijoins } = sketch.semijoin
    ? withSemijoins(sketch, index)
    : { plan: planOf(index, kept, sketch.path), semijoins: [] };
  const name = naming(plan.tables.length > 1);
  const write: Write = (expression) => expression.write(name);

  const shared =
    sketch.share === null ? [] : sketch.shareOf === 'all' ? sketch.conditions : sketch.conditions.slice(-1);
  const items = sketch.star
    ? ['*']
    : sketch.both && sketch.countGroups
      ? keysOf(sketch, index).map(write)
      : sketch.select.map(write);
  if (sketch.share !== null) items.push(writeShare(shared, sketch.share.percent, sketch.any, write));
  else if (sketch.showFigures)
    items.push(
      ...sketch.figures.map(
        (figure) => writeFigure(figure, write) + (sketch.alias ? ` AS ${figureAlias(figure)}` : ''),
      ),
    );
  if (sketch.invented !== null) items[items.length - 1] = quoteIdentifier(sketch.invented);

  const moved = new Set(semijoins.flatMap(({ conditions }) => conditions));
  const own = outside.filter((condition) => !moved.has(condition) && !shared.includes(condition));
  // Alternatives are alternatives wherever they stand.
  const either = sketch.any && semijoins.some(({ conditions }) => conditions.length > 0);
  const filters = semijoins.map((semijoin) => ({
    text: writeSemijoin(semijoin, sketch.any, name),
    met: either && semijoin.conditions.length > 0,
  }));
  const fixed = [
    ...filters.filter(({ met }) => !met).map(({ text }) => text),
    ...(absent === null ? [] : [writeAbsence(absent, sketch, index, name)]),
    ...(sketch.extreme === null ? [] : [writeExtreme(sketch, index, write)]),
    ...(sketch.average === null
      ? []
      : [
          `${write(sketch.average.on)} ${sketch.average.operator} (SELECT AVG(${sketch.average.on.write(naming(false))}) FROM ${quoteIdentifier(sketch.average.on.tables[0] ?? '')})`,
        ]),
  ];
  const from = writeFrom(plan, sketch.joinOn);
  const select = (conditions: readonly string[]): string =>
    [
      `SELECT ${sketch.distinct ? 'DISTINCT ' : ''}${items.join(', ')} FROM ${from}`,
      conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '',
      groupClauses(sketch, write),
    ].join('');
  if (sketch.both && own.length > 1) {
    const [first, second, ...rest] = own as [Condition, Condition, ...Condition[]];
    const others = [...writeConditions(rest, false, write), ...fixed];
    const found = [first, second]
      .map((condition) => select([...writeConditions([condition], false, write), ...others]))
      .join(' INTERSECT ');
    return sketch.countGroups ? `SELECT COUNT(*) FROM (${found})` : found;
  }
  const conditions = either
    ? alternatives([...writeConditions(own, false, write), ...filters.filter(({ met }) => met).map(({ text }) => text)])
    : writeConditions(own, sketch.any, write);
  const text = select([...conditions, ...fixed]);
  return sketch.countGroups ? `SELECT COUNT(*) FROM (${text})` : text;
}

/** Conditions stand on the side whose table they are about. */
function writeCombined(
  { conditions, any }: Sketch,
  { operator, first, second }: NonNullable<Sketch['combined']>,
): string {
  const side = (expression: Expression): string => {
    const [table = ''] = expression.tables;
    const write: Write = (other) => other.write(naming(false));
    const where = writeConditions(
      conditions.filter(({ on }) => on.tables[0] === table),
      any,
      write,
    );
    return `SELECT ${write(expression)} FROM ${quoteIdentifier(table)}${where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''}`;
  };
  return `${side(first)} ${operator} ${side(second)}`;
}

function groupClauses(sketch: Sketch, write: Write): string {
  const [figure] = sketch.figures;
  const clauses: string[] = [];
  if (sketch.groupBy.length > 0) clauses.push(`GROUP BY ${sketch.groupBy.map(write).join(', ')}`);
  if (sketch.having !== null) {
    const { operator, value, upper } = sketch.having;
    clauses.push(
      `HAVING ${figure === undefined ? 'COUNT(*)' : writeFigure(figure, write)} ${operator === 'between' ? `BETWEEN ${value} AND ${upper ?? value}` : `${operator} ${value}`}`,
    );
  }
  if (sketch.orderBy !== null) {
    const by =
      sketch.orderBy !== 'figure'
        ? write(sketch.orderBy)
        : figure === undefined
          ? 'COUNT(*)'
          : writeFigure(figure, write);
    clauses.push(`ORDER BY ${by} ${sketch.descending ? 'DESC' : 'ASC'}`);
  }
  if (sketch.limit !== null)
    clauses.push(`LIMIT ${sketch.limit}${sketch.offset > 0 ? ` OFFSET ${sketch.offset}` : ''}`);
  return clauses.map((clause) => ` ${clause}`).join('');
}

const naming =
  (several: boolean): NameColumn =>
  (table, column) =>
    (several ? `${quoteIdentifier(table)}.` : '') + quoteIdentifier(column);

const plansOf = new WeakMap<SchemaIndex, Map<string, readonly JoinPlan[]>>();

/** The ways to join these tables, shortest first; worked out once for each list of tables. */
export function plansFor(index: SchemaIndex, tables: readonly string[]): readonly JoinPlan[] {
  let known = plansOf.get(index);
  if (known === undefined) plansOf.set(index, (known = new Map<string, readonly JoinPlan[]>()));
  const key = tables.join('\n');
  let plans = known.get(key);
  if (plans === undefined) {
    if (known.size >= KEPT_PLANS) known.clear();
    known.set(key, (plans = joinPlans(index, tables)));
  }
  return plans;
}

/** The chosen way to join, or the shortest where there is no other. */
function planOf(index: SchemaIndex, tables: readonly string[], path: number): JoinPlan {
  const plans = plansFor(index, tables);
  return plans[path] ?? plans[0] ?? { tables, edges: [] };
}

function writeFrom(plan: JoinPlan, joinOn: boolean): string {
  const [first = '', ...others] = plan.tables;
  if (!joinOn) return plan.tables.map(quoteIdentifier).join(', ');
  return others.reduce((text, table, i) => {
    const edge = plan.edges[i] ?? null;
    return edge === null
      ? `${text} CROSS JOIN ${quoteIdentifier(table)}`
      : `${text} JOIN ${quoteIdentifier(table)} ON ${writeEdge(edge)}`;
  }, quoteIdentifier(first));
}

function writeEdge({ left, right }: JoinEdge): string {
  const name = naming(true);
  return left.columns
    .map((column, c) => `${name(left.table, column)} = ${name(right.table, right.columns[c] ?? column)}`)
    .join(' AND ');
}

/** The share of the rows that meet the conditions; without one it is their number. */
function writeShare(conditions: readonly Condition[], percent: boolean, any: boolean, write: Write): string {
  const texts = writeConditions(conditions, any, write);
  return texts.length === 0
    ? 'COUNT(*)'
    : `${percent ? '100.0' : '1.0'} * SUM(CASE WHEN ${texts.join(' AND ')} THEN 1 ELSE 0 END) / COUNT(*)`;
}

/** The conditions of one column that are put together are constants. */
const quoteConstant = (value: Condition['value']): string =>
  typeof value === 'object' ? value.text : quoteValue(value);

function writeFigure(figure: Figure, write: Write): string {
  if (figure.argument !== null && figure.over !== undefined)
    return `${figure.name}(${write(figure.argument)}) * 1.0 / ${figure.name}(${write(figure.over)})`;
  return figure.argument === null
    ? 'COUNT(*)'
    : `${figure.name}(${figure.distinct ? 'DISTINCT ' : ''}${write(figure.argument)})`;
}

/** `total_revenue` for SUM, `number_of_orders` … : the function and what it is taken of, unless that is worked out. */
function figureAlias(figure: Figure): string {
  if (figure.over !== undefined)
    return [figure.argument, figure.over].map((of) => of?.text.split('.').at(-1) ?? '').join('_per_');
  const words =
    figure.argument === null
      ? splitIdentifier(figure.rowsOf ?? 'rows')
      : splitIdentifier(figure.argument.text.split('.').at(-1) ?? '');
  const prefix = { COUNT: 'number_of', SUM: 'total', AVG: 'average', MAX: 'highest', MIN: 'lowest' }[figure.name];
  // A product is called like neither of its columns.
  if (figure.argument?.text.includes(' * ') === true) return prefix;
  return [prefix, ...words].join('_');
}

/** One column equal to two values at once is nobody's question: values asked of one column are alternatives. */
function writeConditions(conditions: readonly Condition[], any: boolean, write: Write): string[] {
  const groups: Condition[][] = [];
  for (const condition of conditions) {
    const same =
      condition.operator === '='
        ? groups.find((group) => group[0]?.operator === '=' && group[0].on.text === condition.on.text)
        : undefined;
    if (same === undefined) groups.push([condition]);
    else same.push(condition);
  }
  const texts = groups.map((group) => writeCondition(group, write));
  return any ? alternatives(texts) : texts;
}

const alternatives = (texts: readonly string[]): string[] =>
  [texts.length > 1 ? `(${texts.join(' OR ')})` : texts.join('')].filter((text) => text !== '');

function writeCondition(group: readonly Condition[], write: Write): string {
  const [{ on, operator, value, upper }] = group as [Condition];
  if (operator === 'IS NULL') return `${write(on)} IS NULL`;
  if (typeof value === 'object') return `${write(on)} ${operator} ${write(value)}`;
  const values = new Set(group.map((condition) => quoteConstant(condition.value)));
  if (values.size > 1) return `${write(on)} IN (${[...values].join(', ')})`;
  // To SQLite every text is greater than every number: both ends are of one kind.
  if (operator === 'between')
    return `${write(on)} BETWEEN ${quoteValue(value)} AND ${quoteValue(typeof value === 'string' && upper !== null ? String(upper) : (upper ?? value))}`;
  return `${write(on)} ${operator} ${quoteValue(value)}`;
}

interface Semijoin {
  readonly edge: JoinEdge;
  /** The table of the edge that stands inside. */
  readonly root: string;
  readonly plan: JoinPlan;
  readonly conditions: readonly Condition[];
}

/**
 * Splits the tables into those the answer is made of and those that only filter, each group of the latter hanging on
 * one edge.
 */
function withSemijoins(sketch: Sketch, index: SchemaIndex): { plan: JoinPlan; semijoins: Semijoin[] } {
  const outer = answerTables(sketch);
  const plan = planOf(index, outer, 0);
  const whole = planOf(
    index,
    [...plan.tables, ...sketch.tables.filter((table) => !plan.tables.includes(table))],
    sketch.path,
  );
  const own = new Set(plan.tables);
  const semijoins: (Semijoin & { readonly tables: string[]; readonly edges: JoinEdge[] })[] = [];
  for (const [i, table] of whole.tables.slice(1).entries()) {
    if (own.has(table)) continue;
    const edge = whole.edges[i];
    if (edge == null) return { plan: planOf(index, sketch.tables, sketch.path), semijoins: [] };
    const near = edge.left.table === table ? edge.right.table : edge.left.table;
    const known = semijoins.find(({ tables }) => tables.includes(near));
    if (known === undefined) {
      const tables = [table];
      const edges: JoinEdge[] = [];
      semijoins.push({ edge, root: table, tables, edges, plan: { tables, edges }, conditions: [] });
    } else {
      known.tables.push(table);
      known.edges.push(edge);
    }
  }
  return {
    plan,
    semijoins: semijoins.map((semijoin) => ({
      ...semijoin,
      conditions: sketch.conditions.filter(({ on }) => on.tables.some((table) => semijoin.tables.includes(table))),
    })),
  };
}

/** What tells the rows apart that are counted where two searches find them: their key, or the column counted. */
function keysOf({ figures: [figure] }: Sketch, index: SchemaIndex): Expression[] {
  if (figure?.argument != null) return [figure.argument];
  const columns = index.tables.get(figure?.rowsOf ?? '')?.table.columns ?? [];
  const keys = columns.filter(({ primaryKey }) => primaryKey);
  return (keys.length > 0 ? keys : columns).map(({ name }) => columnExpression(figure?.rowsOf ?? '', name));
}

/** The tables whose rows make the answer. */
function answerTables(sketch: Sketch): string[] {
  const order = sketch.orderBy === null || sketch.orderBy === 'figure' ? [] : sketch.orderBy.tables;
  const tables = [
    ...(sketch.star ? sketch.tables.slice(0, 1) : []),
    ...sketch.select.flatMap((item) => item.tables),
    ...sketch.groupBy.flatMap((item) => item.tables),
    ...sketch.figures.flatMap((figure) =>
      figure.argument === null ? (figure.rowsOf === null ? [] : [figure.rowsOf]) : figure.argument.tables,
    ),
    ...order,
    ...(sketch.extreme?.on.tables ?? []),
    ...(sketch.average?.on.tables ?? []),
  ];
  return tables.length === 0 ? sketch.tables.slice(0, 1) : [...new Set(tables)];
}

function writeSemijoin({ edge, root, plan, conditions }: Semijoin, any: boolean, name: NameColumn): string {
  const [near, far] = edge.left.table === root ? [edge.right, edge.left] : [edge.left, edge.right];
  const inner = naming(plan.tables.length > 1);
  const where = writeConditions(conditions, any, (expression) => expression.write(inner));
  const text = `SELECT ${far.columns.map((column) => inner(far.table, column)).join(', ')} FROM ${writeFrom(plan, true)}${where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''}`;
  return `${tuple(near.columns.map((column) => name(near.table, column)))} IN (${text})`;
}

const tuple = (columns: readonly string[]): string =>
  columns.length > 1 ? `(${columns.join(', ')})` : columns.join('');

/** The join between the answer's tables and the one they are absent from; null without one. */
function absenceKeys(sketch: Sketch, index: SchemaIndex): { near: JoinEdge['left']; far: JoinEdge['left'] } | null {
  for (const table of sketch.tables) {
    for (const { left, right } of index.joins) {
      if (left.table === table && right.table === sketch.absentFrom) return { near: left, far: right };
      if (right.table === table && left.table === sketch.absentFrom) return { near: right, far: left };
    }
  }
  return null;
}

/** `key NOT IN (SELECT foreign key …)`, with the conditions inside where they belong there. */
function writeAbsence(
  { near, far }: { near: JoinEdge['left']; far: JoinEdge['left'] },
  sketch: Sketch,
  index: SchemaIndex,
  name: NameColumn,
): string {
  const within = sketch.inside ? sketch.conditions : [];
  const plan = planOf(index, [...new Set([far.table, ...within.flatMap(({ on }) => on.tables)])], 0);
  const inner = naming(plan.tables.length > 1);
  const foreign = far.columns.map((column) => inner(far.table, column));
  const where = [
    ...foreign.map((column) => `${column} IS NOT NULL`),
    ...writeConditions(within, sketch.any, (expression) => expression.write(inner)),
  ];
  return `${tuple(near.columns.map((column) => name(near.table, column)))} NOT IN (SELECT ${foreign.join(', ')} FROM ${writeFrom(plan, true)} WHERE ${where.join(' AND ')})`;
}

/** `x = (SELECT MAX(x) …)`; inside, the greatest is looked for among the rows that meet the conditions. */
function writeExtreme(sketch: Sketch, index: SchemaIndex, write: Write): string {
  if (sketch.extreme === null) return '';
  const { on, greatest } = sketch.extreme;
  const within = sketch.inside ? sketch.conditions : [];
  const plan = planOf(index, [...new Set([...on.tables, ...within.flatMap((condition) => condition.on.tables)])], 0);
  const inner: Write = (expression) => expression.write(naming(plan.tables.length > 1));
  const where = writeConditions(within, sketch.any, inner);
  return `${write(on)} = (SELECT ${greatest ? 'MAX' : 'MIN'}(${inner(on)}) FROM ${writeFrom(plan, true)}${where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''})`;
}
