/**
 * How the tables of a schema join: declared foreign keys, keys inferred from names and data, and plans that connect
 * tables.
 */
import type { ColumnProfile, Schema, Table } from '../grpo/types.ts';
import { wordList } from '../sql/word-list.ts';
import { splitIdentifier, stemOf, withoutSharedPrefix } from './words.ts';

export interface JoinEdge {
  readonly left: { readonly table: string; readonly columns: readonly string[] };
  readonly right: { readonly table: string; readonly columns: readonly string[] };
  /** False when no foreign key, and no reader, says so and the names and data suggest it. */
  readonly declared: boolean;
}

export interface JoinPlan {
  /** In the order they enter the FROM clause; the first is the start. */
  readonly tables: readonly string[];
  /** edges[i] joins tables[i + 1] to one before it; null when nothing connects them. */
  readonly edges: readonly (JoinEdge | null)[];
}

export interface Neighbour {
  readonly table: string;
  readonly edge: JoinEdge;
}

/**
 * By table, the tables one join away, surest join first; parallel joins to one table stand beside each other in the
 * list.
 */
export type Neighbours = ReadonlyMap<string, readonly Neighbour[]>;

/** A column of one of these names says nothing of the table it may point to. */
const GENERIC_NAMES: ReadonlySet<string> = new Set(
  wordList(`
    id name code key title description type date status no number num nr uuid guid pk
  `).map(stemOf),
);
/** A name of which nothing but a number is left says nothing either: `col7` is no key of `t7`. */
const isGeneric = (name: string): boolean => GENERIC_NAMES.has(name) || /^\d+$/.test(name);
/** Joins inferred between one pair of tables, and from one column; tables that may have a key of one name. */
const MOST_PARALLEL = 4;
const MOST_TARGETS = 4;
/** Share of a text column's values that must be keys of the other table. */
const INCLUDED = 0.8;
/** Distinct values from which on inclusion alone is no accident. */
const TELLING = 5;

interface KeyColumn {
  readonly table: Table;
  readonly name: string;
  readonly profile: ColumnProfile | null;
}

export function looksLikeKey(column: string): boolean {
  const words = splitIdentifier(column);
  const last = words.at(-1) ?? '';
  return (
    ['id', 'key', 'code', 'no', 'nr', 'uuid', 'guid', 'pk', 'fk'].includes(last) ||
    (/id$/iu.test(column) && column.length > 4)
  );
}

/**
 * Declared foreign keys; and between tables that none connects, columns named like the other table's unique key:
 * the same name, `<table>_id`, `<table>id`, the table's name itself, each perhaps with a role before it
 * (`home_team_id`). Kinds must fit, and the values of a text column must be among the keys. What a reader said is no
 * key is not inferred; a key that a reader added takes none away. Linear in the number of columns.
 */
