/** Names, operators and SQL as a reader says them: without a mark that only programs use. */

/** Characters of a name, a cue or a fragment that a sentence repeats. Hints may come from anybody's file. */
const LONGEST = 160;

/** How a value stands to the one it is compared with. */
export const OPERATORS: Readonly<Record<string, string>> = {
  '=': 'exactly',
  '<>': 'other than',
  '!=': 'other than',
  '>': 'more than',
  '>=': 'at least',
  '<': 'less than',
  '<=': 'at most',
};

const MARKS: readonly (readonly [RegExp, string])[] = [
  [/<>|!=/g, ' other than '],
  [/>=/g, ' at least '],
  [/<=/g, ' at most '],
  [/\|\|/g, ' followed by '],
  [/<(number|value|date|quoted|compared|table|column)>/g, ' a $1 '],
  [/>/g, ' more than '],
  [/</g, ' less than '],
  [/\+/g, ' plus '],
  [/[⇒←→]/g, ', '],
  [/[~|]/g, ' '],
];

/** One short line that holds none of the marks. */
export function plain(text: string): string {
  let words = text.slice(0, LONGEST).replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
  for (const [mark, said] of MARKS) words = words.replace(mark, said);
  return words.replace(/ +/g, ' ').replace(/ ,/g, ',').trim();
}

/** `order_items` → order items. A name of mixed case stays as it is written. */
export const nameWords = (name: string): string =>
  plain(name.replace(/^"(.*)"$/s, '$1').replaceAll('""', '"')).replaceAll('_', ' ');

const NAME = String.raw`(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`;
const COLUMN = new RegExp(String.raw`^(${NAME})\.(${NAME})$`, 'u');
const PARTS: Readonly<Record<string, string>> = {
  '%Y': 'year',
  '%Y-%m': 'month',
  '%m': 'month of the year',
  '%m-%d': 'day and month',
  '%Y-%m-%d': 'day',
};

/** `products.unit_price` → unit price of products; products, parts of dates and spans of days likewise. */
export function expressionWords(text: string): string {
  const [, table, column] = COLUMN.exec(text) ?? [];
  if (table !== undefined && column !== undefined) return `${nameWords(column)} of ${nameWords(table)}`;
  const product = text.split(' * ').map((one) => COLUMN.exec(one));
  if (product.length > 1 && product.every((one) => one !== null && one[1] === product[0]?.[1]))
    return `${product.map((one) => nameWords(one?.[2] ?? '')).join(' × ')} of ${nameWords(product[0]?.[1] ?? '')}`;
  const ratio = text.split(' / ').map((one) => COLUMN.exec(one));
  if (ratio.length === 2 && ratio.every((one) => one !== null && one[1] === ratio[0]?.[1]))
    return `the ${ratio.map((one) => nameWords(one?.[2] ?? '')).join(' divided by the ')} of ${nameWords(ratio[0]?.[1] ?? '')}`;
  const year = /^year of (.*)$/s.exec(text)?.[1];
  if (year !== undefined && COLUMN.test(year)) return `year of the ${expressionWords(year)}`;
  const hundredth = /^(.*) \/ 100\.0$/s.exec(text)?.[1];
  if (hundredth !== undefined && COLUMN.test(hundredth)) return `a hundredth of the ${expressionWords(hundredth)}`;
  const [, from, to] = /^days from (\S+) to (.*)$/s.exec(text) ?? [];
  if (from !== undefined && to !== undefined) return `the days from ${expressionWords(from)} to ${nameWords(to)}`;
  const day = /^date\((.*)\)$/is.exec(text)?.[1];
  if (day !== undefined && COLUMN.test(day)) return `day of the ${expressionWords(day)}`;
  const [, format, date] = /^strftime\('([^']*)', (.*)\)$/is.exec(text) ?? [];
  const part = PARTS[format ?? ''];
  if (part !== undefined && date !== undefined && COLUMN.test(date)) return `${part} of the ${expressionWords(date)}`;
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(text) ? nameWords(text) : plain(text);
}

export const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
