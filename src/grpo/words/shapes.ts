/** Shapes and operators of the SQL in words, alone and together; nothing of them names a table or column. */
import { said, type Action, type Said } from './action.ts';
import { plain } from './plain.ts';

const SHAPES: Readonly<Record<string, Said>> = {
  'list of columns': ['list rows with their columns', 'don’t list rows: count, group or calculate'],
  'only list of columns': [
    'list rows as they are, without sorting, ranking, counting or grouping',
    'don’t just list rows: sort, rank, count or group',
  ],
  COUNT: 'count rows',
  'COUNT(*)': 'count rows',
  'only COUNT': ['answer with one count and nothing else', 'don’t answer with one count alone'],
  aggregate: 'answer with a figure worked out from a column, such as a sum or an average',
  'only aggregate': [
    'answer with one figure worked out from a column, such as a sum or an average, and nothing else',
    'don’t answer with one figure alone, such as a sum or an average',
  ],
  'GROUP BY': 'make groups, with one row of the answer for each',
  'only GROUP BY': 'make groups without a figure for each',
  'aggregate per group': 'work out a figure for each group',
  HAVING: 'keep only the groups whose figure passes a test, such as more than 3 rows',
  'ORDER BY': 'sort the whole answer',
  'ORDER BY … LIMIT': 'sort, and keep only the first rows',
  '= (SELECT MAX …)': 'find the highest or lowest value, and keep every row that has it',
  'NOT IN (SELECT …)': 'keep only rows that have no match in another table',
  'IN (SELECT …)': 'keep only rows that are in a list found by a second search',
  INTERSECT: 'keep only what two searches both find',
  EXCEPT: 'take what one search finds, without what a second one finds',
  UNION: 'put together what two searches find',
  'two tables combined': 'compare one column of two tables',
  '> (SELECT AVG …)': 'keep only rows above or below the average',
  SUM: 'add up values',
  AVG: 'take an average',
  MAX: 'take the highest value',
  MIN: 'take the lowest value',
  'COUNT(DISTINCT …)': 'count different values, each once',
  'another COUNT': 'count rows as a further figure',
  'another SUM': 'add up the same column as a further figure',
  'another AVG': 'take the average of the same column as a further figure',
  'another MAX': 'take the highest value of the same column as a further figure',
  'another MIN': 'take the lowest value of the same column as a further figure',
  'no more figures': ['give no second figure beside the first', 'give a second figure beside the first'],
  'no more figures with another asked for': [
    'give no second figure though the question asks for one',
    'give a second figure where the question asks for one',
  ],
  'no more figures with none asked for': [
    'give no second figure where the question asks for none',
    'give a second figure though the question asks for none',
  ],
  'figure in the answer': [
    'show the figure that the groups are ranked or chosen by',
    'leave the figure that the groups are ranked or chosen by out of the answer',
  ],
  'column alias': ['give the figure a name of its own', 'leave the figure without a name of its own'],
  'SELECT *': 'show all columns',
  'no more columns': ['add no other column to the answer', 'add other columns to the answer'],
  'no more columns after the second': [
    'stop once two or more columns are shown',
    'show further columns after the second',
  ],
  'no more columns of a group': [
    'show the column that a group is made by, and no other column beside its figure',
    'show other columns of a group too, not just the one it is made by',
  ],
  'no more columns with a named column left': [
    'show no further column even if the question names one more',
    'show a further column if the question names one more',
  ],
  'no more columns with nothing named left': [
    'show no further column once those that the question names are shown',
    'show a further column even if the question names no more',
  ],
  'no more columns with something asked for left': [
    'show no further column even if the question asks for one more',
    'show a further column if the question asks for one more',
  ],
  'no more columns with nothing asked for left': [
    'show no further column once all that the question asks for are shown',
    'show a further column even if the question asks for no more',
  ],
  'no more columns with unknown words left': [
    'show no further column though the question asks for something in unknown words',
    'show a further column if the question asks for something in unknown words',
  ],
  'no more columns of a group with something asked for left': [
    'show no further column of a group even if the question asks for one more',
    'show a further column of a group if the question asks for one more',
  ],
  'no more columns of a group with nothing asked for left': [
    'show no further column of a group once all that the question asks for are shown',
    'show a further column of a group even if the question asks for no more',
  ],
  'figure in the answer, asked for': [
    'show the figure of the groups where the question asks for it',
    'leave out the figure of the groups though the question asks for it',
  ],
  'figure in the answer, not asked for': [
    'show the figure of the groups though the question does not ask for it',
    'leave out the figure of the groups where the question does not ask for it',
  ],
  'SELECT * where everything is asked for': 'show all columns where the question asks for everything',
  'GROUP BY what is shown': [
    'make a group for each name, so that two of the same name come together',
    'make a group for each id, so that two of the same name stay apart',
  ],
  'GROUP BY the key of what is shown': [
    'make a group for each id, so that two of the same name stay apart',
    'make a group for each name, so that two of the same name come together',
  ],
  'GROUP BY what is not shown': 'group by a column that is not shown',
  'ORDER BY the figure': 'sort the groups by their figure',
  'ORDER BY the group': 'sort the groups by their names and not by their figure',
  'ORDER BY … ASC': ['sort from low to high', 'sort from high to low, not from low to high'],
  'ORDER BY … DESC': ['sort from high to low', 'sort from low to high, not from high to low'],
  'ORDER BY … LIMIT, ASC': ['take the lowest, not the highest', 'take the highest, not the lowest'],
  'ORDER BY … LIMIT, DESC': ['take the highest, not the lowest', 'take the lowest, not the highest'],
  'LIMIT 1': 'keep only the first row',
  'LIMIT 1 OFFSET <number>': 'keep only the row at the place that the number says, such as the second',
  'IS NULL': 'keep rows in which a column is empty',
  'no IS NULL': ['don’t filter by whether a column is empty or 0', 'keep rows in which a column is empty or 0'],
  'WHERE … = 0': 'keep rows in which a number is 0',
  'WHERE … AND …': 'keep rows that meet all the conditions',
  'WHERE … OR …': 'keep rows that meet any one of the conditions',
  'WHERE … =': 'keep rows that have the mentioned value',
  'WHERE … <>': [
    'leave out the rows that have the mentioned value',
    'don’t leave out the rows that have the mentioned value',
  ],
  'WHERE … > (SELECT AVG …)': 'keep rows above the average',
  'WHERE … < (SELECT AVG …)': 'keep rows below the average',
  'WHERE … > another column': 'keep rows in which one column is greater than another',
  'WHERE … < another column': 'keep rows in which one column is less than another',
  'no column compared with another': [
    'don’t compare one column with another',
    'keep rows in which one column is greater or less than another',
  ],
  'share of rows': 'work out which share of the rows meets the conditions',
  'share of all rows': 'work out the share that meets the conditions of all rows',
  'share of the rows that meet the first conditions':
    'work out the share that meets the last condition, of the rows that meet the others',
  'SUM divided by SUM': 'divide the sum of one column by the sum of another',
  'join by the key that the question names':
    'join tables by the key whose role the question names, such as “destination”',
  'HAVING … > 1': 'keep groups whose figure is more than 1',
  'conditions on the extreme': 'look for the highest or lowest only among rows that meet the conditions',
  'conditions outside the extreme':
    'look for the highest or lowest among all rows, and apply the conditions after that',
  'conditions on the excluded rows': 'apply the conditions to the rows that there must be none of',
  'conditions outside the excluded rows': 'apply the conditions to the rows shown, not to those there must be none of',
  'conditions on the excluded rows mentioned after a denying word':
    'apply conditions that are named after “without”, “no” or the like to the rows that there must be none of',
  'conditions outside the excluded rows mentioned after a denying word':
    'apply conditions that are named after “without”, “no” or the like to the rows shown',
  'filter by JOIN': [
    'to filter by another table, join it',
    'to filter by another table, use a list found by a second search',
  ],
  'filter by IN (SELECT …)': [
    'to filter by another table, use a list found by a second search',
    'to filter by another table, join it',
  ],
  'the shortest join': 'join the tables by the shortest way',
  'another join than the shortest': [
    'go through more tables than the shortest way needs',
    'go through no more tables than the shortest way needs',
  ],
  DISTINCT: 'leave out repeated rows',
  'no DISTINCT': ['keep repeated rows', 'leave out repeated rows'],
  JOIN: 'join tables',
  'LEFT JOIN': 'join tables so that rows without a match stay',
  'JOIN … ON': 'match the rows of joined tables by their keys',
  'cross join': 'put every row of one table beside every row of another',
  'tables without a join condition': 'put every row of one table beside every row of another',
  'join on keys': 'match the rows of joined tables by their keys',
  'join on columns that are no keys': 'match the rows of joined tables by columns that are no keys',
  'joined named table that nothing else uses': 'join a table that the question names though nothing of it is used',
  'joined unnamed table that nothing else uses': 'join a table that the question does not name and nothing is used of',
  'names of the schema': 'use only columns that exist',
  'made-up column name': ['use a column that does not exist', 'use only columns that exist'],
  '1 table': 'read one table only',
  '2 tables': 'read two tables',
  '3 or more tables': 'read three tables or more',
  '1 column shown': 'show one column',
  '2 columns shown': 'show two columns',
  '3 or more columns shown': 'show three columns or more',
  'no condition': ['set no condition on the rows', 'set a condition on the rows'],
  'no subquery': ['do it in one search', 'use a second search within the first'],
  'a number the question does not mention': 'compare with a number that the question does not mention',
  'a text the question does not mention': 'compare with a text that the question does not mention',
  'a pattern of text': 'look for a part of a text',
  'a text compared with no text': 'compare a text with a column that holds none',
  'a text the data hold': 'look for a text that the column holds, letter for letter',
  'a text the data do not hold': 'look for a text that the column does not hold',
  'a text the data spell otherwise': 'look for a text that the column spells differently',
};