export function findJoins(
  schema: Schema,
  profileOf: (table: string, column: string) => ColumnProfile | null,
): JoinEdge[] {
  const edges: JoinEdge[] = [];
  const connected = new Set<string>();
  const joined = new Set<string>();
  const pair = (a: string, b: string): string => [a, b].sort().join('\n');
  const way = (table: string, column: string, toTable: string, toColumn: string): string =>
    [table, column, toTable, toColumn].join('\n');
  const settled = new Set((schema.noKeys ?? []).map((no) => way(no.table, no.column, no.toTable, no.toColumn)));
  const known = new Map(schema.tables.map((table) => [table.name.toLowerCase(), table]));
  for (const table of schema.tables) {
    for (const key of table.foreignKeys) {
      const target = known.get(key.toTable.toLowerCase());
      if (target === undefined) continue;
      edges.push({
        left: { table: table.name, columns: key.columns },
        right: { table: target.name, columns: key.toColumns },
        declared: true,
      });
      joined.add(pair(table.name, target.name));
      const [column, toColumn] = [key.columns[0] ?? '', key.toColumns[0] ?? ''];
      if (key.by !== 'reader') connected.add(pair(table.name, target.name));
      else {
        settled.add(way(table.name, column, target.name, toColumn));
        settled.add(way(target.name, toColumn, table.name, column));
      }
    }
  }
  const tableWords = withoutSharedPrefix(schema.tables.map((table) => splitIdentifier(table.name))).map((words) =>
    words.map(stemOf),
  );
  const columnWords = schema.tables.map((table) =>
    withoutSharedPrefix(table.columns.map(({ name }) => splitIdentifier(name))).map((words) => words.map(stemOf)),
  );
  const keys = keysByName(schema, tableWords, columnWords, profileOf);
  const inferred = new Map<string, JoinEdge[]>();
  const add = (table: Table, column: string, target: KeyColumn): void => {
    const name = pair(table.name, target.table.name);
    const found = inferred.get(name) ?? [];
    const twice = found.some(
      ({ left, right }) =>
        left.table === target.table.name && left.columns[0] === target.name && right.columns[0] === column,
    );
    if (twice || found.length >= MOST_PARALLEL || connected.has(name)) return;
    if (settled.has(way(table.name, column, target.table.name, target.name))) return;
    inferred.set(name, [
      ...found,
      {
        left: { table: table.name, columns: [column] },
        right: { table: target.table.name, columns: [target.name] },
        declared: false,
      },
    ]);
  };
  // The whole name first: a name with a role before it is the weaker sign.
  for (const withRole of [false, true]) {
    schema.tables.forEach((table, t) => {
      table.columns.forEach((column, c) => {
        // A declared key says where its column points.
        if (
          (withRole && !looksLikeKey(column.name)) ||
          table.foreignKeys.some(({ columns }) => columns.includes(column.name))
        )
          return;
        const profile = profileOf(table.name, column.name);
        const own = columnWords[t]?.[c] ?? [];
        const written = splitIdentifier(column.name).map(stemOf);
        const names = withRole
          ? own.slice(1, 5).map((_, i) => own.slice(i + 1).join(''))
          : [...new Set([written.join(''), own.join('')])];
        for (const name of names) {
          if (isGeneric(name)) continue;
          // A primary key does not point at a column that is unique by chance.
          const targets = (keys.get(name) ?? [])
            .filter(
              (key) =>
                key.table !== table &&
                (!isOnlyKey(table, column.name) || isOnlyKey(key.table, key.name)) &&
                fits(profile, key.profile),
            )
            .slice(0, MOST_TARGETS);
          for (const target of targets) add(table, column.name, target);
          if (targets.length > 0) break;
        }
      });
    });
  }
  addIncluded(schema, inferred, add, profileOf);
  addSubsets(schema, (a, b) => joined.has(pair(a, b)) || inferred.has(pair(a, b)), add, profileOf);
  for (const found of inferred.values()) edges.push(...found);
  return edges;
}

/** Unique columns by the names that a column pointing at them may have. */
function keysByName(
  schema: Schema,
  tableWords: readonly string[][],
  columnWords: readonly string[][][],
  profileOf: (table: string, column: string) => ColumnProfile | null,
): ReadonlyMap<string, KeyColumn[]> {
  const keys = new Map<string, KeyColumn[]>();
  schema.tables.forEach((table, t) => {
    const own = (tableWords[t] ?? []).join('');
    table.columns.forEach(({ name, primaryKey }, c) => {
      const profile = profileOf(table.name, name);
      if (!isUnique(table, name, profile)) return;
      const key = { table, name, profile };
      const written = splitIdentifier(name).map(stemOf).join('');
      const words = columnWords[t]?.[c] ?? [];
      const plain = words.join('');
      const names = new Set<string>();
      if (isGeneric(plain) || words.length === 0) names.add(`${own}${plain}`);
      else names.add(plain);
      if (!isGeneric(written)) names.add(written);
      // `concert.stadium` may hold the key of `stadium`.
      if (primaryKey && (looksLikeKey(name) || profile?.holds === 'text')) names.add(own);
      for (const word of names) append(keys, word, key);
    });
  });
  const ownNames = new Map(schema.tables.map((table, t) => [table, (tableWords[t] ?? []).join('')]));
  for (const [name, alike] of keys) if (alike.length > MOST_TARGETS) keys.set(name, ownersOf(name, alike, ownNames));
  return keys;
}

