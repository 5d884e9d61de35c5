/**
 * Reads the shape of a SELECT out of SQLite's tokens: clauses, sources, output columns. `read-expression.ts` reads what
 * is in them.
 */
import type { Schema } from '../grpo/types.ts';
import { ExpressionReader, isNameToken, MAX_ITEMS, type Scoped } from './read-expression.ts';
import { indexOf, isSystemTable, SYSTEM, UNKNOWN, type Origin, type Scope, type Source } from './scope.ts';
import type { AggregateUse, ColumnUse, JoinUse, KeyExpression, SelectItem, SqlStructure } from './sql-structure.ts';

const QUERY_START = new Set(['SELECT', 'WITH', 'VALUES']);
const CLAUSES = new Set(['FROM', 'WHERE', 'GROUP', 'HAVING', 'WINDOW', 'ORDER', 'LIMIT']);
const JOIN_WORDS = new Set(['NATURAL', 'LEFT', 'RIGHT', 'FULL', 'INNER', 'CROSS', 'OUTER', 'JOIN']);
const NOT_ALIAS = new Set([...JOIN_WORDS, 'ON', 'USING', 'INDEXED', 'NOT', 'WINDOW', 'AS']);

/** Tables and subqueries of one FROM that are read: SQLite joins at most 64. */
const MAX_JOINED = 64;
/** Tables, subqueries and CTEs that are read in a whole text: names are looked up among them. */
const MAX_SOURCES = 1024;

/** Aggregates that give back the constant they are given. */
const CONSTANT_OF_CONSTANT = new Set(['MIN', 'MAX', 'AVG', 'MEDIAN', 'GROUP_CONCAT', 'STRING_AGG']);

type Ctes = ReadonlyMap<string, Source>;
/** Output columns in order; a star may give the same name twice, so a list of pairs. */
type Outputs = readonly (readonly [string, Origin])[];
interface Clauses {
  readonly keyword: string;
  readonly at: number;
  readonly from: number;
  readonly to: number;
}
type MutableJoin = { -readonly [K in keyof JoinUse]: JoinUse[K] };

export function readStatement(sql: string, schema: Schema): SqlStructure {
  return new SelectReader(sql, schema).read();
}

class SelectReader extends ExpressionReader {
  private readonly schema: Schema;
  private subqueryCount = 0;
  private sourceCount = 0;

  constructor(sql: string, schema: Schema) {
    super(sql);
    this.schema = schema;
  }

  read(): SqlStructure {
    const tokens = this.tokens;
    let end = tokens.length;
    while (tokens[end - 1]?.text === ';') end -= 1;
    let start = 0;
    while (start < end && !(tokens[start]?.kind === 'keyword' && QUERY_START.has(tokens[start]?.value ?? '')))
      start += 1;
    const wellFormed =
      start === 0 &&
      end > 0 &&
      this.balanced &&
      tokens.slice(0, end).every((token) => token.closed && token.kind !== 'unknown' && token.text !== ';');
    if (start < end) this.query(start, end, null, 0, new Map());
    const r = this.reading;
    const unknownTables = r.tables.filter((table) => table.kind === 'unknown');
    // What was passed over may have what nothing else has.
    const unknownColumns =
      unknownTables.length > 0 || this.skipped ? [] : r.columns.filter((column) => column.status === 'unknown');
    return {
      sql: this.sql,
      complete: wellFormed && !this.skipped,
      ...r,
      subqueries: this.subqueryCount,
      unresolved: [
        ...unknownTables.map(({ start: from, end: to, name }) => ({
          start: from,
          end: to,
          name,
          kind: 'table' as const,
        })),
        ...unknownColumns.map(({ start: from, end: to, text }) => ({
          start: from,
          end: to,
          name: text,
          kind: 'column' as const,
        })),
      ],
    };
  }

  protected override subquery(lo: number, hi: number, scope: Scoped): void {
    this.subqueryCount += 1;
    this.query(lo, hi, scope.scope, scope.depth + 1, scope.ctes);
  }

