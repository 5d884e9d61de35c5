/** What a question of the demo shop is made from; scripts/shop/questions.ts turns these into questions.json. */
export type Level = 'easy' | 'medium' | 'hard';

/** What a question exercises; each kind occurs in both splits. */
export const KINDS = [
  'list',
  'count',
  'text',
  'number',
  'date',
  'pattern',
  'null',
  'total',
  'group',
  'join',
  'revenue',
  'superlative',
  'top-k',
  'having',
  'distinct',
  'never',
  'above-average',
  'month',
  'case',
  'set',
  'ratio',
  'cast',
  'nested',
] as const;
export type Kind = (typeof KINDS)[number];

export interface Gold {
  readonly level: Level;
  readonly kind: Kind;
  /** Ways to ask the same thing; the first is the plainest. */
  readonly ask: readonly string[];
  /** The gold SQL. */
  readonly sql: string;
  /** Other SQL that answers the question as well: another column for the same thing, one column more. */
  readonly also: readonly string[];
  /** What somebody falling into a trap would write; its result must differ. Not published. */
  readonly wrong: readonly string[];
}

interface Others {
  readonly also?: readonly string[];
  readonly wrong?: readonly string[];
}

export type Add = (kind: Kind, ask: readonly string[], sql: string, others?: Others) => Gold;

/** A shorthand for writing many questions of one level. */
export function at(level: Level): Add {
  return (kind, ask, sql, others = {}) => ({
    level,
    kind,
    ask,
    sql,
    also: others.also ?? [],
    wrong: others.wrong ?? [],
  });
}

/**
 * The same SQL naming a product by its id, or by id and name: names are not unique here.
 * The SQL has to select `p.name` first.
 */
export function withProductId(sql: string): string[] {
  return [selecting(sql, 'p.name', 'p.product_id'), selecting(sql, 'p.name', 'p.product_id, p.name')];
}

/** The same SQL naming a customer by id, or by id and name. The SQL has to select `c.name` first. */
export function withCustomerId(sql: string): string[] {
  return [selecting(sql, 'c.name', 'c.customer_id'), selecting(sql, 'c.name', 'c.customer_id, c.name')];
}

/** The same SQL with its first selected expression replaced; throws if it does not start with it. */
export function selecting(sql: string, from: string, to: string): string {
  const start = `SELECT ${from}`;
  if (!sql.startsWith(start)) throw new Error(`does not start with ${start}: ${sql}`);
  return `SELECT ${to}${sql.slice(start.length)}`;
}
