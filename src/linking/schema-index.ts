/** A schema prepared for linking and joining: names as word stems, values by their words, foreign keys as a graph. */
import type { ColumnProfile, Schema, Table } from '../grpo/types.ts';
import { foldValue, splitIdentifier, stemOf, stemPhrase } from './words.ts';

export interface ColumnEntry {
  readonly table: string;
  readonly column: string;
  readonly profile: ColumnProfile | null;
  readonly primaryKey: boolean;
  /** True for a key column: part of a primary key, or one end of a join. Keys are poor answers to a question. */
  readonly isKey: boolean;
  /** Stems of the name's words, a prefix shared by the table's columns left out. */
  readonly stems: readonly string[];
}

export interface TableEntry {
  readonly table: Table;
  readonly stems: readonly string[];
  readonly columns: readonly ColumnEntry[];
}

export interface JoinEdge {
  readonly left: { readonly table: string; readonly columns: readonly string[] };
  readonly right: { readonly table: string; readonly columns: readonly string[] };
  /** False when no foreign key says so and the names and data suggest it. */
  readonly declared: boolean;
}

export interface StoredValue {
  readonly table: string;
  readonly column: string;
  readonly value: string;
}

export interface SchemaIndex {
  readonly schema: Schema;
  readonly tables: ReadonlyMap<string, TableEntry>;
  readonly columns: readonly ColumnEntry[];
  readonly joins: readonly JoinEdge[];
  column(table: string, column: string): ColumnEntry | undefined;
  valuesByText(folded: string): readonly StoredValue[];
  valuesByStems(stems: string): readonly StoredValue[];
  /** Multi-word values that contain this stem, when it is rare enough to mean something. */
  valuesByWord(stem: string): readonly StoredValue[];
}

const NO_VALUES: readonly StoredValue[] = [];
/** A word in more values than this picks none of them out. */
const RARE_WORD = 12;
/** A column of one of these names says nothing of the table it may point to. */
const GENERIC_NAMES: ReadonlySet<string> = new Set(['id', 'name', 'code', 'key', 'title', 'description', 'type', 'date', 'status'].map(stemOf));

/** Work is linear in names and stored values. */
export function makeSchemaIndex(schema: Schema): SchemaIndex {
  const profiles = new Map(schema.profiles.map((profile) => [`${profile.table}\n${profile.column}`, profile]));
  const profileOf = (table: string, column: string): ColumnProfile | null => profiles.get(`${table}\n${column}`) ?? null;
  const joins = findJoins(schema, profileOf);
  const ends = new Set(joins.flatMap(({ left, right }) => [left, right].flatMap((end) => end.columns.map((column) => `${end.table}\n${column}`))));
  const tableWords = withoutSharedPrefix(schema.tables.map((table) => splitIdentifier(table.name)));
  const tables = new Map<string, TableEntry>();
  const columns: ColumnEntry[] = [];
  schema.tables.forEach((table, t) => {
    const names = withoutSharedPrefix(table.columns.map((column) => splitIdentifier(column.name)));
    const entries = table.columns.map((column, c): ColumnEntry => ({
      table: table.name, column: column.name, profile: profileOf(table.name, column.name), primaryKey: column.primaryKey,
      isKey: column.primaryKey ? looksLikeKey(column.name) || ends.has(`${table.name}\n${column.name}`) : ends.has(`${table.name}\n${column.name}`) && looksLikeKey(column.name),
      stems: (names[c] ?? []).map(stemOf),
    }));
    columns.push(...entries);
    tables.set(table.name, { table, stems: (tableWords[t] ?? []).map(stemOf), columns: entries });
  });

  const byText = new Map<string, StoredValue[]>();
  const byStems = new Map<string, StoredValue[]>();
  const byWord = new Map<string, StoredValue[]>();
  for (const profile of schema.profiles) {
    for (const value of profile.values) {
      const stored = { table: profile.table, column: profile.column, value };
      const folded = foldValue(value);
      if (folded === '') continue;
      append(byText, folded, stored);
      const stems = stemPhrase(value);
      if (stems === '') continue;
      append(byStems, stems, stored);
      const words = stems.split(' ');
      if (words.length > 1) for (const word of new Set(words)) if (word.length > 2) append(byWord, word, stored);
    }
  }
  const byColumn = new Map(columns.map((entry) => [`${entry.table}\n${entry.column}`, entry]));
  return {
    schema, tables, columns, joins,
    column: (table, column) => byColumn.get(`${table}\n${column}`),
    valuesByText: (folded) => byText.get(folded) ?? NO_VALUES,
    valuesByStems: (stems) => byStems.get(stems) ?? NO_VALUES,
    valuesByWord: (stem) => {
      const found = byWord.get(stem) ?? NO_VALUES;
      return found.length <= RARE_WORD ? found : NO_VALUES;
    },
  };
}

function append<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}

export function looksLikeKey(column: string): boolean {
  const words = splitIdentifier(column);
  const last = words.at(-1) ?? '';
  return ['id', 'key', 'code', 'no', 'nr', 'uuid', 'guid', 'pk', 'fk'].includes(last) || (/id$/iu.test(column) && column.length > 4);
}

