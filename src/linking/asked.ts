/**
 * What a question asks to be shown: the columns, things and figures between its question word and the first of its
 * conditions. "What are the name and age of the singers from France" asks for two columns, and for nothing else.
 */
import type { Schema } from '../grpo/types.ts';
import { DATE_PARTS } from './lexicon.ts';
import { contains, covers, overlaps } from './spans.ts';
import type { AggregateName, QuestionAnalysis, Span, Token } from './types.ts';
import { splitIdentifier, stemOf } from './words.ts';

/** One thing to be shown. */
export interface AskedSlot {
  /** The question's own words. */
  readonly label: string;
  /**
   * column: one of `columns` · thing: what names a row of one of `tables`, or one of `columns` · figure: `aggregate`,
   * of `columns` if any · unknown: words that nothing is linked to.
   */
  readonly kind: 'column' | 'thing' | 'figure' | 'unknown';
  /** As `table.column`. */
  readonly columns: ReadonlySet<string>;
  readonly tables: ReadonlySet<string>;
  readonly aggregate: AggregateName | null;
  /** What a figure is given for each of: shown as a rule, but not by every answer. */
  readonly group: boolean;
}

export interface Asked {
  readonly slots: readonly AskedSlot[];
  /** The tokens that say what to show; what comes after them are conditions. Null when nothing there is linked. */
  readonly zone: Span | null;
}

export const at = (table: string, column: string): string => `${table}.${column}`;

const LEAD = new Set(
  'what which who whom whose how show list give find display return get tell name provide report select retrieve identify determine compute calculate me us you please can could is are was were the a an all any for of'.split(
    ' ',
  ),
);
/** A sentence that begins so says what to show, whatever the one before it asked. */
const REQUESTS = new Set('return show give list display report include provide'.split(' '));
/** Words at which the conditions begin, once something has been named. */
const CONDITIONS = new Set(
  (
    'whose where who that which with without sorted ordered ranked having has have had did do does is are was were be from in at on than above below under over before after between ' +
    'when while if except excluding not never by using'
  ).split(' '),
);
const POSSESSIVES = new Set(['their', 'its', 'his', 'her']);
const JOINS = new Set(['and', 'plus', 'along', 'well']);
const EACH = new Set(['each', 'every', 'per']);

/** A content word; "name" is one wherever it does not begin the request. */
const saysSomething = (token: Token, index: number): boolean => !token.stop || (token.lower === 'name' && index > 0);

interface Mention {
  readonly span: Span;
  readonly columns: ReadonlySet<string>;
  readonly tables: ReadonlySet<string>;
}

interface Place {
  readonly span: Span;
  readonly weight: number;
  readonly column: string | null;
  readonly table: string;
}

/** Links weaker than this name nothing by themselves. */
const PLAIN_LINK = 0.5;
/** A link within this share of the best at its place may be what is meant as well. */
const AS_GOOD = 0.85;

const ALL =
  /\b(all|every|the|any|full|complete) (of the |the )?(available |other |different )?(information|info|details?|columns?|data|attributes?|fields?|records?|rows?|entries)\b|\beverything\b|\b(information|info|details) (about|of|on|for)\b/i;

/** "All details of the …" asks for every column. */
export const asksEverything = ({ question }: QuestionAnalysis): boolean => ALL.test(question);

const memory = new WeakMap<QuestionAnalysis, Asked>();

export function askedOf(analysis: QuestionAnalysis, schema: Schema): Asked {
  const known = memory.get(analysis);
  if (known) return known;
  const asked = read(analysis, schema);
  memory.set(analysis, asked);
  return asked;
}

function read(analysis: QuestionAnalysis, schema: Schema): Asked {
  const { tokens } = analysis;
  const zone = zoneOf(analysis);
  if (zone === null) return { slots: [], zone: null };
  // "Where does the youngest teacher live" asks for a place, whatever its column is called.
  if (/^(where|when)$/.test(tokens[0]?.lower ?? ''))
    return {
      slots: [
        {
          label: tokens[0]?.text ?? '',
          kind: 'unknown',
          columns: new Set(),
          tables: new Set(),
          aggregate: null,
          group: false,
        },
      ],
      zone,
    };
  const slots = slotsOf(analysis, zone, schema);
  for (const span of analysis.intent.grouping) {
    // "Takings by kind": what nobody could link is asked for, of each of what follows.
    const isUnknown = slots.length > 0 && slots.every((slot) => slot.kind === 'unknown' || slot.group);
    if (!isUnknown && (covers(zone, span.first) || !EACH.has(tokens[span.first - 1]?.lower ?? ''))) continue;
    const [group] = mentionsIn(analysis, span);
    const isPart = group === undefined && isDatePart(tokens[span.first]);
    if (!isUnknown && !slots.some((slot) => slot.kind === 'figure')) continue;
    if (group !== undefined && slots.some((slot) => sameThing(slot, group) || showsOf(slot, group))) continue;
    if (group !== undefined || (isUnknown && isPart))
      slots.unshift({
        label: words(tokens, group?.span ?? span),
        kind: isPart ? 'unknown' : 'thing',
        columns: group?.columns ?? new Set(),
        tables: group?.tables ?? new Set(),
        aggregate: null,
        group: true,
      });
  }
  return { slots, zone };
}