  /** tokens[lo, hi) as a SELECT with its WITH, its set operations, and the ORDER BY and LIMIT of them all. */
  private query(lo: number, hi: number, parent: Scope | null, depth: number, outerCtes: Ctes): Outputs {
    return this.nested<Outputs>([], () => this.queryParts(lo, hi, parent, depth, outerCtes));
  }

  private queryParts(lo: number, hi: number, parent: Scope | null, depth: number, outerCtes: Ctes): Outputs {
    let at = lo;
    let ctes = outerCtes;
    if (this.is(at, 'WITH')) [at, ctes] = this.withClause(at + 1, hi, parent, depth, outerCtes);
    const cores: [number, number][] = [];
    let from = at;
    for (let i = at; i < hi; i = this.next(i)) {
      if (!this.is(i, 'UNION') && !this.is(i, 'INTERSECT') && !this.is(i, 'EXCEPT')) continue;
      cores.push([from, i]);
      const all = this.is(i + 1, 'ALL');
      const word = this.tokens[i]?.value;
      this.reading.setOperations.push({
        ...this.range(i, all ? i + 2 : i + 1),
        operator: word === 'UNION' ? (all ? 'UNION ALL' : 'UNION') : word === 'INTERSECT' ? 'INTERSECT' : 'EXCEPT',
        depth,
      });
      from = all ? i + 2 : i + 1;
    }
    if (cores.length === 0) return this.core(from, hi, parent, depth, ctes, true);
    // ORDER BY and LIMIT after the last part belong to the whole, and see the first part's output columns.
    const tail = this.clauses(from, hi).filter((clause) => clause.keyword === 'ORDER' || clause.keyword === 'LIMIT');
    cores.push([from, tail[0]?.at ?? hi]);
    const outputs = cores.map(([a, b], i) => this.core(a, b, parent, depth, ctes, i === 0))[0] ?? [];
    const scope: Scope = { parent, sources: [], merged: new Set(), aliases: new Map(outputs) };
    for (const clause of tail) this.tailClause(clause, { scope, depth, ctes });
    return outputs;
  }

  private withClause(start: number, hi: number, parent: Scope | null, depth: number, outer: Ctes): [number, Ctes] {
    const ctes = new Map(outer);
    let at = this.is(start, 'RECURSIVE') ? start + 1 : start;
    while (at < hi) {
      if (this.tooMany(0)) return [hi, ctes];
      const name = this.tokens[at]?.value.toLowerCase() ?? '';
      at += 1;
      let declared: string[] | null = null;
      if (this.text(at) === '(') {
        declared = this.tokens
          .slice(at + 1, Math.min(this.match(at), hi))
          .filter(isNameToken)
          .map((token) => token.value);
        at = this.next(at);
      }
      while (at < hi && this.text(at) !== '(' && !this.is(at, 'SELECT')) at += 1;
      const close = Math.min(this.match(at), hi);
      // While its own body is read, a recursive CTE may name any column of itself.
      ctes.set(name, { alias: name, columns: new Map(), other: { ...UNKNOWN, status: 'derived' }, table: null });
      this.subqueryCount += 1;
      const outputs = this.query(at + 1, close, parent, depth + 1, ctes);
      const columns = declared
        ? declared.map((column, i): [string, Origin] => [
            column.toLowerCase(),
            outputs[i]?.[1] ?? { ...UNKNOWN, status: 'derived' },
          ])
        : outputs;
      ctes.set(name, { alias: name, columns: new Map(columns), other: null, table: null });
      at = close + 1;
      if (this.text(at) !== ',') break;
      at += 1;
    }
    return [at, ctes];
  }

  /** Where the clauses of one SELECT begin and end, in order. */
  private clauses(lo: number, hi: number): Clauses[] {
    const starts: { keyword: string; at: number; from: number }[] = [];
    for (let i = lo; i < hi; i = this.next(i)) {
      const token = this.tokens[i];
      if (token?.kind !== 'keyword' || !CLAUSES.has(token.value) || this.text(i - 1) === '.') continue;
      const by = token.value === 'GROUP' || token.value === 'ORDER';
      if (by && !this.is(i + 1, 'BY')) continue;
      if (token.value === 'WINDOW' && !this.is(i + 2, 'AS')) continue;
      // `a IS DISTINCT FROM b` has a FROM that begins nothing.
      if (token.value === 'FROM' && this.is(i - 1, 'DISTINCT') && (this.is(i - 2, 'IS') || this.is(i - 2, 'NOT')))
        continue;
      starts.push({ keyword: token.value, at: i, from: by ? i + 2 : i + 1 });
    }
    return starts.map((start, i) => ({ ...start, to: starts[i + 1]?.at ?? hi }));
  }

