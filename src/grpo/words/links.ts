/** Link patterns in words: what is done with a column, table or value, by how the question names it. */
import { action, type Action } from './action.ts';
import { plain } from './plain.ts';
import { context } from './shapes.ts';

/** What is done with `it` in a place of the SQL. */
const SLOTS: Readonly<Record<string, (it: string) => string>> = {
  SELECT: (it) => `begin the answer with ${it}`,
  'SELECT further': (it) => `also show ${it}`,
  'COUNT(*)': (it) => `count the rows of ${it}`,
  'COUNT(DISTINCT': (it) => `count the different values of ${it}`,
  COUNT: (it) => `count the values of ${it}`,
  SUM: (it) => `add up ${it}`,
  AVG: (it) => `take the average of ${it}`,
  MAX: (it) => `take the highest value of ${it}`,
  MIN: (it) => `take the lowest value of ${it}`,
  aggregate: (it) => `work out the figure from ${it}`,
  'GROUP BY': (it) => `make one group for each value of ${it}`,
  'GROUP BY further': (it) => `also group by ${it}`,
  'ORDER BY': (it) => `look for the highest or lowest by ${it}`,
  'sort by': (it) => `sort the answer by ${it}`,
  'average of': (it) => `compare ${it} with its own average`,
  'value in': (it) => `look for the mentioned value in ${it}`,
  'number in': (it) => `compare the mentioned number with ${it}`,
  'date in': (it) => `compare the mentioned date with ${it}`,
  'NOT IN': (it) => `keep only rows that have no match in ${it}`,
  FROM: (it) => `read ${it}`,
  JOIN: (it) => `join ${it}`,
};

/** Places that take a table. */
const OF_TABLES: ReadonlySet<string> = new Set(['COUNT(*)', 'NOT IN', 'FROM', 'JOIN']);

/** How the question names a column or table. `mention`: what of it stands in the question, for a word beside it. */
interface Trait {
  readonly noun: string;
  readonly mention?: string;
}

const TRAITS: Readonly<Record<string, Trait>> = {
  'exact name': { noun: 'a column whose name the question says', mention: 'a column’s name' },
  'exact long name': {
    noun: 'a column whose name of several words the question says in full',
    mention: 'a column’s name of several words',
  },
  synonym: { noun: 'a column that the question calls by another word', mention: 'another word for a column' },
  'part of the name': {
    noun: 'a column of whose name the question says only a part',
    mention: 'part of a column’s name',
  },
  'display column': { noun: 'the name or title of a row, though the question does not name that column' },
  'display column of a named table': {
    noun: 'the name or title of a row of a table that the question names, though it does not name that column',
  },
  'unnamed key': { noun: 'an id column that the question does not name' },
  'unnamed column': { noun: 'a column that the question does not name' },
  'computed value': { noun: 'a value worked out from columns, such as a product or a part of a date' },
  'a number': { noun: 'a single column of numbers' },
  'a date': { noun: 'a column of dates' },
  'a text': { noun: 'a column of texts' },
  'named, in a named table': { noun: 'a column that the question names and whose table it names too' },
  'named, in an unnamed table': { noun: 'a column that the question names without naming its table' },
  'named beside its table': { noun: 'a column named right beside its table, as in “names of artists”' },
  'words of a value': { noun: 'a column whose name only occurs within a value that the question mentions' },
  'named in a condition': { noun: 'a column that the question names only to filter or rank by' },
  'named display column': { noun: 'the name or title of a row, where the question names that column' },
  'first column named': { noun: 'the column that the question names first' },
  'named in a grouping phrase': { noun: 'a column named after “each”, “per” or the like' },
  'asked for': { noun: 'a column whose figure the question asks for' },
  'asked for next': { noun: 'the column that the question asks for next' },
  'asked for later': { noun: 'a column that the question asks for later on' },
  'not asked for': { noun: 'a column that the question does not ask for' },
  'same words as the last': { noun: 'a further column that the same words of the question mean' },
  'counted in the question': { noun: 'a table that the question counts, as “the most orders” does' },
  'what the superlative is about': { noun: 'the column that “highest”, “oldest” or the like is said of' },
  'named after the words of an order': { noun: 'a column named after “sorted by” or the like' },
  'a number kept as text': { noun: 'a column of numbers that are kept as text' },
  'text read as a number': { noun: 'a column of texts, read as numbers' },
  'best match': { noun: 'the column that fits the words of the question best' },
  'second match': { noun: 'the column that fits the words of the question second best' },
  'column of the same table': { noun: 'a column of the same table as the first' },
  'column of another table': { noun: 'a column of another table than the first' },
  'a certain value': { noun: 'a column that surely holds it' },
  'an uncertain value': { noun: 'a column that holds only something like it' },
  'a text the data does not hold': { noun: 'a column of texts although the data hold no such value' },
  'table named beside the value': { noun: 'a column of the table that is named beside it' },
  'column named near the value': { noun: 'a column that is named near it' },
  'a value that names a row': { noun: 'a column in which no two rows have the same value' },
  'a value of a category': { noun: 'a column in which values repeat, such as a category' },
  'named table': { noun: 'a table that the question names', mention: 'a table’s name' },
  'synonym of a table': {
    noun: 'a table that the question calls by another word',
    mention: 'another word for a table',
  },
  'part of a table’s name': {
    noun: 'a table of whose name the question says only a part',
    mention: 'part of a table’s name',
  },
  'unnamed table': { noun: 'a table that the question does not name' },
  'table after a count': { noun: 'a table named right after “how many” or the like' },
  'first table named': { noun: 'the table that the question names first' },
  'table of a value': { noun: 'a table that holds a value of the question' },
  'table of a named column': { noun: 'a table with a column that the question names' },
  'a table farther away': { noun: 'a table that takes further tables to reach' },
};

/** Endings of a trait that say more of the same column. */
const ENDINGS: readonly (readonly [string, (noun: string) => string])[] = [
  [', key', (noun) => noun.replace(/^a column/, 'an id column')],
  [' of a named table', (noun) => `${noun}, of a table that it names`],
];

function traitOf(name: string): Trait | null {
  const known = TRAITS[name];
  if (known !== undefined) return known;
  for (const [ending, more] of ENDINGS) {
    const trait = name.endsWith(ending) ? TRAITS[name.slice(0, -ending.length)] : undefined;
    if (trait !== undefined) return { ...trait, noun: more(trait.noun) };
  }
  return null;
}

/** Null for a place that is not known; a trait that is not known stands as it is written. */
export function linkAction([slot = '', trait = '', more]: readonly string[]): Action | null {
  const does = SLOTS[slot];
  if (does === undefined) return null;
  const known = traitOf(trait);
  const where = more === undefined ? '' : `${context(more)}, `;
  const noun = known?.noun ?? `what is ${plain(trait)}`;
  const isTable = OF_TABLES.has(slot);
  const of = isTable ? noun.replace(/^the column/, 'the table') : noun;
  return action(does(of), undefined, known?.mention, does(isTable ? 'that table' : 'that column'), where);
}

/** The same for something by its name: “also show singer.name”. Null for a place that is not known. */
export function slotAction(slot: string, name: string): Action | null {
  const does = SLOTS[slot];
  return does === undefined ? null : action(does(name));
}

/** Whether both the place and the trait have words. */
export const isWordedLink = ([slot = '', trait = '']: readonly string[]): boolean =>
  slot in SLOTS && traitOf(trait) !== null;