const isDatePart = (token: Token | undefined): boolean =>
  token !== undefined && DATE_PARTS.some(({ words }) => words.has(token.stem));

const sameThing = (slot: AskedSlot, mention: Mention): boolean =>
  slot.kind !== 'figure' &&
  ([...mention.columns].some((column) => slot.columns.has(column)) ||
    [...mention.tables].some((table) => slot.tables.has(table)));

/** "The stadium name and the number of concerts in each stadium": the name says which stadium. */
const showsOf = (slot: AskedSlot, { tables }: Mention): boolean =>
  slot.kind === 'column' &&
  [...slot.columns].some((column) => [...tables].some((table) => column.startsWith(`${table}.`)));

/** From the first word that is no lead-in to the first condition behind it. */
function zoneOf({ question, tokens, intent }: QuestionAnalysis): Span | null {
  const sentences = tokens.flatMap((token, i) =>
    i === 0 || /[.?!;]\s*$/.test(question.slice(tokens[i - 1]?.end, token.start)) ? [i] : [],
  );
  let first = [...sentences].reverse().find((i) => REQUESTS.has(tokens[i]?.lower ?? '')) ?? 0;
  // "For each stadium, how many …": what comes first is what the figures are for.
  if (first === 0 && (tokens[0]?.lower === 'for' || tokens[0]?.lower === 'in')) {
    const comma = tokens.findIndex(
      (token, i) => i > 0 && question.slice(token.end, tokens[i + 1]?.start).includes(','),
    );
    if (comma >= 0 && comma < tokens.length - 1) first = comma + 1;
  }
  const sentenceEnd = (sentences.find((i) => i > first) ?? tokens.length) - 1;
  const figure = (i: number): boolean => intent.aggregates.some(({ span }) => span.first === i);
  while (
    first <= sentenceEnd &&
    LEAD.has(tokens[first]?.lower ?? '') &&
    !figure(first) &&
    !(first > 0 && tokens[first]?.lower === 'name')
  )
    first++;
  // "The price list: product names …": what follows the colon is what is asked for, under a title.
  const colon = tokens.findIndex(
    (token, i) => i >= first && i < sentenceEnd && /:\s/.test(question.slice(token.end, tokens[i + 1]?.start)),
  );
  if (colon >= 0) first = colon + 1;
  let last = first;
  let named = false;
  for (let i = first; i <= sentenceEnd; i++) {
    const token = tokens[i];
    if (token === undefined) break;
    const each = EACH.has(tokens[i + 1]?.lower ?? '');
    // "Names with their prices": one thing more to show.
    const also = token.lower === 'with' && POSSESSIVES.has(tokens[i + 1]?.lower ?? '');
    if (
      named &&
      CONDITIONS.has(token.lower) &&
      !each &&
      !also &&
      !intent.aggregates.some(({ span }) => covers(span, i))
    )
      break;
    if (named && token.lower === 'order' && tokens[i + 1]?.lower === 'by') break;
    if (named && token.lower === 'for' && !each && tokens[i + 1]?.lower !== 'all') break;
    if (saysSomething(token, i) || figure(i)) {
      named = true;
      last = i;
    }
  }
  return named ? { first, last } : null;
}

/** Every place where something linked is said: the links' own, and those where the same words come again. */
function placesOf({ tokens, columns, tables }: QuestionAnalysis): Place[] {
  const places: Place[] = [];
  const add = (span: Span, score: number, table: string, column: string | null): void => {
    const stems = tokens.slice(span.first, span.last + 1).map((token) => token.stem);
    const content = tokens.slice(span.first, span.last + 1).filter((token) => !token.stop).length;
    const weight = score * Math.sqrt(Math.max(1, content));
    for (let i = 0; i + stems.length <= tokens.length; i++) {
      if (stems.every((stem, k) => tokens[i + k]?.stem === stem))
        places.push({ span: { first: i, last: i + stems.length - 1 }, weight, table, column });
    }
  };
  for (const link of columns) if (link.score >= PLAIN_LINK) add(link.span, link.score, link.table, link.column);
  for (const link of tables) if (link.score >= PLAIN_LINK) add(link.span, link.score, link.table, null);
  return places;
}

