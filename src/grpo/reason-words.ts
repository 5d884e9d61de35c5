/** Reasons of rewards in words, made where they are read. */
import type { ForeignWord, ReasonId, ReasonMessage, ReasonValues } from './reward-reasons.ts';

/** The reason as a sentence. */
export function reasonWords({ id, values }: ReasonMessage): string {
  const words = WORDS[id] as (...values: ReasonMessage['values']) => string;
  return words(...values);
}

const NO_MESSAGE = 'no message';
/** Behind a sentence of ours. */
const detail = (message: string | undefined): string => (message === undefined ? '' : ` ${message}`);
const quoted = (words: readonly string[]): string => words.map((word) => `“${word}”`).join(', ');
/** Of a sort, by its direction. */
const FIRST = { ASC: 'lowest', DESC: 'highest' } as const;
const rows = (count: number): string => (count === 1 ? 'row' : 'rows');

/** What SQLite has instead. */
const INSTEAD: Readonly<Record<ForeignWord, string>> = {
  ILIKE: 'LIKE, which ignores case for ASCII letters',
  TOP: 'LIMIT at the end',
  FETCH: 'LIMIT',
  INTERVAL: "date(…, '+1 day')",
  EXTRACT: 'strftime',
  ANY: 'IN or EXISTS',
  SOME: 'IN or EXISTS',
};

