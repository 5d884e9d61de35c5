/** Reads expressions out of SQLite's tokens: columns, aggregates, values and what they are compared with. */
import { lexCode, RESERVED, type SqlToken } from './lex.ts';
import { fullName, renderTokens } from './render.ts';
import { resolve, type Scope, type Source } from './scope.ts';
import type {
  AggregateUse,
  Clause,
  ColumnComparison,
  ColumnUse,
  JoinUse,
  KeyExpression,
  LimitUse,
  LiteralUse,
  OrderKey,
  SelectItem,
  SetOperation,
  TableUse,
  TextRange,
} from './sql-structure.ts';

/** The growing lists behind a `SqlStructure`. */
export interface Reading {
  readonly tables: TableUse[];
  readonly columns: ColumnUse[];
  readonly select: SelectItem[];
  readonly aggregates: AggregateUse[];
  readonly joins: JoinUse[];
  readonly literals: LiteralUse[];
  readonly comparisons: ColumnComparison[];
  readonly groupBy: KeyExpression[];
  readonly having: TextRange[];
  readonly orderBy: OrderKey[];
  readonly limits: LimitUse[];
  readonly distinct: TextRange[];
  readonly setOperations: SetOperation[];
}

/** Where an expression stands: what its names may mean. */
export interface Scoped {
  readonly scope: Scope;
  readonly depth: number;
  readonly ctes: ReadonlyMap<string, Source>;
}

type Draft = { -readonly [K in keyof LiteralUse]: LiteralUse[K] };

/** One side of a comparison. */
interface Operand {
  readonly columns: ColumnUse[];
  readonly literals: Draft[];
  aggregate: AggregateUse | null;
  subquery: boolean;
}

const AGGREGATES = new Set(['COUNT', 'SUM', 'AVG', 'MIN', 'MAX', 'TOTAL', 'GROUP_CONCAT', 'STRING_AGG', 'MEDIAN']);
const COMPARISONS = new Set(['=', '==', '!=', '<>', '<', '<=', '>', '>=']);
const WORD_COMPARISONS = new Set(['LIKE', 'GLOB', 'REGEXP', 'MATCH', 'IN', 'IS', 'BETWEEN']);
const FLIPPED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
/** Words with a role inside expressions; they are names only where a column of that name is there to be meant. */
const EXPRESSION_WORDS = new Set(
  `ASC DESC LIKE GLOB MATCH REGEXP END CAST OVER PARTITION BY ROWS RANGE GROUPS UNBOUNDED PRECEDING FOLLOWING CURRENT ROW FILTER NULLS FIRST LAST EXCLUDE TIES
  OTHERS NO CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP OFFSET RAISE WINDOW`.split(/\s+/),
);
/**
 * Deeper nesting than this is passed over, for the stack is finite. An expression, a query and a parenthesised join
 * count one each, so it is 50 subqueries. What a query lists is read once for each level around it: more levels would
 * cost more time.
 */
const MAX_NESTING = 100;
/** Comma-separated parts of one clause that are read, and output columns of one query: SQLite's sandbox takes 200. */
export const MAX_ITEMS = 256;
/** An expression's text is rendered up to this many tokens and this many characters; "…" stands for the rest. */
const MAX_RENDERED_TOKENS = 200;
const MAX_RENDERED_LENGTH = 1000;

/** A token that can be a name: bare, quoted, or a keyword SQLite lets be one. */
export function isNameToken(token: SqlToken): boolean {
  return token.kind === 'identifier' || (token.kind === 'keyword' && !RESERVED.has(token.value));
}

export abstract class ExpressionReader {
  protected readonly sql: string;
  protected readonly tokens: readonly SqlToken[];
  protected readonly balanced: boolean;
  protected skipped = false;
  protected windows = 0;
  protected readonly reading: Reading = {
    tables: [],
    columns: [],
    select: [],
    aggregates: [],
    joins: [],
    literals: [],
    comparisons: [],
    groupBy: [],
    having: [],
    orderBy: [],
    limits: [],
    distinct: [],
    setOperations: [],
  };
  private readonly closes: Int32Array;
  private readonly names = new Map<number, { readonly end: number; readonly text: string }>();
  private nesting = 0;