  private core(lo: number, hi: number, parent: Scope | null, depth: number, ctes: Ctes, isFirst: boolean): Outputs {
    const scope: Scope = { parent, sources: [], merged: new Set(), aliases: new Map() };
    const scoped: Scoped = { scope, depth, ctes };
    if (this.is(lo, 'VALUES')) {
      this.expression(lo + 1, hi, 'select', scoped);
      return [];
    }
    if (!this.is(lo, 'SELECT')) return [];
    let first = lo + 1;
    if (this.is(first, 'DISTINCT')) this.reading.distinct.push(this.range(first, first + 1));
    if (this.is(first, 'DISTINCT') || this.is(first, 'ALL')) first += 1;
    const clauses = this.clauses(first, hi);
    const joins: MutableJoin[] = [];
    const before = this.reading.comparisons.length;
    for (const clause of clauses) if (clause.keyword === 'FROM') this.sources(clause.from, clause.to, scoped, joins);
    const [items, outputs] = this.selectList(first, clauses[0]?.at ?? hi, scoped, isFirst && depth === 0);
    for (const clause of clauses) {
      if (clause.keyword === 'WHERE') this.expression(clause.from, clause.to, 'where', scoped);
      else if (clause.keyword === 'GROUP') {
        for (const [a, b] of this.split(clause.from, clause.to))
          this.reading.groupBy.push(this.keyExpression(a, b, 'group', scoped, items));
      } else if (clause.keyword === 'HAVING') {
        this.reading.having.push(this.range(clause.at, clause.to));
        this.expression(clause.from, clause.to, 'having', scoped);
      } else if (clause.keyword !== 'FROM') this.tailClause(clause, scoped, items);
    }
    if (joins.some((join) => !join.hasCondition)) {
      const tied = this.tiedTables(before, depth);
      for (const join of joins) join.hasCondition ||= join.table === null ? tied.size > 0 : tied.has(join.table);
    }
    return outputs;
  }

  private tailClause(clause: Clauses, scoped: Scoped, items: readonly SelectItem[] = this.reading.select): void {
    const { depth } = scoped;
    if (clause.keyword === 'ORDER') {
      for (const [a, b] of this.split(clause.from, clause.to)) {
        let end = b;
        if (this.is(end - 2, 'NULLS')) end -= 2;
        const direction = this.is(end - 1, 'DESC') ? 'DESC' : 'ASC';
        if (end - 1 > a && (this.is(end - 1, 'DESC') || this.is(end - 1, 'ASC'))) end -= 1;
        this.reading.orderBy.push({
          ...this.keyExpression(a, end, 'order', scoped, items),
          ...this.range(a, b),
          direction,
        });
      }
    } else if (clause.keyword === 'LIMIT') {
      this.expression(clause.from, clause.to, 'limit', scoped);
      const comma = this.split(clause.from, clause.to)[1];
      const at = comma ? comma[0] : clause.from;
      const token = this.tokens[at];
      const alone = at + 1 === clause.to || this.is(at + 1, 'OFFSET');
      this.reading.limits.push({
        ...this.range(clause.at, clause.to),
        count: token?.kind === 'number' && alone ? Number(token.text) : null,
        depth,
      });
    }
  }

