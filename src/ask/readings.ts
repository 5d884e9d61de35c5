/** Two SQL texts told apart in plain words: what each does that the other does not. Pure. */
import type { Schema } from '../grpo/types.ts';
import { capital, expressionWords, nameWords, OPERATORS, plain } from '../grpo/words/plain.ts';
import type {
  AggregateUse,
  ColumnUse,
  KeyExpression,
  LiteralUse,
  SelectItem,
  SqlStructure,
} from '../sql/sql-structure.ts';
import { structureOf } from '../sql/structure.ts';

/** Parts of a description, at most. */
const MOST_PARTS = 4;
/** Characters of a value that it repeats. */
const LONGEST_VALUE = 40;

const FIGURES: Readonly<Record<string, string>> = {
  COUNT: 'number of',
  SUM: 'total of',
  TOTAL: 'total of',
  AVG: 'average of',
  MIN: 'lowest',
  MAX: 'highest',
};

/**
 * What tells each from the other, as the beginning of a sentence: “Total of quantity × unit price of order items, per
 * name of products, from order items and products” against “Total sales of products, from products”. Null where nothing
 * that has words does.
 */
export function readingsOf(first: string, second: string, schema: Schema): readonly [string, string] | null {
  const [a, b] = [partsOf(structureOf(first, schema), schema), partsOf(structureOf(second, schema), schema)];
  // What the rows are grouped by is said there.
  const own = (these: readonly string[], those: readonly string[]): readonly string[] =>
    [...new Set(these)]
      .filter((part) => !those.includes(part))
      .filter((part, _, parts) => !parts.includes(`per ${part}`));
  const [ofA, ofB] = [own(a, b), own(b, a)];
  if (ofA.length + ofB.length === 0) return null;
  return [said(ofA, ofB), said(ofB, ofA)];
}

const said = (own: readonly string[], others: readonly string[]): string =>
  capital(
    own.length > 0
      ? own.slice(0, MOST_PARTS).join(', ')
      : `the same, but not ${others.slice(0, MOST_PARTS).join(', ')}`,
  );

/** What it shows, for what, of what, in which order. */
function partsOf(structure: SqlStructure, schema: Schema): string[] {
  const { select, groupBy, tables, joins, literals, comparisons, orderBy, limits, distinct, setOperations } = structure;
  const outer = <T extends { readonly depth: number }>(all: readonly T[]): T[] =>
    all.filter(({ depth }) => depth === 0);
  const sources = [...new Set(outer(tables).map(({ name }) => nameWords(name)))].sort();
  const rows = sources.length === 1 ? (sources[0] ?? '') : 'rows';
  const figures = (figure: AggregateUse): string => figureWords(figure, rows, schema);
  const kept = outer(joins).filter(({ kind }) => kind === 'left' || kind === 'full');
  return [
    ...select.map((item) => (item.star ? 'all columns' : expressionOf(item, figures))),
    ...outer(groupBy).map((key) => `per ${expressionOf(key, figures)}`),
    ...literals.filter(({ operator }) => operator !== null).map((literal) => conditionWords(literal, figures)),
    // What ties tables together says nothing of its own.
    ...comparisons
      .filter(({ clause, right, operator }) => clause !== 'join' && !(operator === '=' && right !== null))
      .map(({ left, right, operator }) => `where ${columnWords(left)} ${isWords(operator)}${rightWords(right)}`),
    ...outer(orderBy).map(
      (key) => `${key.direction === 'DESC' ? 'highest' : 'lowest'} ${expressionOf(key, figures)} first`,
    ),
    ...outer(limits).flatMap(({ count }) => (count === null ? [] : [`only the first ${count}`])),
    ...(distinct.length > 0 ? ['each once'] : []),
    ...setOperations.map(({ operator }) => SETS[operator]),
    ...kept.flatMap(({ table }) => (table === null ? [] : [`also those without ${nameWords(table)}`])),
    ...(sources.length === 0 ? [] : [`from ${listed(sources)}`]),
  ];
}

const SETS: Readonly<Record<SqlStructure['setOperations'][number]['operator'], string>> = {
  UNION: 'either of two lists',
  'UNION ALL': 'two lists, one after the other',
  INTERSECT: 'what two lists share',
  EXCEPT: 'without those of another list',
};

/** An expression that is one figure, or is none. */
function expressionOf(
  { text, aggregates }: Pick<SelectItem | KeyExpression, 'text' | 'aggregates'>,
  figures: (figure: AggregateUse) => string,
): string {
  const [figure, ...more] = aggregates;
  return figure !== undefined && more.length === 0 && isWhole(text, figure) ? figures(figure) : expressionWords(text);
}

/** The aggregate is the whole expression, not a part of one. */
const isWhole = (text: string, { name }: AggregateUse): boolean =>
  new RegExp(`^${name}\\s*\\([^()]*(\\([^()]*\\)[^()]*)*\\)$`, 'i').test(text);

function figureWords({ name, distinct, argument, columns }: AggregateUse, rows: string, { tables }: Schema): string {
  const [column] = columns;
  const counted = tables.find((table) => table.name === column?.table);
  const isKey = counted?.columns.some((one) => one.name === column?.column && one.primaryKey) === true;
  if (argument === '*') return `number of ${rows}`;
  if (name === 'COUNT' && isKey) return `number of ${nameWords(counted.name)}`;
  const of = `${distinct ? 'different values of ' : ''}${expressionWords(argument)}`;
  return `${FIGURES[name] ?? nameWords(name.toLowerCase())} ${of}`;
}

function conditionWords(
  { value, column, aggregate, operator }: LiteralUse,
  figures: (figure: AggregateUse) => string,
): string {
  const of = aggregate === null ? (column === null ? 'it' : columnWords(column)) : figures(aggregate);
  return `where ${of} ${isWords(operator ?? '')}${value === null ? 'missing' : plain(String(value).slice(0, LONGEST_VALUE))}`;
}

/** “is France”, “is more than 5”, “is like %x%”. */
const isWords = (operator: string): string =>
  operator === '=' || operator === 'IS'
    ? 'is '
    : `is ${OPERATORS[operator] ?? plain(operator.toLowerCase().replace(/^is /, ''))} `;

const rightWords = (right: ColumnUse | null): string =>
  right === null ? 'what a further query finds' : columnWords(right);

const columnWords = ({ table, column, text }: ColumnUse): string =>
  expressionWords(table === null || column === null ? text : `${table}.${column}`);

const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