  constructor(sql: string) {
    this.sql = sql;
    this.tokens = lexCode(sql);
    this.closes = new Int32Array(this.tokens.length).fill(this.tokens.length);
    const open: number[] = [];
    let balanced = true;
    for (const [i, token] of this.tokens.entries()) {
      if (token.text === '(') open.push(i);
      else if (token.text === ')') {
        const at = open.pop();
        if (at === undefined) balanced = false;
        else this.closes[at] = i;
      }
    }
    this.balanced = balanced && open.length === 0;
  }

  /** What `read` gives one level deeper; `otherwise`, unread, beyond MAX_NESTING. */
  protected nested<T>(otherwise: T, read: () => T): T {
    if (this.nesting >= MAX_NESTING) {
      this.skipped = true;
      return otherwise;
    }
    this.nesting += 1;
    const result = read();
    this.nesting -= 1;
    return result;
  }

  /** Reads tokens[lo, hi) as a SELECT inside parentheses. */
  protected abstract subquery(lo: number, hi: number, scoped: Scoped): void;

  protected is(i: number, keyword: string): boolean {
    const token = this.tokens[i];
    return token?.kind === 'keyword' && token.value === keyword;
  }

  protected text(i: number): string | undefined {
    return this.tokens[i]?.text;
  }

  /** The index of the parenthesis that closes the one at i. */
  protected match(i: number): number {
    return this.closes[i] ?? this.tokens.length;
  }

  /** The index behind token i, or behind the parentheses it opens. */
  protected next(i: number): number {
    return this.text(i) === '(' ? this.match(i) + 1 : i + 1;
  }

  protected startsQuery(i: number): boolean {
    return this.is(i, 'SELECT') || this.is(i, 'WITH') || this.is(i, 'VALUES');
  }

  protected range(lo: number, hi: number): TextRange {
    const start = this.tokens[lo]?.start ?? this.sql.length;
    return { start, end: Math.max(start, this.tokens[hi - 1]?.end ?? this.sql.length) };
  }

  /** The comma-separated parts of tokens[lo, hi), empty ones left out, the first MAX_ITEMS of them. */
  protected split(lo: number, hi: number): [number, number][] {
    const parts: [number, number][] = [];
    let from = lo;
    for (let i = lo; i < hi; i = this.next(i)) {
      if (this.text(i) !== ',') continue;
      if (i > from) parts.push([from, i]);
      from = i + 1;
      if (parts.length < MAX_ITEMS) continue;
      this.skipped = true;
      return parts;
    }
    if (hi > from) parts.push([from, hi]);
    return parts;
  }

  /** tokens[lo, hi) as text, columns by their full names. */
  protected render(lo: number, hi: number): string {
    const end = Math.min(hi, lo + MAX_RENDERED_TOKENS);
    const text = renderTokens(this.tokens.slice(lo, end), this.names);
    return end === hi && text.length <= MAX_RENDERED_LENGTH ? text : `${text.slice(0, MAX_RENDERED_LENGTH)} …`;
  }

  protected expression(lo: number, hi: number, clause: Clause, scoped: Scoped, preferAlias = false): void {
    this.scan(lo, hi, clause, scoped, false, preferAlias);
  }

  private scan(
    lo: number,
    hi: number,
    clause: Clause,
    scoped: Scoped,
    inAggregate: boolean,
    preferAlias: boolean,
  ): Operand {
    const all: Operand = { columns: [], literals: [], aggregate: null, subquery: false };
    return this.nested(all, () => this.scanInto(all, lo, hi, clause, scoped, inAggregate, preferAlias));
  }