  /** GROUP BY and ORDER BY may also name an output column by its alias or its number. */
  private keyExpression(
    a: number,
    b: number,
    clause: 'group' | 'order',
    scoped: Scoped,
    items: readonly SelectItem[],
  ): KeyExpression {
    const only = b - a === 1 ? this.tokens[a] : undefined;
    const alias = only?.value.toLowerCase();
    const item =
      only?.kind === 'number'
        ? items[Number(only.text) - 1]
        : only && isNameToken(only)
          ? items.find((one) => one.alias?.toLowerCase() === alias)
          : undefined;
    const before = this.mark();
    if (only?.kind !== 'number') this.expression(a, b, clause, scoped, clause === 'order');
    const { columns, aggregates } = this.since(before, scoped.depth);
    // GROUP BY prefers a column to an alias of the same name.
    const viaItem = item && columns[0]?.status !== 'column' && columns[0]?.status !== 'ambiguous';
    return {
      ...this.range(a, b),
      depth: scoped.depth,
      ...(viaItem
        ? { text: item.text, columns: item.columns, aggregates: item.aggregates }
        : { text: this.render(a, b), columns, aggregates }),
    };
  }

  private selectList(lo: number, hi: number, scoped: Scoped, record: boolean): [SelectItem[], Outputs] {
    const items: SelectItem[] = [];
    const outputs: [string, Origin][] = [];
    const aliases: [string, Origin][] = [];
    for (const [a, b] of this.split(lo, hi)) {
      const star = this.text(b - 1) === '*' && (b - a === 1 || this.text(b - 2) === '.');
      if (star) {
        const only = b - a > 1 ? this.tokens[b - 3]?.value.toLowerCase() : undefined;
        for (const source of scoped.scope.sources) {
          if (outputs.length >= MAX_ITEMS) break;
          if (only === undefined || source.alias === only) outputs.push(...source.columns);
        }
        items.push({
          ...this.range(a, b),
          text: this.render(a, b),
          alias: null,
          star,
          columns: [],
          aggregates: [],
          constant: false,
        });
        continue;
      }
      const [end, alias] = this.aliasAt(a, b);
      const before = this.mark();
      const seen = {
        columns: this.reading.columns.length,
        tables: this.reading.tables.length,
        windows: this.windows,
        aggregates: this.reading.aggregates.length,
      };
      this.expression(a, end, 'select', scoped);
      const { columns, aggregates } = this.since(before, scoped.depth);
      const readsRows =
        this.reading.tables.length > seen.tables ||
        (scoped.scope.sources.length > 0 &&
          (this.reading.columns.slice(seen.columns).some((use) => use.status !== 'constant') ||
            this.windows > seen.windows ||
            this.reading.aggregates
              .slice(seen.aggregates)
              .some((use) => use.argument === '*' || !CONSTANT_OF_CONSTANT.has(use.name))));
      const constant = !readsRows || this.timesZero(a, end);
      items.push({ ...this.range(a, b), text: this.render(a, end), alias, star, columns, aggregates, constant });
      const [only] = columns;
      const plain =
        only &&
        aggregates.length === 0 &&
        only.start === this.tokens[a]?.start &&
        only.end === this.tokens[end - 1]?.end;
      const origin: Origin = plain
        ? { table: only.table, column: only.column, status: only.status }
        : { ...UNKNOWN, status: constant ? 'constant' : 'derived' };
      outputs.push([(alias ?? this.tokens[end - 1]?.value ?? '').toLowerCase(), origin]);
      if (alias !== null) aliases.push([alias.toLowerCase(), { ...origin, status: plain ? only.status : 'alias' }]);
    }
    for (const [name, origin] of aliases) scoped.scope.aliases.set(name, origin);
    if (record) this.reading.select.push(...items);
    return [items, outputs];
  }

  /** Something times nought at the top of the expression: nought, or NULL, whatever the rest reads. */
  private timesZero(lo: number, hi: number): boolean {
    const zero = (at: number): boolean => this.tokens[at]?.kind === 'number' && Number(this.text(at)) === 0;
    const product =
      hi - lo >= 3 && ((this.text(hi - 2) === '*' && zero(hi - 1)) || (zero(lo) && this.text(lo + 1) === '*'));
    if (!product) return false;
    // A sum beside the product ("a + b * 0") still reads what is added.
    let depth = 0;
    for (let at = lo; at < hi; at++) {
      const text = this.text(at) ?? '';
      if (text === '(') depth++;
      else if (text === ')') depth--;
      else if (depth === 0 && ['+', '-', '||'].includes(text)) return false;
    }
    return true;
  }