/** Several shapes in one SQL that have an order of their own. */
const TOGETHER: Readonly<Record<string, Said>> = {
  'list of columns + ORDER BY': 'list rows, sorted',
  'list of columns + ORDER BY … LIMIT': 'list rows, sorted, and keep only the first ones',
  'list of columns + = (SELECT MAX …)': 'list every row that has the highest or lowest value',
  'list of columns + NOT IN (SELECT …)': 'list the rows that have no match in another table, with no figure worked out',
  'list of columns + INTERSECT': 'list what meets two conditions, each by rows of its own',
  'list of columns + > (SELECT AVG …)': 'list the rows above or below the average',
  'list of columns + two tables combined': 'list what two tables share, or only one has, or either',
  'COUNT + NOT IN (SELECT …)': 'count the rows that have no match in another table',
  'COUNT + INTERSECT': 'count what meets two conditions, each by rows of its own',
  'aggregate + NOT IN (SELECT …)': 'work out a figure, such as an average, of rows that have no match in another table',
  'COUNT + GROUP BY + HAVING': 'count the groups whose figure passes a test, such as more than 3 rows',
  'COUNT + > (SELECT AVG …)': 'count the rows above or below the average',
  'COUNT + = (SELECT MAX …)': 'count the rows that have the highest or lowest value',
  'GROUP BY + HAVING': 'make groups, and keep those whose figure passes a test, such as more than 3 rows',
  'GROUP BY + ORDER BY … LIMIT':
    'make groups, sort them by their figure, and keep only the first: the highest or the lowest',
  'GROUP BY + share of rows': 'make groups, and work out for each which share of its rows meets the conditions',
  'GROUP BY + aggregate per group': 'make groups with a figure for each',
  'GROUP BY + aggregate per group + ORDER BY': 'make groups with a figure for each, sorted',
};

