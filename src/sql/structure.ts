/**
 * What a SQL text says, as facts with their place in the text: which tables and columns it uses and where,
 * what it aggregates, joins, compares, groups, orders and limits.
 *
 * It is read from SQLite's own tokens, not from a general SQL parser: so it covers every SELECT that SQLite accepts,
 * still says what it can about SQL that SQLite refuses, keeps the offsets the page underlines, and costs tens of
 * microseconds. It is never a verdict: only SQLite says what is valid.
 */
import type { Schema } from '../grpo/types.ts';
import { readStatement } from './read-select.ts';
import type { SqlStructure } from './sql-structure.ts';

/**
 * Never throws. It reads the first 256 items of a clause, 64 sources of a FROM, 1,024 sources in all and 100 levels of
 * nesting (about what SQLite's sandbox accepts, see MAX_ITEMS, MAX_JOINED, MAX_SOURCES and MAX_NESTING); what lies
 * beyond is passed over, and
 * `complete` is false then. So 100,000 characters take less than about a second. Cache it by SQL text where it is asked
 * for often.
 */
export function structureOf(sql: string, schema: Schema): SqlStructure {
  return readStatement(sql, schema);
}