  /** Where the expression of an output column ends, and its alias. */
  private aliasAt(a: number, b: number): [number, string | null] {
    const last = this.tokens[b - 1];
    const before = this.tokens[b - 2];
    if (!last || !before || b - a < 2) return [b, null];
    if (before.value === 'AS' && before.kind === 'keyword') return [b - 2, last.value];
    const endsOperand =
      before.kind === 'identifier' ||
      before.kind === 'string' ||
      before.kind === 'number' ||
      before.text === ')' ||
      before.value === 'END' ||
      before.value === 'NULL' ||
      isNameToken(before);
    const canName = isNameToken(last) || last.kind === 'string';
    return endsOperand && canName && !this.is(b - 3, 'COLLATE') && last.value !== 'END'
      ? [b - 1, last.value]
      : [b, null];
  }

  /** Counts one more source or CTE; true when no more is to be read. */
  private tooMany(joined: number): boolean {
    this.sourceCount += 1;
    const full = joined >= MAX_JOINED || this.sourceCount > MAX_SOURCES;
    this.skipped ||= full;
    return full;
  }

  /** The sources of a FROM clause, with their joins and the conditions of these. */
  private sources(lo: number, hi: number, scoped: Scoped, joins: MutableJoin[]): void {
    this.nested(undefined, () => this.joined(lo, hi, scoped, joins));
  }

  private joined(lo: number, hi: number, scoped: Scoped, joins: MutableJoin[]): void {
    const conditions: (() => void)[] = [];
    let at = lo;
    let kind: JoinUse['kind'] | null = null;
    let opStart = lo;
    while (at < hi && !this.tooMany(scoped.scope.sources.length)) {
      const [after, source] = this.source(at, hi, scoped, joins);
      at = Math.max(after, at + 1);
      if (kind !== null) {
        const join: MutableJoin = {
          ...this.range(opStart, at),
          kind,
          table: source?.table ?? null,
          hasCondition: kind === 'natural',
          columns: [],
          depth: scoped.depth,
        };
        joins.push(join);
        this.reading.joins.push(join);
        if (kind === 'natural') for (const name of source?.columns.keys() ?? []) scoped.scope.merged.add(name);
        const condition: [number, number] = [at + 1, at + 1];
        if (this.is(at, 'ON')) {
          let end = at + 1;
          while (end < hi && this.text(end) !== ',' && !this.isJoinWord(end)) end = this.next(end);
          condition[1] = end;
        } else if (this.is(at, 'USING') && this.text(at + 1) === '(') {
          condition[1] = this.next(at + 1);
          for (const token of this.tokens.slice(at + 2, Math.min(this.match(at + 1), hi)).filter(isNameToken))
            scoped.scope.merged.add(token.value.toLowerCase());
        }
        const [a, b] = condition;
        if (b > a) {
          conditions.push(() => {
            const before = this.mark();
            this.expression(a, Math.min(b, hi), 'join', scoped);
            join.columns = this.since(before, scoped.depth).columns;
            join.hasCondition = join.columns.length > 0;
            join.end = this.tokens[Math.min(b, hi) - 1]?.end ?? join.end;
          });
          at = b;
        }
      }
      while (at < hi && this.text(at) !== ',' && !this.isJoinWord(at)) at = this.next(at);
      opStart = at;
      kind = 'comma';
      if (this.text(at) === ',') at += 1;
      else {
        kind = 'inner';
        for (; at < hi && this.isJoinWord(at); at += 1) {
          const word = this.tokens[at]?.value;
          if (word === 'NATURAL') kind = 'natural';
          else if (kind !== 'natural' && word === 'LEFT') kind = 'left';
          else if (kind !== 'natural' && word === 'RIGHT') kind = 'right';
          else if (kind !== 'natural' && word === 'FULL') kind = 'full';
          else if (kind !== 'natural' && word === 'CROSS') kind = 'cross';
          if (word === 'JOIN') {
            at += 1;
            break;
          }
        }
      }
    }
    for (const read of conditions) read();
  }