/**
 * Of columns of one name that are unique in more than a few tables, the keys that the name means: of the tables that it
 * says, else of those whose declared key it is. Where that leaves more than a few, the name is a habit (`col1`) and no
 * key.
 */
function ownersOf(name: string, alike: readonly KeyColumn[], ownNames: ReadonlyMap<Table, string>): KeyColumn[] {
  const said = alike.filter(({ table }) => {
    const own = ownNames.get(table) ?? '';
    return !isGeneric(own) && name.startsWith(own);
  });
  const owners = said.length > 0 ? said : alike.filter((key) => isOnlyKey(key.table, key.name));
  return owners.length > MOST_TARGETS ? [] : owners;
}

/**
 * A second column whose values are all keys of the same other table points at it too: `border.state`,
 * `border.neighbour`.
 */
function addIncluded(
  schema: Schema,
  inferred: ReadonlyMap<string, readonly JoinEdge[]>,
  add: (table: Table, column: string, target: KeyColumn) => void,
  profileOf: (table: string, column: string) => ColumnProfile | null,
): void {
  const tables = new Map(schema.tables.map((table) => [table.name, table]));
  for (const found of [...inferred.values()]) {
    const [edge] = found;
    const table = tables.get(edge?.left.table ?? '');
    const target = tables.get(edge?.right.table ?? '');
    const name = edge?.right.columns[0] ?? '';
    const key = profileOf(target?.name ?? '', name);
    if (table === undefined || target === undefined || key === null || key.holds !== 'text') continue;
    for (const column of table.columns) {
      const profile = profileOf(table.name, column.name);
      if (
        found.some(({ left }) => left.columns.includes(column.name)) ||
        profile === null ||
        profile.holds !== 'text' ||
        profile.values.length < TELLING
      )
        continue;
      if (key.distinctIsExact && key.values.length === key.distinct && share(profile.values, key.values) === 1)
        add(table, column.name, { table: target, name, profile: key });
    }
  }
}

function isOnlyKey(table: Table, column: string): boolean {
  const keys = table.columns.filter((candidate) => candidate.primaryKey);
  return keys.length === 1 && keys[0]?.name === column;
}

/**
 * Between tables that nothing else connects: a text column all of whose values are keys of the other table points at
 * it, whatever its name.
 */
function addSubsets(
  schema: Schema,
  joined: (a: string, b: string) => boolean,
  add: (table: Table, column: string, target: KeyColumn) => void,
  profileOf: (table: string, column: string) => ColumnProfile | null,
): void {
  const keys = schema.tables
    .flatMap((table) =>
      table.columns.flatMap(({ name }) => {
        const profile = profileOf(table.name, name);
        const complete =
          profile !== null &&
          profile.holds === 'text' &&
          profile.distinctIsExact &&
          profile.values.length === profile.distinct &&
          profile.distinct >= TELLING;
        return complete && isUnique(table, name, profile)
          ? [{ table, name, profile, known: new Set(profile.values) }]
          : [];
      }),
    )
    .slice(0, MOST_TARGETS);
  for (const table of schema.tables) {
    for (const { name } of table.columns) {
      const profile = profileOf(table.name, name);
      if (profile?.holds !== 'text' || profile.values.length < TELLING) continue;
      const target = keys.find(
        (key) =>
          key.table !== table &&
          !joined(table.name, key.table.name) &&
          profile.values.every((value) => key.known.has(value)),
      );
      if (target !== undefined) add(table, name, target);
    }
  }
}

function isUnique(table: Table, column: string, profile: ColumnProfile | null): boolean {
  if (isOnlyKey(table, column)) return true;
  // Measures of few rows differ by accident: a column of numbers is a key only by its name.
  const named = looksLikeKey(column) || profile?.holds === 'text';
  return (
    named && profile !== null && profile.distinctIsExact && profile.distinct > 0 && profile.distinct === table.rowCount
  );
}

