/**
 * A grammar of useful SQLite SELECTs over the names of one schema, for constrained decoding: whatever a model writes
 * under it compiles. In the part of GBNF that llama.cpp and xgrammar share: literals, classes, groups, `|`, `?`, `*`,
 * `{m,n}`; names of letters, digits and hyphens; one rule a line.
 *
 * Every column rule belongs to what stands in FROM: one table, two joined by a key, or three by way of the one between.
 * Columns of one table stand alone; of several they carry its name, or the alias where a table is joined with itself.
 */
import type { ColumnProfile, Schema, Table } from '../../grpo/types.ts';
import { findJoins, type JoinEdge } from '../../linking/joins.ts';
import { quoteIdentifier } from '../sketch/quote.ts';
import { writableColumns } from './schema-text.ts';

/** Tables, columns of each, and joins of tables that the grammar knows; the more, the slower every token. */
const MOST_TABLES = 12;
const MOST_COLUMNS = 40;
const MOST_JOINS = 24;
/** Characters beyond ASCII that a text may hold. */
const MOST_CHARACTERS = 100;

export interface GrammarOptions {
  /** Tables to keep before others when there are more than `maxTables`: those the question is about. */
  readonly first?: readonly string[];
  readonly maxTables?: number;
}

export interface SchemaGrammar {
  /** GBNF; the first rule is `root`. */
  readonly text: string;
  /** What of the schema it cannot say. */
  readonly leftOut: { readonly tables: number; readonly columns: number; readonly joins: number };
}

/** A table in a FROM clause, under the name its columns carry. */
interface Source {
  readonly table: GrammarTable;
  /** null: columns stand alone. */
  readonly alias: string | null;
}

/** One FROM clause. */
interface Scope {
  readonly name: string;
  readonly sources: readonly Source[];
  readonly from: string;
}

interface GrammarTable {
  /** In rule names. */
  readonly number: number;
  readonly table: Table;
  readonly numbers: readonly string[];
  readonly texts: readonly string[];
}

export function schemaGrammar(schema: Schema, options: GrammarOptions = {}): string {
  return grammarOf(schema, options).text;
}

/** The grammar with what it had to leave out. Throws RangeError for a schema without a table that can be written. */
export function grammarOf(schema: Schema, { first = [], maxTables = MOST_TABLES }: GrammarOptions = {}): SchemaGrammar {
  const profiles = new Map(schema.profiles.map((profile) => [`${profile.table}\n${profile.column}`, profile]));
  const profileOf = (table: string, column: string): ColumnProfile | null =>
    profiles.get(`${table}\n${column}`) ?? null;
  const edges = findJoins(schema, profileOf).filter(
    ({ left, right }) => left.columns.length > 0 && left.columns.length === right.columns.length,
  );
  const kept = keptTables(schema, edges, first, maxTables);
  if (kept.length === 0) throw new RangeError('The database has no table whose name can be written.');
  const tables = kept.map((table, number) => toGrammarTable(table, number, profileOf));
  const known = new Map(tables.map((table) => [table.table.name, table]));
  const usable = edges.filter(({ left, right }) =>
    [left, right].every((end) => end.columns.every((column) => has(known.get(end.table), column))),
  );
  const joined = joinScopes(usable, known);
  const scopes = [
    ...tables.map((table): Scope => ({
      name: `t${table.number}`,
      sources: [{ table, alias: null }],
      from: quoteIdentifier(table.table.name),
    })),
    ...joined.slice(0, MOST_JOINS),
  ];
  const columns =
    schema.tables.reduce((sum, table) => sum + table.columns.length, 0) -
    tables.reduce((sum, { numbers, texts }) => sum + numbers.length + texts.length, 0);
  return {
    text: `${used([...rootRules(scopes), ...sharedRules(beyondAscii(schema, kept)), ...tables.flatMap(tableRules), ...scopes.flatMap((scope) => scopeRules(scope, usable, known))]).join('\n')}\n`,
    leftOut: {
      tables: schema.tables.length - tables.length,
      columns,
      joins: edges.length - usable.length + Math.max(0, joined.length - MOST_JOINS),
    },
  };
}