  private isJoinWord(i: number): boolean {
    const token = this.tokens[i];
    return token?.kind === 'keyword' && JOIN_WORDS.has(token.value);
  }

  /** One table, subquery or parenthesised join; returns the index behind it and its alias. */
  private source(at: number, hi: number, scoped: Scoped, joins: MutableJoin[]): [number, Source | null] {
    const { scope, depth, ctes } = scoped;
    if (this.text(at) === '(') {
      const close = Math.min(this.match(at), hi);
      if (!this.startsQuery(at + 1)) {
        this.sources(at + 1, close, scoped, joins);
        return [close + 1, scope.sources.at(-1) ?? null];
      }
      this.subqueryCount += 1;
      const outputs = this.query(at + 1, close, scope.parent, depth + 1, ctes);
      const [after, alias] = this.sourceAlias(close + 1, hi);
      const source: Source = { alias: alias?.toLowerCase() ?? '', columns: new Map(outputs), other: null, table: null };
      scope.sources.push(source);
      return [after, source];
    }
    const token = this.tokens[at];
    if (!token || !(isNameToken(token) || token.kind === 'string')) return [at + 1, null];
    const nameAt = this.text(at + 1) === '.' ? at + 2 : at;
    const written = this.tokens[nameAt]?.value ?? '';
    const isCall = this.text(nameAt + 1) === '(';
    const [after, alias] = this.sourceAlias(isCall ? this.next(nameAt + 1) : nameAt + 1, hi);
    const cte = nameAt === at ? ctes.get(written.toLowerCase()) : undefined;
    const known = cte || isCall ? undefined : indexOf(this.schema).tables.get(written.toLowerCase());
    const kind = cte ? 'cte' : known ? 'table' : isCall || isSystemTable(written) ? 'system' : 'unknown';
    const name = known?.table.name ?? written;
    this.reading.tables.push({ ...this.range(at, nameAt + 1), name, alias, kind, depth });
    const source: Source = {
      alias: (alias ?? written).toLowerCase(),
      columns: cte?.columns ?? known?.columns ?? new Map<string, Origin>(),
      other: cte ? cte.other : kind === 'system' ? SYSTEM : kind === 'unknown' ? UNKNOWN : null,
      table: known ? name : null,
    };
    scope.sources.push(source);
    return [after, source];
  }

  private sourceAlias(at: number, hi: number): [number, string | null] {
    const as = this.is(at, 'AS') ? at + 1 : at;
    const token = as < hi ? this.tokens[as] : undefined;
    const found =
      token &&
      (isNameToken(token) || token.kind === 'string') &&
      !(token.kind === 'keyword' && NOT_ALIAS.has(token.value))
        ? token.value
        : null;
    return [found === null ? as : as + 1, found];
  }

  /** The tables (null for what is none) that an equation read since comparison `from` ties to another column. */
  private tiedTables(from: number, depth: number): Set<string | null> {
    const tied = new Set<string | null>();
    for (const { left, right, operator, clause, depth: at } of this.reading.comparisons.slice(from)) {
      if (
        at !== depth ||
        operator !== '=' ||
        right === null ||
        clause === 'having' ||
        left.text.toLowerCase() === right.text.toLowerCase()
      )
        continue;
      tied.add(left.table).add(right.table);
    }
    return tied;
  }

  private mark(): { columns: number; aggregates: number } {
    return { columns: this.reading.columns.length, aggregates: this.reading.aggregates.length };
  }

  /** What was read since `before` at this depth, without what its subqueries use. */
  private since(
    before: { columns: number; aggregates: number },
    depth: number,
  ): { columns: ColumnUse[]; aggregates: AggregateUse[] } {
    const here = <T extends { readonly depth: number }>(list: readonly T[], from: number): T[] => {
      const found: T[] = [];
      for (let i = from; i < list.length; i += 1) {
        const one = list[i];
        if (one?.depth === depth) found.push(one);
      }
      return found;
    };
    return {
      columns: here(this.reading.columns, before.columns),
      aggregates: here(this.reading.aggregates, before.aggregates),
    };
  }
}
