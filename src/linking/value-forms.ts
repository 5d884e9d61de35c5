/**
 * Values that a question says by another word than the stored one: sexes, one-letter codes, and the truth of a
 * yes-or-no column.
 */
import { sexForms } from './demonyms.ts';
import { isNegation } from './lexicon.ts';
import type { NameLinks } from './names.ts';
import type { ColumnEntry, SchemaIndex } from './schema-index.ts';
import { covers } from './spans.ts';
import type { ColumnLink, Token, ValueLink } from './types.ts';
import { splitIdentifier, stemOf } from './words.ts';

/** Pairs a column of two values is true or false by, lower case, true first. */
const FLAGS: readonly (readonly [string, string])[] = [
  ['t', 'f'],
  ['true', 'false'],
  ['y', 'n'],
  ['yes', 'no'],
  ['1', '0'],
];
const BOOLEAN_WORDS = new Set(['is', 'has', 'can', 'was', 'does', 'allows', 'allow', 'flag', 'yn']);
const SEXES = new Set(['sex', 'gender'].map(stemOf));
const CODES = 3;
const FLAG_SCORE = 0.6;
const SEX_SCORE = 0.9;
const CODE_SCORE = 0.5;
const NEAR = 3;
const MOST_LINKS = 100;

interface SpecialColumns {
  readonly flags: ReadonlyMap<string, { readonly yes: string | null; readonly no: string | null }>;
  readonly sexes: readonly ColumnEntry[];
  readonly codes: ReadonlyMap<string, ColumnEntry>;
}

const specials = new WeakMap<SchemaIndex, SpecialColumns>();
const keyOf = ({ table, column }: { readonly table: string; readonly column: string }): string => `${table}\n${column}`;

function specialColumns(index: SchemaIndex): SpecialColumns {
  let found = specials.get(index);
  if (found !== undefined) return found;
  const flags = new Map<string, { yes: string | null; no: string | null }>();
  const sexes: ColumnEntry[] = [];
  const codes = new Map<string, ColumnEntry>();
  for (const entry of index.columns) {
    const flag = flagOf(entry, index);
    if (flag !== null) flags.set(keyOf(entry), flag);
    const { profile } = entry;
    if (profile === null || profile.values.length === 0) continue;
    if (entry.stems.some((stem) => SEXES.has(stem)) && profile.values.length <= 2 * CODES) sexes.push(entry);
    else if (
      flag === null &&
      profile.distinctIsExact &&
      profile.distinct <= CODES &&
      profile.values.every((value) => /^\p{L}$/u.test(value.trim()))
    )
      codes.set(keyOf(entry), entry);
  }
  specials.set(index, (found = { flags, sexes, codes }));
  return found;
}

/**
 * The stored texts for true and false; whole numbers are taken for 1 and 0 where name or type say that the column is
 * one of truth.
 */
function flagOf(
  { table, column, profile }: ColumnEntry,
  index: SchemaIndex,
): { yes: string | null; no: string | null } | null {
  if (profile === null || profile.distinct === 0 || profile.distinct > 2 || !profile.distinctIsExact) return null;
  if (profile.holds === 'integer') {
    const type = index.tables.get(table)?.table.columns.find(({ name }) => name === column)?.type ?? '';
    return /bool/iu.test(type) || splitIdentifier(column).some((word) => BOOLEAN_WORDS.has(word))
      ? { yes: '1', no: '0' }
      : null;
  }
  if (profile.holds !== 'text') return null;
  for (const [yes, no] of FLAGS) {
    if (profile.values.length === 0 || !profile.values.every((value) => [yes, no].includes(value.trim().toLowerCase())))
      continue;
    const stored = (wanted: string): string | null =>
      profile.values.find((value) => value.trim().toLowerCase() === wanted) ?? null;
    return { yes: stored(yes), no: stored(no) };
  }
  return null;
}

export function linkFlags(tokens: readonly Token[], index: SchemaIndex, { columns }: NameLinks): ValueLink[] {
  const { flags, sexes, codes } = specialColumns(index);
  const links: ValueLink[] = [];
  const add = (
    at: { readonly table: string; readonly column: string },
    value: string,
    first: number,
    last: number,
    how: ValueLink['how'],
    score: number,
  ): void => {
    if (links.length < MOST_LINKS)
      links.push({ table: at.table, column: at.column, value, span: { first, last }, match: 'exact', score, how });
  };
  if (flags.size > 0 || codes.size > 0) {
    for (const link of columns) {
      if (link.match === 'partial') continue;
      const flag = flags.get(keyOf(link));
      if (flag !== undefined) {
        const value = isDenied(tokens, link) ? flag.no : flag.yes;
        if (value !== null) add(link, value, link.span.first, link.span.last, 'flag', FLAG_SCORE * link.score);
      }
      const code = codes.get(keyOf(link));
      if (code !== undefined)
        addCodes(tokens, link, code, (value, at) => {
          add(link, value, at, at, 'form', CODE_SCORE);
        });
    }
  }
  if (sexes.length > 0) {
    tokens.forEach((token, at) => {
      const forms = token.kind === 'word' ? sexForms(token.lower) : [];
      for (const entry of forms.length > 0 ? sexes : []) {
        const values = entry.profile?.values ?? [];
        const value = forms
          .map((form) => values.find((stored) => stored.trim().toLowerCase() === form))
          .find((stored) => stored !== undefined);
        // As written it is found by its text.
        if (value !== undefined && value.trim().toLowerCase() !== token.lower)
          add(entry, value, at, at, 'form', SEX_SCORE);
      }
    });
  }
  return links;
}

/** "not official", "isn't official", "non official". */
function isDenied(tokens: readonly Token[], { span }: ColumnLink): boolean {
  return tokens
    .slice(Math.max(0, span.first - 2), span.first)
    .some((token) => isNegation(token.lower) || token.lower === 'non');
}

/**
 * "status active" where the column holds A and I: a content word beside the column that begins with a stored letter.
 */
function addCodes(
  tokens: readonly Token[],
  { span }: ColumnLink,
  { profile }: ColumnEntry,
  add: (value: string, at: number) => void,
): void {
  for (let at = Math.max(0, span.first - NEAR); at <= Math.min(tokens.length - 1, span.last + NEAR); at++) {
    const token = tokens[at];
    if (token === undefined || token.stop || token.kind === 'number' || token.text.length < 3 || covers(span, at))
      continue;
    const value = profile?.values.find((stored) => stored.trim().toLowerCase() === token.lower[0]);
    if (value !== undefined) add(value, at);
  }
}
