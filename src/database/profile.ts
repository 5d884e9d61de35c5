/** What columns hold, judged from the data with a bounded amount of work. */
import type { ColumnProfile, SqlValue, Table } from '../grpo/types.ts';
import { QueryError, type Connection } from './connection.ts';
import { QUERY_DEADLINE_MS, quoteName } from './schema-queries.ts';

/** Distinct values looked for in one column. */
export const DISTINCT_LIMIT = 2000;
/** Longer texts are no values that a question names; in characters. */
const VALUE_LENGTH_LIMIT = 120;
/** Values kept over all columns; when there are more, every column keeps the same number at most. */
export const VALUES_LIMIT = 60_000;

/** Rows of one table that are looked at, and cells of the whole database. */
const ROWS_LIMIT = 200_000;
const CELLS_LIMIT = 4e6;
/** VM steps for one column; views can be far more work than the rows they return. */
const COLUMN_STEPS = 10e6;
/** The same for all columns of views together: what one view costs, the next one that reads it costs again. */
const VIEW_COLUMNS_STEPS = 100e6;

/** The dates that SQLite's own date functions read: YYYY-MM-DD, optionally with a time and an offset. */
const DATE =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])([ T]([01]\d|2[0-4]):[0-5]\d(:[0-5]\d(\.\d+)?)?\s*(Z|[+-]\d\d:\d\d)?)?$/;

/** One profile for each column, in the order of the schema. The same database gives the same profiles. */
export function profileColumns(connection: Connection, tables: readonly Table[]): ColumnProfile[] {
  const columns = tables.reduce((sum, table) => sum + table.columns.length, 0);
  const rows = Math.min(ROWS_LIMIT, Math.max(DISTINCT_LIMIT, Math.floor(CELLS_LIMIT / Math.max(1, columns))));
  let left = VIEW_COLUMNS_STEPS;
  return capValues(
    tables.flatMap((table) =>
      table.columns.map((column) => {
        if (table.kind === 'table') return profileColumn(connection, table, column.name, rows, COLUMN_STEPS);
        const profile = profileColumn(connection, table, column.name, rows, Math.min(COLUMN_STEPS, left));
        left = Math.max(0, left - connection.meter.steps);
        return profile;
      }),
    ),
  );
}

function profileColumn(
  connection: Connection,
  table: Table,
  column: string,
  rows: number,
  steps: number,
): ColumnProfile {
  const name = quoteName(column);
  // LIMIT also keeps SQLite from merging the subquery into the outer query, where it would see all rows.
  // Its own order of texts is left out: it may be one that SQLite does not have.
  const sample = `(SELECT ${name} COLLATE BINARY AS v FROM ${quoteName(table.name)} LIMIT ${rows})`;
  try {
    connection.meter.start(steps, QUERY_DEADLINE_MS);
    // Long values count as distinct by their beginning: keeping 2,000 whole books in memory would not fit.
    const found = connection.query(
      `SELECT v, typeof(v), length(v) FROM (
         SELECT DISTINCT CASE WHEN typeof(v) IN ('text', 'blob') AND length(v) > ${VALUE_LENGTH_LIMIT} THEN substr(v, 1, ${VALUE_LENGTH_LIMIT + 1}) ELSE v END AS v
         FROM ${sample} WHERE v IS NOT NULL LIMIT ${DISTINCT_LIMIT + 1}) ORDER BY v`,
    );
    connection.meter.start(steps, QUERY_DEADLINE_MS);
    const [hasNull] = connection.query(`SELECT EXISTS (SELECT 1 FROM ${sample} WHERE v IS NULL)`);
    return describe(table, column, found, rows, hasNull?.[0] === 1);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    // Too much work (a view over large joins): the declared type is all that is known.
    return {
      table: table.name,
      column,
      holds: declared(table, column),
      distinct: 0,
      distinctIsExact: false,
      hasNull: false,
      values: [],
    };
  }
}

function describe(
  table: Table,
  column: string,
  found: readonly SqlValue[][],
  rows: number,
  hasNull: boolean,
): ColumnProfile {
  const kept = found.slice(0, DISTINCT_LIMIT);
  const holds = judge(kept);
  const sawAllRows = table.rowCount !== null && table.rowCount <= rows;
  const sawWholeValues = kept.every(([, , length]) => typeof length !== 'number' || length <= VALUE_LENGTH_LIMIT);
  return {
    table: table.name,
    column,
    holds,
    distinct: kept.length,
    distinctIsExact: sawAllRows && sawWholeValues && found.length <= DISTINCT_LIMIT,
    hasNull,
    values:
      holds === 'text' || holds === 'date'
        ? kept.flatMap(([value]) =>
            typeof value === 'string' && value !== '' && value.length <= VALUE_LENGTH_LIMIT ? [value] : [],
          )
        : [],
  };
}

/** The majority among the distinct values; empty texts stand for missing values and do not vote. */
function judge(values: readonly SqlValue[][]): ColumnProfile['holds'] {
  let text = 0;
  let dates = 0;
  let integer = 0;
  let real = 0;
  let blob = 0;
  let emptyText = 0;
  for (const [value, type] of values) {
    if (type === 'text') {
      if (value === '') emptyText++;
      else text++;
      if (DATE.test(String(value))) dates++;
    } else if (type === 'integer') integer++;
    else if (type === 'real') real++;
    else if (type === 'blob') blob++;
  }
  const most = Math.max(text, integer + real, blob);
  if (most === 0) return emptyText > 0 ? 'text' : 'empty';
  if (text === most) return dates === text ? 'date' : 'text';
  if (blob === most) return 'blob';
  return real > 0 ? 'real' : 'integer';
}

/** Column affinity, https://sqlite.org/datatype3.html section 3.1, in our words. */
function declared(table: Table, column: string): ColumnProfile['holds'] {
  const type = table.columns.find(({ name }) => name === column)?.type ?? '';
  if (/INT/i.test(type)) return 'integer';
  if (/CHAR|CLOB|TEXT/i.test(type)) return 'text';
  if (/REAL|FLOA|DOUB|NUM|DEC/i.test(type)) return 'real';
  if (/DATE|TIME/i.test(type)) return 'date';
  return /BLOB/i.test(type) ? 'blob' : 'text';
}

/** Cuts the longest lists of values until they fit into `VALUES_LIMIT` together. */
function capValues(profiles: readonly ColumnProfile[]): ColumnProfile[] {
  const kept = (most: number) => profiles.reduce((sum, { values }) => sum + Math.min(values.length, most), 0);
  let most = DISTINCT_LIMIT;
  while (most > 0 && kept(most) > VALUES_LIMIT) most--;
  return profiles.map((profile) =>
    profile.values.length > most ? { ...profile, values: profile.values.slice(0, most) } : profile,
  );
}