/** Characters beyond ASCII in the values of these tables, in order of appearance. */
function beyondAscii({ profiles }: Schema, tables: readonly Table[]): string[] {
  const names = new Set(tables.map(({ name }) => name));
  const found = new Set<string>();
  for (const { table, values } of profiles) {
    if (!names.has(table)) continue;
    for (const value of values) {
      for (const char of value.match(/[^\p{Cc}\p{Cf}\p{Cs}\x20-\x7e\u2028\u2029]/gu) ?? []) {
        if (found.size >= MOST_CHARACTERS) return [...found];
        found.add(char);
      }
    }
  }
  return [...found];
}

const has = (table: GrammarTable | undefined, column: string): boolean =>
  table !== undefined && (table.numbers.includes(column) || table.texts.includes(column));

/**
 * The tables asked for, then those a key joins to them, then the others in the order of the schema; given back in that
 * order too.
 */
function keptTables(schema: Schema, edges: readonly JoinEdge[], first: readonly string[], most: number): Table[] {
  const writable = schema.tables.filter((table) => writableColumns(table) !== null);
  const beside = edges.flatMap(({ left, right }) =>
    first.includes(left.table) ? [right.table] : first.includes(right.table) ? [left.table] : [],
  );
  const order = [...new Set([...first, ...beside, ...writable.map(({ name }) => name)])];
  const kept = new Set(
    order.filter((name) => writable.some((table) => table.name === name)).slice(0, Math.max(1, most)),
  );
  return writable.filter(({ name }) => kept.has(name));
}

function toGrammarTable(
  table: Table,
  number: number,
  profileOf: (table: string, column: string) => ColumnProfile | null,
): GrammarTable {
  const names = (writableColumns(table) ?? []).slice(0, MOST_COLUMNS).map(({ name }) => name);
  const isNumber = (column: string): boolean =>
    ['integer', 'real'].includes(profileOf(table.name, column)?.holds ?? '');
  return { number, table, numbers: names.filter(isNumber), texts: names.filter((name) => !isNumber(name)) };
}

/** Two tables by each key that joins them; then three, where one table has keys to two others. */
function joinScopes(edges: readonly JoinEdge[], known: ReadonlyMap<string, GrammarTable>): Scope[] {
  const quoted = (source: Source, column: string): string => `${source.alias ?? ''}.${quoteIdentifier(column)}`;
  const on = (a: Source, aColumns: readonly string[], b: Source, bColumns: readonly string[]): string =>
    aColumns.map((column, i) => `${quoted(a, column)} = ${quoted(b, bColumns[i] ?? '')}`).join(' AND ');
  const tableOf = (name: string): GrammarTable => known.get(name) as GrammarTable;
  const plain = (name: string): Source => ({ table: tableOf(name), alias: quoteIdentifier(name) });
  const pairs = edges.map(({ left, right }, i): Scope => {
    const itself = left.table === right.table;
    const [a, b] = itself
      ? [
          { table: tableOf(left.table), alias: 'a' },
          { table: tableOf(right.table), alias: 'b' },
        ]
      : [plain(left.table), plain(right.table)];
    const said = (source: Source): string =>
      quoteIdentifier(source.table.table.name) + (itself ? ` AS ${source.alias ?? ''}` : '');
    return {
      name: `j${i}`,
      sources: [a, b],
      from: `${said(a)} JOIN ${said(b)} ON ${on(a, left.columns, b, right.columns)}`,
    };
  });
  const threes = edges.flatMap((one, i) =>
    edges.slice(i + 1).flatMap((other): Scope[] => {
      const names = [one.left.table, one.right.table, other.right.table];
      if (one.left.table !== other.left.table || new Set(names).size < 3) return [];
      const [middle, a, b] = names.map(plain) as [Source, Source, Source];
      const join = (source: Source, { left, right }: JoinEdge): string =>
        ` JOIN ${source.alias ?? ''} ON ${on(middle, left.columns, source, right.columns)}`;
      return [{ name: '', sources: [middle, a, b], from: `${middle.alias ?? ''}${join(a, one)}${join(b, other)}` }];
    }),
  );
  return [...pairs, ...threes.map((scope, i) => ({ ...scope, name: `k${i}` }))];
}