/** The second of two shapes as what the first is done for. Frames by their names: samplers/sketch/state.ts. */
const CONTEXTS: Readonly<Record<string, string>> = {
  list: 'in a plain list',
  sorted: 'in a sorted list',
  top: 'in a list of the highest or lowest',
  'top group': 'to find the groups with the highest or lowest figure',
  extreme: 'to find every row with the highest or lowest value',
  having: 'where groups are chosen by a figure',
  absent: 'in a list of rows without a match',
  both: 'where two conditions must be met by different rows',
  'count both': 'to count what meets two conditions by different rows',
  average: 'in a list of rows above or below the average',
  'two tables': 'where two tables are compared',
  count: 'to count',
  'count absent': 'to count rows without a match',
  'count groups': 'to count groups',
  'count average': 'to count rows above or below the average',
  'count extreme': 'to count the rows with the highest or lowest value',
  figure: 'for a single figure',
  share: 'for a share of rows',
  'share of groups': 'for the share of rows in each group',
  'figure absent': 'for a figure of rows without a match',
  groups: 'for each group',
  'sorted groups': 'for each of the sorted groups',
  JOIN: 'where tables are joined',
  'one table': 'where only one table is read',
  'ORDER BY … LIMIT': 'in a list of the highest or lowest',
};

export const context = (name: string): string => CONTEXTS[name] ?? `with ${plain(name)}`;
export const isContext = (name: string): boolean => name in CONTEXTS;

/** Null for shapes that have no words of their own together. */
export function togetherAction(shapes: readonly string[]): Action | null {
  const words = TOGETHER[shapes.join(' + ')];
  return words === undefined ? null : said(words);
}

/** Null for a shape that has no words. */
export function shapeAction(shape: string): Action | null {
  const words = SHAPES[shape];
  return words === undefined ? null : said(words);
}