const WORDS: { readonly [Id in ReasonId]: (...values: ReasonValues[Id]) => string } = {
  'no-sql-in-answer': () => 'There is no SQL in the answer.',
  compiles: () => 'SQLite compiles it as one statement that only reads.',
  'reads-at-length': () => 'It is one statement that only reads, though larger or more nested than SQL may be here.',
  refused: (message = NO_MESSAGE) => `Refused: ${message}`,
  'name-unknown': (message = NO_MESSAGE) => `SQLite knows the grammar but not a name: ${message}`,
  'not-compiled': (message = NO_MESSAGE) => `SQLite cannot compile it: ${message}`,
  'name-meant': (name) => `Did it mean "${name}"?`,
  'column-elsewhere': (column, table) => `"${column}" is a column of ${table}, which the SQL does not read.`,
  'no-sql': () => 'There is no SQL.',
  'quote-open': (character) => `The quote opened at character ${character} is never closed.`,
  'bracket-extra': (character) => `The ")" at character ${character} closes nothing.`,
  'bracket-open': (character) => `The "(" at character ${character} is never closed.`,
  'foreign-word': (word) => `${word} is not SQLite's; it has ${INSTEAD[word]}.`,
  'word-meant': (written, meant) => `Did "${written}" mean ${meant}?`,
  'double-colon': () => '"::" is not SQLite\'s; it has CAST(… AS …).',
  'wrong-start': (word) => `A query begins with SELECT, WITH or VALUES, not with "${word}".`,
  'parser-stops': (at, after, ...possible) => {
    const where = at === '' ? 'It breaks off' : `A parser stops at “${at}”`;
    const behind = after === '' ? '' : ` after “${after}”`;
    return `${where}${behind}${possible.length > 0 ? `; ${possible.join(', ')} could stand there` : ''}.`;
  },

  'not-run': () => 'It was not run.',
  'too-large-to-run': (message) => `It is larger than SQL may be here, so it was not run.${detail(message)}`,
  failed: (message) => `It failed while running.${detail(message)}`,
  'over-budget': (message) => `It used up its budget before it ended.${detail(message)}`,
  'over-memory': (message) => `It needed more memory, or a longer value, than it may have.${detail(message)}`,
  killed: (message) => `It could not be stopped, so its worker was.${detail(message)}`,
  'empty-without-table': () => 'It ran without reading any table of the schema.',
  empty: () => 'It ran and returned no rows.',
  'rows-without-table': () => 'It ran, but it reads no table of the schema, so its result says nothing about the data.',
  'rows-of-null': () => 'It ran, but returned nothing except NULL.',
  rows: (count) => `It ran and returned ${count} ${rows(count)}.`,
  'rows-and-more': (count) => `It ran and returned ${count} or more ${rows(count)}.`,
  'rows-left-out': () => 'More rows came than are kept.',

  'no-sql-to-look-at': () => 'There is no SQL to look at.',
  plain: () => 'Plain SQL.',
  star: () => 'SELECT * leaves the output columns to chance.',
  'output-unnamed': (output) => `${output} has no name of its own (AS …).`,
  'output-twice': (output) => `Shows ${output} twice.`,
  'name-twice': (name) => `Two output columns are both called ${name}.`,
  'cross-join': (table) => `${table} is joined without a condition: every row meets every row.`,
  'cross-join-subquery': () => 'A subquery is joined without a condition: every row meets every row.',
  'self-join': (column) => `${column} is joined with itself: every row meets every row.`,
  'comma-join': () => 'Tables are joined by a comma and WHERE instead of JOIN … ON.',
  'natural-join': () => 'NATURAL JOIN depends on column names that may change.',
  'looks-uncompiled': () => 'SQL that does not compile earns nothing for its looks.',

  'no-sql-for-question': () => 'There is no SQL, so nothing answers the question.',
  'reads-no-table': () => 'It reads no table of the schema, so it cannot answer a question about it.',
  'only-constants': () => 'It returns the same whatever the data says: every output column is a constant.',
  unrelated: (...words) => `It uses nothing the question asks about (${quoted(words)}).`,
  capped: (total) => `So its total is −${Math.abs(total)}, whatever the other rewards say.`,
  'nothing-linked': () => 'Nothing in the question could be linked to the schema.',
  'nothing-to-judge-by': () => 'Nothing in the question could be linked to the schema, so nothing speaks for this SQL.',
  'uses-all': () => 'Uses everything the question mentions.',
  'uses-share': (percent) => `Uses ${percent} % of what the question mentions; the rest is a guess.`,
  'uses-share-without': (percent, ...words) => `Uses ${percent} % of what the question mentions; not ${quoted(words)}.`,
  'columns-unasked': (...columns) => `Shows ${columns.join(', ')}, which the question does not ask for.`,
  'filters-unasked': (...columns) => `Filters on ${columns.join(', ')}, which the question does not mention.`,
  'value-found': (value) => `Compares the right column with “${value}”.`,
  'value-respelt': (value) => `Compares with “${value}” in another spelling than the data's.`,
  'value-elsewhere': (value) => `Compares “${value}” with a column that does not hold it.`,
  'value-invented': (value) => `Compares with “${value}”, which the question does not say.`,
  'shows-all': () => 'Shows every column, which the question does not ask to see.',
  'shows-no-name': (output, asked) => `Shows ${output} for “${asked}”, which does not name it.`,
  'shows-instead': (output, asked) => `Shows ${output} where “${asked}” itself is asked for.`,
  'shows-perhaps': (output, asked) => `Shows ${output} for “${asked}”, which it may mean.`,
  'not-shown': (...asked) => `Does not show ${quoted(asked)}.`,
  'group-not-shown': (group) => `Does not show which “${group}” each row is for.`,
  'shows-unasked': (...outputs) => `Shows ${outputs.join(', ')}, which the question does not ask to see.`,
  'constant-shown': () => 'Shows a constant, which tells nothing about the data.',
  'written-shown': (output) => `${output} gives back what is written in it, not what the data hold.`,
  'always-true': (condition) => `“${condition}” holds for every row, so the conditions beside it mean nothing.`,
  'aggregate-used': (aggregate) => `Uses ${aggregate}, as the question asks.`,
  'aggregate-by-column': (aggregate) => `Takes what ${aggregate} would give from a column that may hold it.`,
  'figure-for-sum': () => 'Takes a single figure where the question asks “how much”.',
  'count-for-sum': () => 'Counts rows where the question may ask for a sum.',
  'aggregate-missing': (aggregate) => `The question asks for ${aggregate}, which the SQL does not compute.`,
  'identifiers-added': (aggregate, argument) => `${aggregate}(${argument}) adds up identifiers.`,
  'aggregates-unasked': (...aggregates) => `Computes ${aggregates.join(' and ')}, which the question does not ask for.`,
  'counts-other': (table, asked) => `Counts, but not ${table}, which “${asked}” names.`,
  'counts-joined': (table) => `Counts a row of ${table} once for every row joined to it.`,
  'group-missing': () => 'The question asks for something of each group; the SQL does not group.',
  'group-idle': (key) => `Groups by ${key} without a figure for the groups.`,
  'group-unasked': (key) => `Groups by ${key}, which the question does not ask for.`,
  excludes: () => 'Excludes, as the question asks.',
  'exclusion-missing': () => 'The question excludes something; the SQL does not.',
  'exclusion-unasked': () => 'Excludes something, which the question does not ask for.',
  'part-missing': () => 'The question asks for a part of a text; the SQL compares whole ones.',
  'part-unasked': (pattern) => `Looks for “${pattern}” inside texts, where the question names a whole one.`,
  'either-for-both': () => 'The question asks for what has both; the SQL takes what has either.',
  'sorts-single-row': () => 'Sorts a single row: without GROUP BY its order and its LIMIT change nothing.',
  'beside-aggregate': (output) =>
    `${output} stands beside an aggregate without GROUP BY: SQLite shows it from any one row.`,
  'distinct-missing': () => 'The question asks for different ones; the SQL may repeat them.',
  'distinct-unasked': () => 'Counts or lists each once (DISTINCT), which the question does not ask for.',
  'number-unused': (number) => `Does not use the number ${number} of the question.`,
  'number-other-side': (operator, written, said, number) =>
    `Compares by ${operator} ${written}; the question says ${said} ${number}.`,
  'number-of-key': (column, number) =>
    `Compares ${column} with ${number}, but it is an id: more or less of it means nothing.`,
  'number-invented': (number) => `Compares with ${number}, which the question does not say.`,
  'skip-unasked': () => 'Leaves out the first rows (OFFSET), which the question does not ask for.',
  'cut-elsewhere': (count, asked) => `Returns ${count} rows instead of ${asked}.`,
  'cut-to-missing': (asked) => `Does not cut the result to ${asked} rows.`,
  'cut-unasked': () => 'Cuts the result with LIMIT, which the question does not ask for.',
  ranks: (direction) => `Ranks ${FIRST[direction]} first and cuts, as the question asks.`,
  'ranks-other-end': (direction) => `Ranks ${FIRST[direction]} first; the question asks for the other end.`,
  'keeps-several': (count) => `Keeps ${count} rows, where the question asks for the one.`,
  'takes-extreme': (end) => `Takes the ${end === 'MAX' ? 'largest' : 'smallest'}, as the question asks.`,
  'takes-other-end': (aggregate) => `Takes ${aggregate}; the question asks for the other end.`,
  'cut-missing': () => 'Sorts, but does not cut to what the question asks for.',
  'extreme-missing': () => 'The question asks for an extreme; the SQL neither ranks nor takes one.',
  'ranks-by-other': (asked, ...columns) => `Ranks by ${columns.join(', ')}, where the question names ${asked}.`,
  sorts: () => 'Sorts, as the question asks.',
  'sort-unasked': () => 'Sorts, which the question does not ask for.',
  'sort-missing': () => 'The question asks for an order; the SQL does not sort.',
  'sorts-other-way': (direction) =>
    `Sorts ${direction === 'DESC' ? 'descending' : 'ascending'}; the question asks for the other direction.`,
  'sorts-descending': () => 'Sorts descending, where the question names no direction.',
  'ties-unlike': (left, right) => `Ties ${left} to ${right}, which identify different things.`,
  'reads-idle': (...tables) => `Reads ${tables.join(', ')} without need.`,
  'result-empty': () => 'Nothing came back.',
  'result-missing': () => 'There is no result to answer with.',
  'result-null': () => 'Only NULL came back.',
  'result-same-rows': (count) => `All ${count} rows are the same.`,
  'result-not-one-figure': (count) => `The question asks for one figure; ${count} rows came back.`,
  'result-not-one-row': (count) => `The question asks for one row of figures; ${count} rows came back.`,
  'result-not-extreme': (count) => `The question asks for an extreme; ${count} rows came back.`,
  'result-not-each': () => 'The question asks for something of each; one row came back.',

  'gold-missing': () => 'There is no gold SQL for this question.',
  'gold-empty': () => 'The gold SQL returns no rows: wrong SQL matches that easily, so it teaches nothing.',
  'gold-not-run': (status, message) =>
    `The gold SQL does not run here (${status}${message === undefined ? '' : `: ${message}`}).`,
  'gold-too-long': () => 'The gold SQL returns more rows than are kept, so results cannot be compared.',
  'gold-says-nothing': () =>
    'The gold SQL returns only 0 or NULL: wrong SQL matches that easily, so it teaches nothing.',
  'gold-beyond-kept': () => 'Fewer rows are kept of this result than the gold SQL returns, so they cannot be compared.',
  'match-too-similar': () => 'The results are too large and too similar for their columns and rows to be told apart.',
  'match-gold-failed': (status) => `The gold SQL returned no result to compare (${status}).`,
  'match-gold-cut': () => 'The gold SQL returned more rows than are kept, so the results were not compared.',
  'match-failed': (status) => `This SQL returned no result to compare (${status}).`,
  'match-cut': () => 'This SQL returned more rows than are kept, so the results were not compared.',
  'match-width': (columns, gold) => `${columns} ${columns === 1 ? 'column' : 'columns'} instead of ${gold}.`,
  'match-length': (count, gold) => `${count} ${rows(count)} instead of ${gold}.`,
  'match-both-empty': () => 'Both results are empty.',
  'match-same': () => 'The same result as the gold SQL.',
  'match-order': () => 'The values are there, but the rows come in another order.',
  'match-column': (number, name) => `No column holds what the gold SQL has in column ${number} (${name}).`,
  'match-pairing': () => 'The columns cannot be paired with those of the gold SQL.',
  'order-as-it-stands': () =>
    'What the gold SQL sorts by cannot be read from its result, so the order of the rows was taken as it stands.',
  'match-rows': () => 'Each column holds the right values, but they belong to other rows.',

  'agrees-without-result': () => 'It has no result, so it agrees with none.',
  'agrees-with-nobody': () => 'No other completion of the group has a result, so there is none to agree with.',
  agrees: (same, others) =>
    `${same === 0 ? 'None' : same} of the ${others} others that ran ${same === 1 || others === 1 ? 'has' : 'have'} the same result.`,
  'agrees-on-nothing': () => 'But agreeing on an empty result counts for nothing.',

  'thumb-up': () => 'A thumb up on this SQL.',
  'thumb-down': () => 'A thumb down on this SQL.',
  'person-wrote': () => 'The SQL that a person wrote for this question.',
  'same-as-written': () => 'The same result as the SQL that a person wrote for this question.',
  'as-written-by-chance': () =>
    'The result of the SQL that a person wrote for this question, but by chance: with some of the rows left out they differ.',
  'same-as-approved': () => 'The same result as SQL with a thumb up.',
  'judged-beyond-kept': () =>
    'Fewer rows are kept of this result than of the one people judged, so they cannot be compared.',
  'not-as-written': () => 'Not the result of the SQL that a person wrote for this question.',
  'same-as-disapproved': () => 'The same result as SQL with a thumb down, and as none with a thumb up.',
  'not-judged': () => 'Nobody judged this SQL, or one with the same result.',

  told: (text) => text,
};