function fits(from: ColumnProfile | null, key: ColumnProfile | null): boolean {
  if (from === null || key === null || from.holds === 'empty' || key.holds === 'empty') return true;
  if (from.holds !== key.holds) return false;
  const complete = key.distinctIsExact && key.values.length === key.distinct && key.values.length > 0;
  return from.holds !== 'text' || !complete || from.values.length === 0 || share(from.values, key.values) >= INCLUDED;
}

function share(values: readonly string[], of: readonly string[]): number {
  const known = new Set(of);
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + (known.has(value) ? 1 : 0), 0) / values.length;
}

export function neighboursOf(joins: readonly JoinEdge[]): Neighbours {
  const neighbours = new Map<string, Neighbour[]>();
  for (const edge of joins) {
    append(neighbours, edge.left.table, { table: edge.right.table, edge });
    if (edge.left.table !== edge.right.table) append(neighbours, edge.right.table, { table: edge.left.table, edge });
  }
  return neighbours;
}

/**
 * The tables joined along foreign keys, with the connecting tables in between: from the tables reached so far,
 * the nearest missing one is added along a shortest path (a 2-approximation of the Steiner tree).
 *
 * @param banned joins that may not be used
 */
export function joinPlan(
  { neighbours }: { readonly neighbours: Neighbours },
  wanted: readonly string[],
  banned: ReadonlySet<JoinEdge> = new Set(),
): JoinPlan {
  const [start, ...others] = wanted;
  if (start === undefined) return { tables: [], edges: [] };
  const tables = [start];
  const edges: (JoinEdge | null)[] = [];
  const missing = new Set(others.filter((table) => table !== start));
  while (missing.size > 0) {
    const cameFrom = new Map<string, Neighbour | null>(tables.map((table) => [table, null]));
    const queue = [...tables];
    let reached: string | null = null;
    for (let head = 0; head < queue.length && reached === null; head++) {
      const here = queue[head] ?? '';
      for (const { table, edge } of neighbours.get(here) ?? []) {
        if (cameFrom.has(table) || banned.has(edge)) continue;
        cameFrom.set(table, { table: here, edge });
        if (missing.has(table)) {
          reached = table;
          break;
        }
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
    const path: Neighbour[] = [];
    for (let at = reached; ;) {
      const step = cameFrom.get(at);
      if (step === null || step === undefined) break;
      path.push({ table: at, edge: step.edge });
      at = step.table;
    }
    for (const { table, edge } of path.reverse()) {
      tables.push(table);
      edges.push(edge);
      missing.delete(table);
    }
  }
  return { tables, edges };
}

/**
 * Up to `most` ways to join the wanted tables, best first: that of `joinPlan`, then those that differ from it in one
 * step, by a parallel foreign key or by another way round. Fewer tables before more; none that leaves more tables
 * unconnected.
 */
export function joinPlans(index: { readonly neighbours: Neighbours }, wanted: readonly string[], most = 3): JoinPlan[] {
  const first = joinPlan(index, wanted);
  const plans = [first];
  const loose = (plan: JoinPlan): number => plan.edges.reduce((sum, edge) => sum + (edge === null ? 1 : 0), 0);
  const same = (a: JoinPlan, b: JoinPlan): boolean =>
    a.tables.length === b.tables.length && a.edges.every((edge) => b.edges.includes(edge));
  const consider = (plan: JoinPlan): void => {
    if (loose(plan) <= loose(first) && !plans.some((known) => same(known, plan))) plans.push(plan);
  };
  first.edges.forEach((edge, step) => {
    if (edge === null) return;
    const parallel = (index.neighbours.get(edge.left.table) ?? [])
      .filter((one) => one.table === edge.right.table)
      .map((one) => one.edge);
    for (const other of parallel)
      if (other !== edge)
        consider({ tables: first.tables, edges: first.edges.map((old, at) => (at === step ? other : old)) });
    consider(joinPlan(index, wanted, new Set([edge, ...parallel])));
  });
  const [best, ...others] = plans;
  return [...(best === undefined ? [] : [best]), ...others.sort((a, b) => a.tables.length - b.tables.length)].slice(
    0,
    Math.max(1, most),
  );
}

function append<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}
