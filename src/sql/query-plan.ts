/** What EXPLAIN QUERY PLAN says, as a tree in plain words. */
import type { SqlValue } from '../grpo/types.ts';

export interface PlanStep {
  /** How far it stands in; 0 for what stands by itself. */
  readonly depth: number;
  /** In plain words; SQLite's own where there are none for it. */
  readonly words: string;
  /** As SQLite says it. */
  readonly said: string;
}

/** `rows`: id, parent, a number without use, and the text, as SQLite returns them. */
export function planOf(rows: readonly (readonly SqlValue[])[]): PlanStep[] {
  const depths = new Map<SqlValue, number>();
  return rows.map(([id = null, parent = null, , detail]) => {
    const depth = (depths.get(parent) ?? -1) + 1;
    depths.set(id, depth);
    const said = String(detail);
    return { depth, words: wordsOf(said), said };
  });
}

const FOR: Readonly<Record<string, string>> = {
  'ORDER BY': 'to put them in order',
  'GROUP BY': 'to bring the rows of a group together',
  DISTINCT: 'to leave out what is there twice',
};

/** The first that fits. A name may have spaces. */
const SAYINGS: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^SCAN CONSTANT ROW$/, () => 'One row, of no table'],
  [/^SCAN (\d+)-ROW VALUES CLAUSE$|^SCAN (\d+) CONSTANT ROWS$/, (a, b) => `${a || b} rows that the SQL itself lists`],
  [/^SCAN (.+?) VIRTUAL TABLE INDEX .*$/, (table) => `Read ${table}, which finds its rows in a way of its own`],
  [
    /^SCAN (.+?) USING (?:COVERING )?INDEX (.+?)( LEFT-JOIN)?$/,
    (table, index, left) => `Read all rows of ${table} in the order of the index ${index}${leftOf(left)}`,
  ],
  [/^SCAN (.+?)( LEFT-JOIN)?$/, (table, left) => `Read all rows of ${table}${leftOf(left)}`],
  [
    /^SEARCH (.+?) USING INTEGER PRIMARY KEY \((.+)\)( LEFT-JOIN)?$/,
    (table, how, left) => `Find rows of ${table} by their key (${plain(how)})${leftOf(left)}`,
  ],
  [
    /^SEARCH (.+?) USING AUTOMATIC (?:PARTIAL )?(?:COVERING )?INDEX \((.+)\)( LEFT-JOIN)?$/,
    (table, how, left) =>
      `Find rows of ${table} where ${plain(how)}, in an index that is made for this query alone${leftOf(left)}`,
  ],
  [
    /^SEARCH (.+?) USING (?:COVERING )?INDEX (.+?)(?: \((.+)\))?( LEFT-JOIN)?$/,
    (table, index, how, left) =>
      `Find rows of ${table}${how === '' ? '' : ` where ${plain(how)},`} with the index ${index}${leftOf(left)}`,
  ],
  [/^SEARCH (.+)$/, (table) => `Find rows of ${table}`],
  [
    /^USE TEMP B-TREE FOR (?:LAST (?:\d+ )?TERMS? OF )?(ORDER BY|GROUP BY|DISTINCT)$/,
    (what) => `Sort rows ${FOR[what] ?? ''}`,
  ],
  [/^USE TEMP B-TREE FOR (.+)$/, (what) => `Keep rows in order for ${what}`],
  [/^CO-ROUTINE (.+)$/, (name) => `${name}, row by row as it is asked for:`],
  [/^MATERIALIZE (.+)$/, (name) => `${name}, worked out first and kept:`],
  [/^COMPOUND QUERY$/, () => 'Several queries, put together:'],
  [/^LEFT-MOST SUBQUERY$/, () => 'The first query:'],
  [/^UNION ALL$/, () => 'The next query, all of its rows:'],
  [/^UNION USING TEMP B-TREE$/, () => 'The next query, without rows that are there already:'],
  [/^EXCEPT USING TEMP B-TREE$/, () => 'The next query, whose rows are taken away:'],
  [/^INTERSECT USING TEMP B-TREE$/, () => 'The next query, whose rows alone stay:'],
  [/^MERGE \((.+)\)$/, (how) => `Two queries, merged in order (${how}):`],
  [/^LEFT$/, () => 'The one:'],
  [/^RIGHT$/, () => 'The other:'],
  [/^CORRELATED SCALAR SUBQUERY \d+$/, () => 'A query in the query, run again for each row:'],
  [/^SCALAR SUBQUERY \d+$/, () => 'A query in the query, run once:'],
  [/^CORRELATED LIST SUBQUERY \d+$/, () => 'A query for a list of values, run again for each row:'],
  [/^LIST SUBQUERY \d+$/, () => 'A query for a list of values, run once:'],
  [/^REUSE (?:LIST|SCALAR) SUBQUERY \d+$/, () => 'The result of a query above, used again'],
  [/^MULTI-INDEX OR$/, () => 'One way for each side of OR:'],
  [/^INDEX \d+$/, () => 'One side:'],
  [/^RECURSIVE STEP$/, () => 'Again and again, on the rows found last:'],
  [/^SETUP$/, () => 'The rows to begin with:'],
  [/^BLOOM FILTER ON (.+?)(?: \(.*\))?$/, (table) => `A quick test first for rows that cannot be in ${table}`],
  [/^RIGHT-JOIN (.+)$/, (table) => `The rows of ${table} that met none:`],
];

function wordsOf(said: string): string {
  for (const [pattern, words] of SAYINGS) {
    const match = pattern.exec(said);
    if (match !== null) return words(...match.slice(1).map((part: string | undefined) => part ?? ''));
  }
  return said;
}

const leftOf = (left = ''): string => (left === '' ? '' : ', or none where none meets');

/** "a=? AND b>?" as it is read: "a = a value and b > a value". */
const plain = (how: string): string =>
  how
    .replace(/\browid\b/g, 'key')
    .replace(/\s*([<>]=?|=)\s*\?/g, ' $1 a value')
    .replace(/ AND /g, ' and ');