/** Drops leading words that most of three or more names begin with: they tell none of them apart. */
function withoutSharedPrefix(names: readonly string[][]): string[][] {
  let current = names.map((name) => [...name]);
  for (;;) {
    const first = current.filter((name) => name.length > 1).map((name) => name[0] ?? '');
    const counts = new Map<string, number>();
    for (const word of first) counts.set(word, (counts.get(word) ?? 0) + 1);
    const [word, count] = [...counts.entries()].sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
    if (current.length < 3 || count < Math.max(3, current.length * 0.6)) return current;
    current = current.map((name) => (name.length > 1 && name[0] === word ? name.slice(1) : name));
  }
}

/** Declared foreign keys, and where none connects two tables, an equal or table-relative name on a unique column. */
function findJoins(schema: Schema, profileOf: (table: string, column: string) => ColumnProfile | null): JoinEdge[] {
  const edges: JoinEdge[] = [];
  const connected = new Set<string>();
  const pair = (a: string, b: string): string => [a, b].sort().join('\n');
  const known = new Map(schema.tables.map((table) => [table.name.toLowerCase(), table]));
  for (const table of schema.tables) {
    for (const key of table.foreignKeys) {
      const target = known.get(key.toTable.toLowerCase());
      if (target === undefined) continue;
      edges.push({ left: { table: table.name, columns: key.columns }, right: { table: target.name, columns: key.toColumns }, declared: true });
      connected.add(pair(table.name, target.name));
    }
  }
  const wordsOf = (name: string): string => splitIdentifier(name).map(stemOf).join(' ');
  const columns = schema.tables.map((table) => table.columns.map(({ name }) => ({ name, words: wordsOf(name), profile: profileOf(table.name, name) })));
  schema.tables.forEach((target, t) => {
    const ownWords = wordsOf(target.name);
    // By the words a column that points here would have.
    const keys = new Map<string, { readonly name: string; readonly profile: ColumnProfile | null }[]>();
    for (const key of columns[t] ?? []) {
      if (isUnique(target, key.name, key.profile)) append(keys, GENERIC_NAMES.has(key.words) ? `${ownWords} ${key.words}` : key.words, key);
    }
    schema.tables.forEach((table, from) => {
      if (table === target || connected.has(pair(table.name, target.name))) return;
      for (const column of columns[from] ?? []) {
        const key = keys.get(column.words)?.find((candidate) => sameKind(column.profile, candidate.profile));
        if (key === undefined) continue;
        edges.push({ left: { table: table.name, columns: [column.name] }, right: { table: target.name, columns: [key.name] }, declared: false });
        connected.add(pair(table.name, target.name));
        return;
      }
    });
  });
  return edges;
}

function isUnique(table: Table, column: string, profile: ColumnProfile | null): boolean {
  const keys = table.columns.filter((candidate) => candidate.primaryKey);
  if (keys.length === 1 && keys[0]?.name === column) return true;
  return profile !== null && profile.distinctIsExact && profile.distinct > 0 && profile.distinct === table.rowCount;
}

function sameKind(a: ColumnProfile | null, b: ColumnProfile | null): boolean {
  return a === null || b === null || a.holds === 'empty' || b.holds === 'empty' || a.holds === b.holds;
}

export interface JoinPlan {
  /** In the order they enter the FROM clause; the first is the start. */
  readonly tables: readonly string[];
  /** edges[i] joins tables[i + 1] to one before it; null when nothing connects them. */
  readonly edges: readonly (JoinEdge | null)[];
}

/**
 * The tables joined along foreign keys, with the connecting tables in between: from the tables reached so far,
 * the nearest missing one is added along a shortest path (a 2-approximation of the Steiner tree).
 */
export function joinPlan(index: SchemaIndex, wanted: readonly string[]): JoinPlan {
  const neighbours = new Map<string, { table: string; edge: JoinEdge }[]>();
  for (const edge of index.joins) {
    append(neighbours, edge.left.table, { table: edge.right.table, edge });
    append(neighbours, edge.right.table, { table: edge.left.table, edge });
  }
  const [start, ...others] = wanted;
  if (start === undefined) return { tables: [], edges: [] };
  const tables = [start];
  const edges: (JoinEdge | null)[] = [];
  const missing = new Set(others.filter((table) => table !== start));
  while (missing.size > 0) {
    const cameFrom = new Map<string, { table: string; edge: JoinEdge } | null>(tables.map((table) => [table, null]));
    const queue = [...tables];
    let reached: string | null = null;
    for (let head = 0; head < queue.length && reached === null; head++) {
      const here = queue[head] ?? '';
      for (const { table, edge } of neighbours.get(here) ?? []) {
        if (cameFrom.has(table)) continue;
        cameFrom.set(table, { table: here, edge });
        if (missing.has(table)) { reached = table; break; }
        queue.push(table);
      }
    }
    if (reached === null) {
      const [stray] = missing;
      if (stray === undefined) break;
      missing.delete(stray);
      tables.push(stray);
      edges.push(null);
      continue;
    }
    const path: { table: string; edge: JoinEdge }[] = [];
    for (let at = reached; ;) {
      const step = cameFrom.get(at);
      if (step === null || step === undefined) break;
      path.unshift({ table: at, edge: step.edge });
      at = step.table;
    }
    for (const { table, edge } of path) {
      tables.push(table);
      edges.push(edge);
      missing.delete(table);
    }
  }
  return { tables, edges };
}
