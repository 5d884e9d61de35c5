/**
 * Does SQL have the result of other SQL only by chance? Both are run on parts of the rows: SQL that means the same
 * agrees on each, while “most orders” and “highest sum” name the same customer here and not there. The idea of test
 * suites (Zhong, Yu, Klein 2020, arXiv 2010.02840), with rows left out, so that what holds within a row still does.
 */
import type { Database, Execution, SqlValue } from '../grpo/types.ts';
import { onPart, samplesOf, tablesRead, withoutValues, type Part } from '../sql/on-part.ts';
import { matchReference, runReferences } from '../sql/reference.ts';
import { speaks } from './speaks.ts';

/** Parts that have to differ where the order of the other result cannot be read: rows that tie may stand anyhow. */
const UNSURE_PARTS = 3;

/** How often the rows that the answer stands on are left out, and those of the answer to what is left. */
const MOST_PEELED = 6;
/** Values that rows are left out for. */
const MOST_VALUES = 30;
/** Of each run on a part: there are up to eighteen, of two texts each, and none after one that takes longer. */
const BUDGET = { maxVmSteps: 1e6, deadlineMs: 3000 };

/**
 * True where they differ; false where they agree on every part that says something, or none could be compared. First
 * without what the answer stands on, again and again, which compares whole rankings where one row is asked for; then on
 * samples of the rows. `result`: what both return.
 */
export async function sameByChance(
  { sql, result }: { readonly sql: string; readonly result: Execution },
  other: string,
  database: Database,
): Promise<boolean> {
  const tables = tablesRead([other, sql], database.schema);
  let differing = 0;
  let isLong = false;
  /** What the other returns on these rows, or null where the two have been found to differ. */
  const compare = async (part: readonly Part[]): Promise<Execution | null> => {
    const [reference] = await runReferences([onPart(other, part)], database, BUDGET);
    const [execution] = await database.execute([onPart(sql, part)], { budget: BUDGET });
    if (reference === undefined || execution === undefined) return result;
    isLong ||= [reference.execution, execution].some(({ status }) => status === 'timeout');
    if (ran(execution) && speaks(reference) && !matchReference(reference, execution).match) differing++;
    return differing >= (reference.ordered && reference.ties === null ? UNSURE_PARTS : 1) ? null : reference.execution;
  };
  let last: Execution | null = result;
  const values: SqlValue[] = [];
  for (let peeled = 0; peeled < MOST_PEELED && !isLong; peeled++) {
    if (last.rows.length === 0 || values.length >= MOST_VALUES) break;
    values.push(...last.rows.slice(0, MOST_VALUES).flatMap((row) => row.slice(0, MOST_VALUES)));
    last = await compare(withoutValues(tables, values.slice(0, MOST_VALUES)));
    if (last === null) return true;
  }
  for (const part of samplesOf(tables)) if (!isLong && (await compare(part)) === null) return true;
  return false;
}

const ran = ({ status, truncated }: Execution): boolean => (status === 'rows' || status === 'empty') && !truncated;