/** A text as GBNF writes it. Names with control characters never get here. */
const literal = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

const either = (options: readonly string[]): string => options.join(' | ');

/** The rules that `root` leads to, in their order: a schema without numbers needs no test of numbers. */
function used(rules: readonly string[]): string[] {
  const bodies = new Map(rules.map((rule) => [rule.slice(0, rule.indexOf(' ')), rule.slice(rule.indexOf('::=') + 3)]));
  const reached = new Set<string>();
  const open = ['root'];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    const bare = (bodies.get(name) ?? '').replace(/"(?:[^"\\]|\\.)*"|\[[^\]]*\]|\{[^}]*\}/g, ' ');
    open.push(...(bare.match(/[a-z][a-z0-9-]*/g) ?? []));
  }
  return rules.filter((rule) => reached.has(rule.slice(0, rule.indexOf(' '))));
}

function rootRules(scopes: readonly Scope[]): string[] {
  return [
    `root ::= "SELECT " ( "DISTINCT " )? ( ${either(scopes.map(({ name }) => `select-${name}`))} )`,
    // The second half of UNION, INTERSECT, EXCEPT: one column, like the first.
    `other ::= ( " UNION " | " INTERSECT " | " EXCEPT " ) "SELECT " ( ${either(scopes.map(({ name }) => `single-${name}`))} )`,
  ];
}

/**
 * Numbers are bounded; texts only by the answer's own limit of tokens: counting characters costs xgrammar seconds for
 * each grammar (measured: 4 s against 2 ms with 32,000 tokens).
 *
 * A text is of ASCII and of what characters the data hold, each written out: xgrammar reads classes beyond ASCII
 * wrongly, and with an excluding class llama.cpp lets a model write single bytes that are no character.
 */
const sharedRules = (beyondAscii: readonly string[]): string[] => [
  'compare ::= " = " | " != " | " > " | " >= " | " < " | " <= "',
  'number ::= ( "-" )? [0-9]{1,9} ( "." [0-9]{1,4} )?',
  'text ::= "\'" characters ( "\'\'" characters )? "\'"',
  `characters ::= ( ${either(['[ -&(-~]', ...beyondAscii.map(literal)])} )*`,
  'null-test ::= " IS NULL" | " IS NOT NULL"',
  'number-test ::= compare number | " BETWEEN " number " AND " number | null-test',
  'text-test ::= compare text | ( " NOT" )? " LIKE " text | " IN (" text ( ", " text ){0,3} ")" | " BETWEEN " text " AND " text | null-test',
  'direction ::= " ASC" | " DESC"',
  'limit ::= " LIMIT " [1-9] [0-9]{0,2}',
];

/** What one table gives to any FROM: its columns alone, its conditions, and its figures as a subquery. */
function tableRules({ number, table, numbers, texts }: GrammarTable): string[] {
  const t = `t${number}`;
  const from = literal(` FROM ${quoteIdentifier(table.name)}`);
  return [
    ...columnRules(t, null, numbers, texts),
    `filter-${t} ::= ${either([...(numbers.length > 0 ? [`num-${t} number-test`] : []), ...(texts.length > 0 ? [`txt-${t} text-test`] : [])])}`,
    `where-plain-${t} ::= " WHERE " filter-${t} ( ( " AND " | " OR " ) filter-${t} )?`,
    ...(numbers.length > 0 ? [`figure-${t} ::= "(SELECT " ( "AVG(" | "MAX(" | "MIN(" ) num-${t} ")" ${from} ")"`] : []),
  ];
}

/** `num-`, `txt-` and `col-` of one table under an alias; a kind without columns has no rule. */
function columnRules(
  name: string,
  alias: string | null,
  numbers: readonly string[],
  texts: readonly string[],
): string[] {
  const options = (columns: readonly string[]): string =>
    either(columns.map((column) => literal(`${alias === null ? '' : `${alias}.`}${quoteIdentifier(column)}`)));
  return [
    ...(numbers.length > 0 ? [`num-${name} ::= ${options(numbers)}`] : []),
    ...(texts.length > 0 ? [`txt-${name} ::= ${options(texts)}`] : []),
  ];
}