/** What is named between two tokens, left to right, each word once: at each place what explains most of it. */
function mentionsIn(analysis: QuestionAnalysis, zone: Span): Mention[] {
  const taken = new Set(
    analysis.values
      .filter((value) => value.match === 'exact' && value.score >= 0.8)
      .flatMap(({ span }) => Array.from({ length: span.last - span.first + 1 }, (_, i) => span.first + i)),
  );
  const places = placesOf(analysis).filter(({ span }) => contains(zone, span));
  const mentions: Mention[] = [];
  for (let i = zone.first; i <= zone.last; i++) {
    if (taken.has(i)) continue;
    const here = places.filter(({ span }) => span.first === i);
    const best = Math.max(0, ...here.map(({ weight }) => weight));
    if (best === 0) continue;
    const meant = here.filter(({ weight }) => weight >= AS_GOOD * best);
    const last = Math.max(...meant.map(({ span }) => span.last));
    mentions.push({
      span: { first: i, last },
      columns: new Set(meant.flatMap(({ table, column }) => (column === null ? [] : [at(table, column)]))),
      tables: new Set(meant.flatMap(({ table, column }) => (column === null ? [table] : []))),
    });
    i = last;
  }
  return mentions;
}

/** The parts of an enumeration: "the name, the age and the number of songs" has three. */
function partsOf({ question, tokens }: QuestionAnalysis, zone: Span): Span[] {
  const parts: Span[] = [];
  let first = zone.first;
  for (let i = zone.first; i <= zone.last; i++) {
    const comma = i < zone.last && question.slice(tokens[i]?.end, tokens[i + 1]?.start).includes(',');
    const joins =
      JOINS.has(tokens[i]?.lower ?? '') || (tokens[i]?.lower === 'with' && POSSESSIVES.has(tokens[i + 1]?.lower ?? ''));
    if (!comma && !joins) continue;
    parts.push({ first, last: joins ? i - 1 : i });
    first = i + 1;
  }
  return [...parts, { first, last: zone.last }].filter(
    (part) =>
      part.last >= part.first &&
      tokens.slice(part.first, part.last + 1).some((token, k) => saysSomething(token, part.first + k)),
  );
}

/** "Takings by kind": does it begin with words that nobody could link, asked for of each of what follows? */
function isOfGroup({ tokens, intent }: QuestionAnalysis, part: Span, mentions: readonly Mention[]): boolean {
  const [first] = mentions;
  return (
    first !== undefined &&
    intent.grouping.some(({ first: at }) => at === first.span.first) &&
    tokens.slice(part.first, first.span.first).some((token, i) => saysSomething(token, part.first + i))
  );
}

/** One slot for each part of the enumeration, and one for what its figures are given for each of. */
function slotsOf(analysis: QuestionAnalysis, zone: Span, schema: Schema): AskedSlot[] {
  const { tokens, intent } = analysis;
  const mentions = mentionsIn(analysis, zone);
  const isGroup = ({ span }: Mention): boolean =>
    [1, 2].some((back) => EACH.has(tokens[span.first - back]?.lower ?? ''));
  const hasFigure = intent.aggregates.some(({ span }) => contains(zone, span));
  const slots: AskedSlot[] = [];
  for (const part of partsOf(analysis, zone)) {
    const label = words(tokens, part);
    const all = mentions.filter(({ span }) => contains(part, span) && !mentionIsRank(span, intent));
    const groups = all.filter(isGroup);
    const own = all.filter((mention) => !groups.includes(mention));
    const ofGroup = isOfGroup(analysis, part, all);
    if (ofGroup)
      slots.push({ label, kind: 'unknown', columns: new Set(), tables: new Set(), aggregate: null, group: false });
    const figure = intent.aggregates.find(
      ({ span, name }) =>
        contains(part, span) &&
        !(overlapsRank(span, intent) && own[0]?.columns.size === 0 && (name === 'MAX' || name === 'MIN')),
    );
    if (figure) {
      // "the average and maximum age": the first figure is of what the second is of.
      const of = own.filter(({ span }) => span.last > figure.span.last);
      const next = of[0] ?? mentions.find(({ span }) => span.first > part.last);
      const within = own.filter(({ span }) => overlaps(span, figure.span));
      slots.push({
        label,
        kind: 'figure',
        columns: new Set([...(next?.columns ?? []), ...within.flatMap(({ columns }) => [...columns])]),
        tables: next?.tables ?? new Set(),
        aggregate: figure.name,
        group: false,
      });
    } else {
      // "The most populous state": what stands between the superlative and its noun says which, not what.
      const noun = own.find(
        ({ span, tables, columns }, i) =>
          tables.size > 0 &&
          columns.size === 0 &&
          own[i - 1]?.span.last === span.first - 1 &&
          intent.superlative?.span.last === (own[i - 1]?.span.first ?? 0) - 1,
      );
      const first = noun ? -1 : own.findIndex(({ columns }) => columns.size > 0);
      const column = own[first];
      if (column) {
        // "country name": two columns side by side are one thing.
        const beside = own[first + 1];
        const together =
          beside && beside.columns.size > 0 && beside.span.first === column.span.last + 1 ? beside : null;
        const owners = [
          ...own,
          ...groups,
          ...mentions.filter((mention) => !all.includes(mention) && mention.columns.size === 0),
        ].filter((mention) => mention !== column);
        const columns = new Set([
          ...narrowed(column, owners, analysis, schema),
          ...(together ? narrowed(together, owners, analysis, schema) : []),
          ...spreadOver(tokens, column.span, zone, schema),
        ]);
        slots.push({
          label,
          kind: column.tables.size > 0 ? 'thing' : 'column',
          columns,
          tables: column.tables,
          aggregate: null,
          group: false,
        });
      } else if (noun ?? own[0])
        slots.push({
          label,
          kind: 'thing',
          columns: (noun ?? own[0])?.columns ?? new Set(),
          tables: (noun ?? own[0])?.tables ?? new Set(),
          aggregate: null,
          group: false,
        });
      else if (groups.length === 0 && !isValue(analysis, part) && !ofGroup)
        slots.push({ label, kind: 'unknown', columns: new Set(), tables: new Set(), aggregate: null, group: false });
    }
    if (!hasFigure && !ofGroup) continue;
    for (const group of groups)
      if (!slots.some((slot) => sameThing(slot, group) || showsOf(slot, group)))
        slots.push({
          label: words(tokens, group.span),
          kind: 'thing',
          columns: group.columns,
          tables: group.tables,
          aggregate: null,
          group: true,
        });
  }
  return slots;
}

