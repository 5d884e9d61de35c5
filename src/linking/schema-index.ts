/**
 * A schema prepared for linking and joining: names as word stems and in their forms, values by their words, joins as a
 * graph.
 */
import type { Column, ColumnProfile, Schema, Table } from '../grpo/types.ts';
import { saidForms, type SaidForm } from './described.ts';
import { findJoins, looksLikeKey, neighboursOf, type JoinEdge, type Neighbours } from './joins.ts';
import { makeNameForms, type NameForms } from './name-forms.ts';
import { makeValueIndex, type ValueIndex } from './value-index.ts';
import { makeTakeApart, type TakeApart } from './unspaced.ts';
import { splitIdentifier, stemOf, withoutSharedPrefix } from './words.ts';

export { joinPlan, joinPlans, looksLikeKey, type JoinEdge, type JoinPlan } from './joins.ts';
export type { StoredValue } from './value-index.ts';

export interface ColumnEntry {
  readonly table: string;
  readonly column: string;
  readonly profile: ColumnProfile | null;
  readonly primaryKey: boolean;
  /** True for a key column: part of a primary key, or one end of a join. Keys are poor answers to a question. */
  readonly isKey: boolean;
  /** Whether it holds numbers, and as what; null for other columns. */
  readonly numbers: 'stored' | 'as text' | null;
  /** Stems of the name's words, a prefix shared by the table's columns left out. */
  readonly stems: readonly string[];
}

export interface TableEntry {
  readonly table: Table;
  readonly stems: readonly string[];
  readonly columns: readonly ColumnEntry[];
}

export interface SchemaIndex extends ValueIndex {
  readonly schema: Schema;
  readonly tables: ReadonlyMap<string, TableEntry>;
  readonly columns: readonly ColumnEntry[];
  readonly joins: readonly JoinEdge[];
  readonly neighbours: Neighbours;
  /** The names of `tables`, in their order, and of `columns`, in all the forms they may be said in. */
  readonly tableForms: NameForms;
  readonly columnForms: NameForms;
  readonly takeApart: TakeApart;
  column(table: string, column: string): ColumnEntry | undefined;
}

/** Numbers to reckon with: keys are none. */
export const holdsNumbers = (column: ColumnEntry | undefined): boolean =>
  column !== undefined && !column.isKey && column.numbers !== null;

const indices = new WeakMap<Schema, SchemaIndex>();

/** One index for all who read this schema; making it is linear in names and stored values. */
export function makeSchemaIndex(schema: Schema): SchemaIndex {
  let index = indices.get(schema);
  if (index === undefined) indices.set(schema, (index = indexOf(schema)));
  return index;
}

function indexOf(schema: Schema): SchemaIndex {
  const profiles = new Map(schema.profiles.map((profile) => [`${profile.table}\n${profile.column}`, profile]));
  const profileOf = (table: string, column: string): ColumnProfile | null =>
    profiles.get(`${table}\n${column}`) ?? null;
  const joins = findJoins(schema, profileOf);
  const ends = new Set(
    joins.flatMap(({ left, right }) =>
      [left, right].flatMap((end) => end.columns.map((column) => `${end.table}\n${column}`)),
    ),
  );
  const tableWords = withoutSharedPrefix(schema.tables.map((table) => splitIdentifier(table.name)));
  const tables = new Map<string, TableEntry>();
  const columns: ColumnEntry[] = [];
  schema.tables.forEach((table, t) => {
    const names = withoutSharedPrefix(table.columns.map((column) => splitIdentifier(column.name)));
    const entries = table.columns.map((column, c): ColumnEntry => ({
      table: table.name,
      column: column.name,
      profile: profileOf(table.name, column.name),
      numbers: numbersOf(profileOf(table.name, column.name)),
      primaryKey: column.primaryKey,
      isKey: column.primaryKey
        ? looksLikeKey(column.name) || ends.has(`${table.name}\n${column.name}`)
        : ends.has(`${table.name}\n${column.name}`) && looksLikeKey(column.name),
      stems: (names[c] ?? []).map(stemOf),
    }));
    columns.push(...entries);
    tables.set(table.name, { table, stems: (tableWords[t] ?? []).map(stemOf), columns: entries });
  });
  const schemaWords = new Set(
    schema.tables.flatMap((table) => [table.name, ...table.columns.map(({ name }) => name)]).flatMap(splitIdentifier),
  );
  const declared = schema.tables.flatMap((table) => table.columns);
  const byColumn = new Map(columns.map((entry) => [`${entry.table}\n${entry.column}`, entry]));
  return {
    ...makeValueIndex(schema),
    schema,
    tables,
    columns,
    joins,
    neighbours: neighboursOf(joins),
    tableForms: makeNameForms(
      [...tables.values()].map(({ table, stems }) => ({ written: table.name, stems, owner: [], ...saidOf(table) })),
      schemaWords,
    ),
    columnForms: makeNameForms(
      columns.map(({ table, column, stems }, c) => ({
        ...{ written: column, stems, owner: tables.get(table)?.stems ?? [] },
        ...saidOf(declared[c]),
      })),
      schemaWords,
    ),
    takeApart: makeTakeApart(schema),
    column: (table, column) => byColumn.get(`${table}\n${column}`),
  };
}

/** The ways to say it that a description gives; nothing where there is none. */
function saidOf(one: Column | Table | undefined): { readonly said?: readonly SaidForm[] } {
  return one?.called === undefined && one?.description === undefined ? {} : { said: saidForms(one) };
}

const NUMERAL = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)\s*$/u;
/** Fewer texts are no proof that all are numbers. */
const LEAST_NUMERALS = 2;

function numbersOf(profile: ColumnProfile | null): ColumnEntry['numbers'] {
  if (profile === null) return null;
  const { holds, values } = profile;
  if (holds === 'integer' || holds === 'real') return 'stored';
  return holds === 'text' && values.length >= LEAST_NUMERALS && values.every((value) => NUMERAL.test(value))
    ? 'as text'
    : null;
}