/** Everything of a query after SELECT, over one FROM clause. */
function scopeRules(
  { name, sources, from }: Scope,
  edges: readonly JoinEdge[],
  known: ReadonlyMap<string, GrammarTable>,
): string[] {
  const partOf = ({ table }: Source, i: number): string => (sources.length === 1 ? `t${table.number}` : `${name}-${i}`);
  const named = sources.map((source, i) => ({ source, part: partOf(source, i) }));
  const numeric = named.filter(({ source }) => source.table.numbers.length > 0);
  const textual = named.filter(({ source }) => source.table.texts.length > 0);
  const rules =
    sources.length === 1
      ? []
      : named.flatMap(({ source, part }) => columnRules(part, source.alias, source.table.numbers, source.table.texts));
  const num = numeric.length > 0 ? `num-of-${name}` : null;
  if (num !== null) rules.push(`${num} ::= ${either(numeric.map(({ part }) => `num-${part}`))}`);
  rules.push(
    `col-of-${name} ::= ${either([...(num === null ? [] : [num]), ...textual.map(({ part }) => `txt-${part}`)])}`,
  );

  const figures = [
    '"COUNT(*)"',
    `"COUNT(" ( "DISTINCT " )? col-of-${name} ")"`,
    `( "MIN(" | "MAX(" ) col-of-${name} ")"`,
  ];
  if (num !== null) figures.push(`( "SUM(" | "AVG(" ) ${num} ( ( " * " | " + " | " - " | " / " ) ${num} )? ")"`);
  const conditions = [
    ...(num === null
      ? []
      : [
          `${num} ( number-test${numeric
            .map(({ source }) => ` | compare figure-t${source.table.number}`)
            .filter((test, i, all) => all.indexOf(test) === i)
            .join('')} )`,
        ]),
    ...(textual.length === 0 ? [] : [`( ${either(textual.map(({ part }) => `txt-${part}`))} ) text-test`]),
    ...named.flatMap(({ source }) => memberTests(source, edges, known)),
  ];
  const clause = literal(` FROM ${from}`);
  return [
    ...rules,
    `agg-${name} ::= ${either(figures)}`,
    `item-${name} ::= col-of-${name} | agg-${name}`,
    `cond-${name} ::= ${either(conditions)}`,
    `where-${name} ::= " WHERE " cond-${name} ( ( " AND " | " OR " ) cond-${name} ){0,2}`,
    `group-${name} ::= " GROUP BY " col-of-${name} ( " HAVING " agg-${name} compare number )? ( " ORDER BY " item-${name} ( direction )? )?`,
    `order-${name} ::= " ORDER BY " col-of-${name} ( direction )? ( ", " col-of-${name} ( direction )? )?`,
    `rest-${name} ::= ( group-${name} | order-${name} )? ( limit )?`,
    `select-${name} ::= item-${name} ( ${clause} ( where-${name} )? ( other | rest-${name} ) | ( ", " item-${name} ){1,3} ${clause} ( where-${name} )? rest-${name} )`,
    `single-${name} ::= item-${name} ${clause} ( where-${name} )?`,
  ];
}

/** Key columns of a table as members of the keys on the other end: "owner.id NOT IN (SELECT owner_id FROM boat …)". */
function memberTests(
  { table, alias }: Source,
  edges: readonly JoinEdge[],
  known: ReadonlyMap<string, GrammarTable>,
): string[] {
  const own = table.table.name;
  const ends = edges
    .flatMap(({ left, right }) => [[left, right] as const, [right, left] as const])
    .filter(([here, there]) => here.table === own && here.columns.length === 1 && there.columns.length === 1);
  return [
    ...new Set(
      ends.flatMap(([here, there]) => {
        const other = known.get(there.table);
        if (other === undefined) return [];
        const column = `${alias === null ? '' : `${alias}.`}${quoteIdentifier(here.columns[0] ?? '')}`;
        const inner = `(SELECT ${quoteIdentifier(there.columns[0] ?? '')} FROM ${quoteIdentifier(there.table)}`;
        return [`${literal(column)} ( " NOT" )? ${literal(` IN ${inner}`)} ( where-plain-t${other.number} )? ")"`];
      }),
    ),
  ];
}