const overlapsRank = (span: Span, { superlative }: QuestionAnalysis['intent']): boolean =>
  superlative !== null && overlaps(span, superlative.span);
/** "youngest" may mean the column age: it says which row, not what to show. */
const mentionIsRank = (span: Span, { superlative }: QuestionAnalysis['intent']): boolean =>
  superlative !== null && superlative.span.first === span.first && superlative.span.last === span.last;

/**
 * A column that several tables have is that of the table named beside it, or of the one whose row a value names ("the
 * area of Peru").
 */
function narrowed(
  mention: Mention,
  owners: readonly Mention[],
  { values }: QuestionAnalysis,
  schema: Schema,
): ReadonlySet<string> {
  if (mention.columns.size < 2) return mention.columns;
  const named = values
    .filter(
      (value) => value.match === 'exact' && value.score >= PLAIN_LINK && isUnique(schema, value.table, value.column),
    )
    .map(({ table }) => table);
  for (const owner of [...owners.flatMap((other) => [...other.tables]), ...named]) {
    const columns = [...mention.columns].filter((column) => column.startsWith(`${owner}.`));
    if (columns.length > 0) return new Set(columns);
  }
  return mention.columns;
}

/**
 * "The name and the year of the song" may be `song_name`: columns whose several words all stand in the zone, one of
 * them here.
 */
function spreadOver(tokens: readonly Token[], span: Span, zone: Span, schema: Schema): string[] {
  const here = new Set(tokens.slice(span.first, span.last + 1).map(({ stem }) => stem));
  const all = new Set(tokens.slice(zone.first, zone.last + 1).map(({ stem }) => stem));
  return schema.tables.flatMap((table) =>
    table.columns.flatMap(({ name }) => {
      const stems = splitIdentifier(name).map(stemOf);
      return stems.length > 1 && stems.every((stem) => all.has(stem)) && stems.some((stem) => here.has(stem))
        ? [at(table.name, name)]
        : [];
    }),
  );
}

function isUnique(schema: Schema, table: string, column: string): boolean {
  const rows = schema.tables.find(({ name }) => name === table)?.rowCount ?? null;
  return (
    rows !== null &&
    schema.profiles.some(
      (profile) =>
        profile.table === table && profile.column === column && profile.distinctIsExact && profile.distinct === rows,
    )
  );
}

/** Nothing but a value of the data: a condition. */
function isValue({ tokens, values }: QuestionAnalysis, part: Span): boolean {
  for (let i = part.first; i <= part.last; i++) {
    const token = tokens[i];
    if (token !== undefined && !token.stop && token.kind === 'word' && !values.some(({ span }) => covers(span, i)))
      return false;
  }
  return true;
}

const words = (tokens: readonly Token[], span: Span): string =>
  tokens
    .slice(span.first, span.last + 1)
    .map((token) => token.text)
    .join(' ');