  private scanInto(
    all: Operand,
    lo: number,
    hi: number,
    clause: Clause,
    scoped: Scoped,
    inAggregate: boolean,
    preferAlias: boolean,
  ): Operand {
    let left: Operand | null = null;
    let operator: { text: string; at: number } | null = null;
    let current: Operand | null = null;
    let between = false;
    const add = (part: Partial<Operand>): void => {
      current ??= { columns: [], literals: [], aggregate: null, subquery: false };
      for (const to of [current, all]) {
        // One by one: a spread of a long list overflows the stack.
        for (const column of part.columns ?? []) to.columns.push(column);
        for (const one of part.literals ?? []) to.literals.push(one);
        to.aggregate ??= part.aggregate ?? null;
        to.subquery ||= part.subquery ?? false;
      }
    };
    const relate = (end: number): void => {
      if (left && operator && current)
        this.relate(left, operator.text, current, this.range(operator.at, end), clause, scoped.depth);
    };
    const flush = (end: number): void => {
      relate(end);
      left = null;
      operator = null;
      current = null;
      between = false;
    };
    const compare = (text: string, at: number): void => {
      if (operator) flush(at);
      left = current;
      current = null;
      operator = { text, at };
      between = text.endsWith('BETWEEN');
    };
    const literal = (value: LiteralUse['value'], from: number, to: number): Draft => {
      const { start, end } = this.range(from, to);
      const draft: Draft = {
        start,
        end,
        value,
        column: null,
        aggregate: null,
        operator: null,
        clause,
        depth: scoped.depth,
      };
      this.reading.literals.push(draft);
      return draft;
    };

    for (let i = lo; i < hi;) {
      const token = this.tokens[i];
      if (!token) break;
      const { value, kind } = token;
      if (token.text === '(') {
        const close = Math.min(this.match(i), hi);
        if (this.startsQuery(i + 1)) {
          this.subquery(i + 1, close, scoped);
          add({ subquery: true });
        } else add(this.scan(i + 1, close, clause, scoped, inAggregate, preferAlias));
        i = close + 1;
      } else if (kind === 'operator') {
        const negative = token.text === '-' && current === null && this.tokens[i + 1]?.kind === 'number';
        if (negative) {
          add({ literals: [literal(-Number(this.text(i + 1)), i, i + 2)] });
          i += 1;
        } else if (COMPARISONS.has(token.text))
          compare(token.text === '==' ? '=' : token.text === '<>' ? '!=' : token.text, i);
        i += 1;
      } else if (kind === 'string' || kind === 'number' || kind === 'blob') {
        add({ literals: [literal(kind === 'number' ? Number(token.text.replaceAll('_', '')) : value, i, i + 1)] });
        i += 1;
      } else if (
        (kind === 'keyword' && RESERVED.has(value)) ||
        (kind === 'keyword' &&
          EXPRESSION_WORDS.has(value) &&
          this.text(i + 1) !== '.' &&
          !(current === null && resolve(scoped.scope, null, value, preferAlias).status !== 'unknown'))
      ) {
        const negated = value === 'NOT';
        const word = negated ? (this.tokens[i + 1]?.value ?? '') : value;
        if (this.tokens[i]?.kind === 'keyword' && WORD_COMPARISONS.has(word)) {
          const at = i;
          i += negated ? 2 : 1;
          let text = word;
          if (word === 'IS') {
            const not = this.is(i, 'NOT');
            if (not) i += 1;
            if (this.is(i, 'DISTINCT') && this.is(i + 1, 'FROM')) i += 2;
            text = not ? 'IS NOT' : 'IS';
          }
          compare(negated ? `NOT ${text}` : text, at);
          continue;
        }
        if (value === 'ISNULL' || value === 'NOTNULL' || (negated && word === 'NULL')) {
          compare(value === 'ISNULL' ? 'IS' : 'IS NOT', i);
          add({ literals: [literal(null, i, i + 1)] });
          i += negated ? 2 : 1;
        } else if (value === 'NULL') {
          add({ literals: [literal(null, i, i + 1)] });
          i += 1;
        } else if (value === 'AND' && between && left && current) {
          relate(i);
          current = null;
          between = false;
          i += 1;
        } else if (value === 'COLLATE' || value === 'ESCAPE') i += 2;
        // CAST(x AS type): the rest is a type.
        else if (value === 'AS') i = hi;
        else if (value === 'CAST' || value === 'OVER') i += 1;
        else {
          // A prefix NOT leaves the comparison it stands before alone.
          if (!negated) flush(i);
          i += 1;
        }
      } else if (kind === 'identifier' || kind === 'keyword') {
        if (this.text(i + 1) === '(') i = this.call(i, hi, clause, scoped, inAggregate, preferAlias, add);
        else {
          let end = i + 1;
          while (this.text(end) === '.' && end + 1 < hi) end += 2;
          end = Math.min(end, hi);
          if (this.text(end - 1) !== '*') {
            const column = this.column(i, end, clause, scoped, inAggregate, preferAlias);
            if (column) add({ columns: [column] });
            else add({ literals: [literal(value.toUpperCase() === 'TRUE' ? 1 : 0, i, end)] });
          }
          i = end;
        }
      } else {
        if (token.text === ',') {
          // A list after IN stays one operand; anywhere else a comma ends the expression.
          if (!(operator as { text: string } | null)?.text.endsWith('IN')) flush(i);
        }
        i += 1;
      }
    }
    flush(hi);
    return all;
  }

