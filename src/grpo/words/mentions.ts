/** How what the question mentions is dealt with, in words: values, numbers, dates, names. */
import { action, said, type Action, type Said } from './action.ts';
import { OPERATORS, plain } from './plain.ts';

const TABLE = 'a table’s name';
const COLUMN = 'a column’s name';
const VALUE = 'a value of the data';
const NUMBER = 'a number';
const DATE = 'a date';

/** With the mention that words beside it speak of. */
const MENTIONS: Readonly<Record<string, readonly [Said, string]>> = {
  'JOIN a named table': ['join a table that the question names though no column of it is used', TABLE],
  'LIMIT <number>': ['keep as many rows as the number says', NUMBER],
  'condition on a number': ['filter by the number', NUMBER],
  'a condition on a mentioned number': ['filter by the number', NUMBER],
  'no condition on a mentioned number': [['don’t filter by the number', 'filter by the number'], NUMBER],
  'condition on a date': ['filter by the date', DATE],
  'no condition on a mentioned date': [['don’t filter by the date', 'filter by the date'], DATE],
  'a condition on a mentioned value': ['filter by the value', VALUE],
  'no condition on a mentioned value': [['don’t filter by the value', 'filter by the value'], VALUE],
  'a named column shown': ['show a column that the question names', COLUMN],
  'a named column used, not shown': ['use a column that the question names without showing it', COLUMN],
  'a named column left out': ['leave out a column that the question names', COLUMN],
  'a named table used': ['read a table that the question names', TABLE],
  'a named table left out': ['leave out a table that the question names', TABLE],
};

/** How a number is introduced: where the question says so, or how it stands there. */
const NUMBER_WORDS: Readonly<Record<string, string>> = {
  '>': 'after “more than” or the like',
  '>=': 'after “at least” or the like',
  '<': 'after “less than” or the like',
  '<=': 'after “at most” or the like',
  '=': 'after “exactly” or the like',
  between: 'after “between” or the like',
  'a ranking word': 'beside a ranking word such as “top”',
  'no comparing word': 'without a comparing word beside it',
};
const DATE_WORDS: Readonly<Record<string, string>> = {
  '>': 'with “after” or the like',
  '>=': 'with “since” or the like',
  '<': 'with “before” or the like',
  '<=': 'with “until” or the like',
  '=': 'with “on”, “in” or the like',
  between: 'with “between” or the like',
  'no comparing word': 'without a comparing word beside it',
};
const DATE_SIDES: Readonly<Record<string, string>> = {
  on: 'on the date, or within it if it is a month or year',
  '>': 'after the date',
  '>=': 'on or after the date',
  '<': 'before the date',
  '<=': 'on or before the date',
};
const COUNTED: Readonly<Record<string, string>> = {
  'none named': 'no column',
  '1 named': 'one column',
  '2 named': 'two columns',
  '3 or more named': 'three columns or more',
};

/** What stands before a value, where that says how it is meant. */
const DENIED: Readonly<Record<string, string>> = {
  'a value right after a denying word': 'for a value right after “not”, “no” or the like',
  'a value that no word denies': 'for a value that no word denies',
};

/** Null for what is no handling that is known. */
export function mentionAction(shape: string): Action | null {
  const known = MENTIONS[shape];
  if (known !== undefined) return said(known[0], known[1]);
  return deniedAction(shape) ?? dateAction(shape) ?? numberAction(shape) ?? shownAction(shape);
}

function deniedAction(shape: string): Action | null {
  const [, operator, what = ''] = /^WHERE … (=|<>) for (.+)$/.exec(shape) ?? [];
  const clause = DENIED[what];
  if (clause === undefined) return null;
  return given(clause, operator === '=' ? 'keep rows that have it' : 'keep rows that have another value');
}

function dateAction(shape: string): Action | null {
  const [, side, words] = /^date (\S+)(?: for (.+))?$/.exec(shape) ?? [];
  const where = DATE_SIDES[side ?? ''];
  if (where === undefined) return null;
  const keep = `keep what is ${where}`;
  if (words === undefined) return action(keep, undefined, DATE);
  return given(`for a date ${DATE_WORDS[words] ?? plain(words)}`, keep);
}

const given = (clause: string, does: string): Action => action(`${clause}, ${does}`, `${clause}, don’t ${does}`);

/** “at least that number”. */
function compared(operator: string, number: string): string {
  if (operator.toLowerCase() === 'between') return 'between the two numbers';
  return `${OPERATORS[operator] ?? plain(operator)} ${number}`;
}

/** What a number is compared with. */
const ROWS = 'rows whose value is';
const GROUPS = 'groups whose figure is';

function numberAction(shape: string): Action | null {
  const [, unfiltered] = /^no condition on a number with (.+)$/.exec(shape) ?? [];
  if (unfiltered !== undefined) {
    const what = `filter by a number ${NUMBER_WORDS[unfiltered] ?? plain(unfiltered)}`;
    return action(`don’t ${what}`, what);
  }
  const [, having, sign = '', words = ''] = /^(HAVING )?(=|<>|<=|>=|<|>|between|BETWEEN) for (.+)$/.exec(shape) ?? [];
  if (sign !== '')
    return given(
      `for a number ${NUMBER_WORDS[words] ?? plain(words)}`,
      `keep ${having === undefined ? ROWS : GROUPS} ${compared(sign, 'that number')}`,
    );
  const [, clause, operator = '', kind] = /^(WHERE|HAVING) … (\S+) <(number|value)>$/.exec(shape) ?? [];
  if (clause === undefined) return null;
  if (clause === 'HAVING') return action(`keep ${GROUPS} ${compared(operator, 'the number')}`);
  if (kind === 'value') return valueAction(operator);
  const keep = (number: string): string => `keep ${ROWS} ${compared(operator, number)}`;
  return action(keep('the number in the question'), undefined, NUMBER, keep('that number'));
}

function valueAction(operator: string): Action {
  const does =
    operator === 'LIKE'
      ? 'keep rows whose text contains the value'
      : operator === 'IN'
        ? 'keep rows that have one of the values'
        : operator === '='
          ? 'keep rows that have the value'
          : `keep rows that have ${OPERATORS[operator] ?? plain(operator)} the value`;
  return action(does, undefined, VALUE);
}

function shownAction(shape: string): Action | null {
  const [, many, named] = /^(1 column|2 columns|3 or more columns) shown with (.+)$/.exec(shape) ?? [];
  if (many === undefined) return null;
  const count = { '1 column': 'one column', '2 columns': 'two columns' }[many] ?? 'three columns or more';
  return action(`show ${count} where the question names ${COUNTED[named ?? ''] ?? plain(named ?? '')}`);
}