  /** A function call at i; returns the index behind it with its FILTER and OVER. */
  private call(
    i: number,
    hi: number,
    clause: Clause,
    scoped: Scoped,
    inAggregate: boolean,
    preferAlias: boolean,
    add: (part: Partial<Operand>) => void,
  ): number {
    const name = (this.tokens[i]?.value ?? '').toUpperCase();
    const close = Math.min(this.match(i + 1), hi);
    const scalar = (name === 'MIN' || name === 'MAX') && this.split(i + 2, close).length > 1;
    const isAggregate = AGGREGATES.has(name) && !scalar;
    const distinct = isAggregate && this.is(i + 2, 'DISTINCT');
    const from = distinct ? i + 3 : i + 2;
    const inner = this.startsQuery(from)
      ? { columns: [], literals: [], aggregate: null, subquery: true }
      : this.scan(from, close, clause, scoped, inAggregate || isAggregate, preferAlias);
    if (inner.subquery && this.startsQuery(from)) this.subquery(from, close, scoped);
    let after = close + 1;
    if (this.is(after, 'FILTER') && this.text(after + 1) === '(') {
      const end = Math.min(this.match(after + 1), hi);
      this.scan(this.is(after + 2, 'WHERE') ? after + 3 : after + 2, end, 'where', scoped, true, false);
      after = end + 1;
    }
    const window = this.is(after, 'OVER');
    if (window) {
      this.windows += 1;
      const end = this.next(after + 1);
      if (this.text(after + 1) === '(') this.scan(after + 2, Math.min(end - 1, hi), clause, scoped, inAggregate, false);
      after = end;
    }
    const part: Partial<Operand> = {
      columns: inner.columns,
      literals: inner.literals.filter((one) => one.operator === null),
      aggregate: inner.aggregate,
      subquery: inner.subquery,
    };
    if (isAggregate) {
      const use: AggregateUse = {
        ...this.range(i, close + 1),
        name,
        distinct,
        argument: this.render(from, close),
        columns: inner.columns,
        window,
        clause,
        depth: scoped.depth,
      };
      this.reading.aggregates.push(use);
      part.aggregate = use;
    }
    add(part);
    return after;
  }

  /** The name at tokens[i, end) as a column; null for the words TRUE and FALSE. */
  private column(
    i: number,
    end: number,
    clause: Clause,
    scoped: Scoped,
    inAggregate: boolean,
    preferAlias: boolean,
  ): ColumnUse | null {
    const name = this.tokens[end - 1];
    const qualifier = end - i > 1 ? this.tokens[end - 3] : undefined;
    const token = this.tokens[i];
    if (!name || !token) return null;
    const origin = resolve(scoped.scope, qualifier?.value ?? null, name.value, preferAlias);
    if (origin.status === 'unknown' && end - i === 1 && token.quote === '' && /^(true|false)$/i.test(token.value))
      return null;
    const range = this.range(i, end);
    const { start, end: to } = range;
    const { table, column, status } = origin;
    // Written out: spreads make an object that costs ten times as much, and there may be tens of thousands.
    const use: ColumnUse = {
      start,
      end: to,
      text: this.sql.slice(start, to),
      table,
      column,
      status,
      qualified: qualifier !== undefined,
      clause,
      depth: scoped.depth,
      inAggregate,
    };
    this.reading.columns.push(use);
    if (origin.table !== null && origin.column !== null)
      this.names.set(range.start, { end: range.end, text: fullName(origin.table, origin.column) });
    return use;
  }

  private relate(
    left: Operand,
    operator: string,
    right: Operand,
    range: TextRange,
    clause: Clause,
    depth: number,
  ): void {
    const tie = (literals: readonly Draft[], other: Operand, text: string): void => {
      for (const one of literals) {
        if (one.operator !== null) continue;
        one.operator = text;
        one.column = other.columns[0] ?? null;
        one.aggregate = other.aggregate;
      }
    };
    if (right.columns.length === 0 && !right.subquery) tie(right.literals, left, operator);
    if (left.columns.length === 0 && !left.subquery && left.aggregate === null)
      tie(left.literals, right, FLIPPED[operator] ?? operator);
    const [a] = left.columns;
    const [b] = right.columns;
    const span = { start: Math.min(a?.start ?? range.start, range.start), end: range.end };
    if (a && b) this.reading.comparisons.push({ ...span, left: a, right: b, operator, clause, depth });
    else if (a && right.subquery)
      this.reading.comparisons.push({ ...span, left: a, right: null, operator, clause, depth });
  }
}
