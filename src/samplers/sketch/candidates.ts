/**
 * What a question offers for each decision, with base scores: the hand-made prior π_0.
 * The scores are a weak reader's: links to names and values, nearness and a few words of general English.
 */
import { DATE_PARTS } from '../../linking/lexicon.ts';
import { namesAmount, products, saysMoney } from '../../linking/products.ts';
import { holdsNumbers, type ColumnEntry, type SchemaIndex } from '../../linking/schema-index.ts';
import { covers, overlaps } from '../../linking/spans.ts';
import { stemOf } from '../../linking/words.ts';
import type { ColumnLink, DateMention, NumberMention, QuestionAnalysis, Span, ValueLink } from '../../linking/types.ts';
import { displayColumn } from './display-column.ts';
import { isSortedBy, rankedColumns } from './rankings.ts';
import {
  columnExpression,
  dateExpression,
  dayExpression,
  durationExpression,
  hundredthExpression,
  isReadAsNumber,
  numberExpression,
  productExpression,
  ratioExpression,
  yearExpression,
  type AggregateFunction,
  type Condition,
  type Expression,
} from './sketch.ts';
import { ratios } from './relations.ts';
import { Wanted } from './wanted.ts';

export interface Scored<T> {
  readonly item: T;
  readonly score: number;
}

/** Options offered for one choice among names. */
const MOST = 14;
/** Mentioned values that may become filters; a question with more is a list of words. */
const MOST_VALUES = 4;
/** Columns one mentioned value may be looked for in. */
const MOST_COLUMNS_OF_VALUE = 12;
/** Logits for reading a number that is stored as text as the number, against as the text. */
const AS_NUMBER = -0.3;
/** Logits for a name said exactly, by a synonym, in part. */
const LINK_SCORE = { exact: 3, synonym: 1.8, partial: 1.6 };

const stems = (words: string): ReadonlySet<string> => new Set(words.split(' ').map(stemOf));
const CENT = stemOf('cents');
const TIME_WORDS = stems('day days long time duration take takes took between delay');
const YEAR_WORDS = stems('year years');
const START_WORDS = stems('start starts starting begin begins beginning prefix');
const END_WORDS = stems('end ends ending suffix');
const PART_WORDS = stems('contain contains containing include includes including letter word substring like');

function best<T>(scored: readonly Scored<T>[]): Scored<T>[] {
  return [...scored].sort((a, b) => b.score - a.score).slice(0, MOST);
}

/** How a column is named: by what, and what else is true of it. */
interface Traits {
  readonly named: string;
  readonly others: readonly string[];
}

export class Candidates {
  readonly wanted: Wanted;
  readonly #analysis: QuestionAnalysis;
  readonly #index: SchemaIndex;
  readonly #links = new Map<string, ColumnLink>();
  readonly #tableScores = new Map<string, number>();

  constructor(analysis: QuestionAnalysis, index: SchemaIndex) {
    this.#analysis = analysis;
    this.#index = index;
    this.wanted = new Wanted(analysis, index);
    for (const link of analysis.columns) {
      const key = `${link.table}\n${link.column}`;
      if (!this.#links.has(key)) this.#links.set(key, link);
    }
    for (const link of analysis.tables) {
      const score = link.score * (link.match === 'partial' ? 0.5 : 1);
      this.#tableScores.set(link.table, Math.max(this.#tableScores.get(link.table) ?? 0, score));
    }
  }

  expressionOf({ table, column }: ColumnEntry): Expression {
    return columnExpression(table, column);
  }

  /** How a column stands to a value mentioned at `span`, in general words. */
  valueTraits(on: Expression, span: Span): string[] {
    const [table] = on.tables;
    const link = this.#analysis.values.find(
      (value) =>
        value.span.first === span.first &&
        value.span.last === span.last &&
        on.text.endsWith(`${value.table}.${value.column}`),
    );
    const traits: string[] = [];
    if (link === undefined) return ['a text the data does not hold'];
    traits.push(link.match === 'exact' && link.score >= 0.8 ? 'a certain value' : 'an uncertain value');
    if (this.#besideValue(link)) traits.push('table named beside the value');
    if (
      this.#analysis.columns.some(
        (column) =>
          column.table === table &&
          column.column === link.column &&
          column.match !== 'partial' &&
          column.mentions.some(({ first }) => Math.abs(first - span.first) <= 4),
      )
    )
      traits.push('column named near the value');
    const rows = this.#index.tables.get(table ?? '')?.table.rowCount ?? 0;
    const entry = this.#index.column(link.table, link.column);
    if (entry?.profile != null && rows > 0)
      traits.push(entry.profile.distinct >= rows ? 'a value that names a row' : 'a value of a category');
    return traits;
  }

  /** Numbers that may be compared with their average. Those stored as text are read as such: no text is below one. */
  comparableColumns(): Scored<Expression>[] {
    return this.aggregatable().filter(
      ({ item }) => isReadAsNumber(item) || this.#index.column(...tableAndColumn(item))?.numbers === 'stored',
    );
  }

  tableScore(table: string): number {
    return this.#tableScores.get(table) ?? 0;
  }

  linkOf(column: ColumnEntry): ColumnLink | undefined {
    return this.#links.get(`${column.table}\n${column.column}`);
  }

  linkTo(expression: Expression): ColumnLink | undefined {
    const column = this.#index.column(...tableAndColumn(expression));
    return column === undefined ? undefined : this.linkOf(column);
  }

  #ranked: ReadonlySet<string> | undefined;
  /** Is this the number or date that the superlative names or measures? */
  isRanked({ text }: Expression): boolean {
    this.#ranked ??= new Set(
      rankedColumns(this.#analysis, this.#index).map(({ table, column }) => columnExpression(table, column).text),
    );
    return this.#ranked.has(text);
  }

  /** Is this the column that the words of an order name? */
  isSorted(expression: Expression): boolean {
    return isSortedBy(this.#analysis, this.linkTo(expression));
  }

  readonly #traits = new Map<Expression, Traits>();

  /** How the question names an expression's column, in general words: every slot of the SQL asks again. */
  traits(expression: Expression): Traits {
    let traits = this.#traits.get(expression);
    if (traits === undefined) this.#traits.set(expression, (traits = this.#traitsOf(expression)));
    return traits;
  }

  #traitsOf(expression: Expression): Traits {
    const table = expression.tables[0] ?? '';
    const column = this.#index.column(...tableAndColumn(expression));
    if (column === undefined)
      return {
        named: 'computed value',
        others: isReadAsNumber(expression) ? ['text read as a number'] : [],
      };
    const link = this.linkOf(column);
    const display = displayColumn(this.#index, table) === column;
    const tableNamed = this.tableScore(table) >= 0.7;
    const key = column.isKey;
    const named =
      link === undefined
        ? (display ? 'display column' : key ? 'unnamed key' : 'unnamed column') +
          (tableNamed ? ' of a named table' : '')
        : `${link.match === 'exact' ? (link.span.last > link.span.first ? 'exact long name' : 'exact name') : link.match === 'synonym' ? 'synonym' : 'part of the name'}${key ? ', key' : ''}`;
    const others: string[] = [];
    const holds = column.profile?.holds;
    others.push(
      column.numbers === 'stored'
        ? 'a number'
        : column.numbers === 'as text'
          ? 'a number kept as text'
          : holds === 'date'
            ? 'a date'
            : 'a text',
    );
    if (link !== undefined) {
      others.push(tableNamed ? 'named, in a named table' : 'named, in an unnamed table');
      if (this.#besideTable(column, link) > 0) others.push('named beside its table');
      if (this.#explainedByValue(link.span)) others.push('words of a value');
      else if (this.#onlyInConditions(link)) others.push('named in a condition');
      if (display) others.push('named display column');
      if (link.mentions.some(({ first }) => this.#firstNamed() === first)) others.push('first column named');
      if (this.#analysis.intent.grouping.some((span) => link.mentions.some((mention) => overlaps(span, mention))))
        others.push('named in a grouping phrase');
    }
    return { named, others };
  }

  #first: number | undefined;
  #firstNamed(): number {
    return (this.#first ??= Math.min(
      ...this.#analysis.columns.filter((link) => link.match === 'exact').map(({ mentions }) => mentions[0]?.first ?? 0),
    ));
  }

  /** How the question names a table, in general words, and where. */
  tableTraits(table: string): { readonly traits: readonly string[]; readonly span: Span | null } {
    const links = this.#analysis.tables.filter((link) => link.table === table);
    const [link] = links;
    const traits = [
      link === undefined
        ? 'unnamed table'
        : link.match === 'exact'
          ? 'named table'
          : link.match === 'synonym'
            ? 'synonym of a table'
            : 'part of a table’s name',
    ];
    if (this.#counted(table)) traits.push('table after a count');
    if (
      link !== undefined &&
      link.match !== 'partial' &&
      this.#analysis.tables.every((other) => other.match === 'partial' || other.span.first >= link.span.first)
    )
      traits.push('first table named');
    if (this.#analysis.values.some((value) => value.table === table && value.score >= 0.8))
      traits.push('table of a value');
    if (this.#analysis.columns.some((column) => column.table === table && column.match === 'exact'))
      traits.push('table of a named column');
    return { traits, span: link?.span ?? null };
  }

  #linkScore(column: ColumnEntry): number {
    const link = this.linkOf(column);
    if (link === undefined) return 0;
    return LINK_SCORE[link.match] * link.score * (this.#explainedByValue(link.span) ? 0.3 : 1);
  }

  /** Words that are (part of) a value name no column. */
  #explainedByValue(span: Span): boolean {
    return this.#analysis.values.some((value) => value.score >= 0.8 && overlaps(value.span, span));
  }

  /** "names of artists" and "artist names" say whose name it is. */
  #besideTable(column: ColumnEntry, link: ColumnLink | undefined): number {
    if (link === undefined) return 0;
    return link.mentions.some((mention) => this.#besideMention(column.table, mention)) ? 0.8 : 0;
  }

  /** A table named right after a column, or right before it. */
  #besideMention(table: string, { first, last }: Span): boolean {
    return this.#tableMentions(table).some((mention) => mention.first - last <= 3 && first - mention.last <= 1);
  }

  /** Where a table is named, other than in part. */
  #tableMentions(table: string): readonly Span[] {
    return this.#analysis.tables.flatMap((link) =>
      link.table === table && link.match !== 'partial' ? link.mentions : [],
    );
  }

  /** True when the words right after "how many" name this table. */
  #counted(table: string): boolean {
    const counts = this.#analysis.intent.aggregates.filter(({ name }) => name === 'COUNT');
    return this.#analysis.tables.some(
      (link) =>
        link.table === table &&
        link.mentions.some(({ first }) => counts.some(({ span }) => first > span.last && first - span.last <= 2)),
    );
  }

  /** Is a column named nowhere but in conditions? */
  #onlyInConditions({ mentions }: ColumnLink): boolean {
    return mentions.every((mention) => this.#inCondition(mention));
  }

  /**
   * Words just before a compared number or a value, or after "sorted by" and a superlative, say what is asked about,
   * not what is asked for.
   */
  #inCondition(span: Span): boolean {
    const { numbers, values, intent } = this.#analysis;
    const before = (mention: Span): boolean => span.last < mention.first && mention.first - span.last <= 3;
    const after = (mention: Span | undefined | null): boolean =>
      mention != null && span.first > mention.last && span.first - mention.last <= 2;
    return (
      numbers.some((mention) => mention.operator !== null && before(mention.span)) ||
      values.some((value) => value.score >= 0.8 && before(value.span)) ||
      after(intent.ordering) ||
      after(intent.superlative?.span) ||
      (intent.superlative !== null && overlaps(span, intent.superlative.span))
    );
  }

  /** Tables a row of which may be what is counted or listed. */
  tables(): Scored<string>[] {
    const scored = [...this.#index.tables.keys()].map((table): Scored<string> => {
      const columns = Math.max(
        0,
        ...(this.#index.tables.get(table)?.columns ?? []).map((column) => this.#linkScore(column)),
      );
      const values = this.#analysis.values.some((value) => value.table === table && value.score >= 0.8) ? 0.6 : 0;
      return {
        item: table,
        score: 3 * this.tableScore(table) + 0.4 * columns + values + (this.#counted(table) ? 1.5 : 0),
      };
    });
    const supported = scored.filter(({ score }) => score > 0);
    return best(supported.length > 0 ? supported : scored);
  }

  /** Where a column is mentioned, as one number; columns meant by the same words share it. */
  mentionOf(expression: Expression): number {
    const column = this.#index.column(...tableAndColumn(expression));
    return (column === undefined ? undefined : this.linkOf(column))?.span.first ?? Number.MAX_SAFE_INTEGER;
  }

  /** Columns to answer with: those asked for first, in their order, then others in order of mention. */
  selectable(): Scored<Expression>[] {
    const scored = this.#index.columns.map((column): Scored<Expression> => {
      const link = this.linkOf(column);
      const display = displayColumn(this.#index, column.table) === column;
      const early = link === undefined ? 0 : -0.06 * link.span.first;
      const key = column.isKey && link?.match !== 'exact' ? -1 : 0;
      const item = columnExpression(column.table, column.column);
      const condition = link !== undefined && this.wanted.placeOf(item) < 0 && this.#onlyInConditions(link) ? -2 : 0;
      const score =
        this.#linkScore(column) +
        this.wanted.fit(item, -1) +
        (display && link === undefined ? 1.6 : 0.5) * this.tableScore(column.table) +
        this.#besideTable(column, link) +
        early +
        key +
        condition;
      return { item, score };
    });
    return this.#inOrder(best(scored));
  }

  /** What is asked for as it is asked for, then as mentioned; best first among equals. */
  #inOrder(scored: readonly Scored<Expression>[]): Scored<Expression>[] {
    const placeOf = (item: Expression): number => {
      const place = this.wanted.placeOf(item);
      return place < 0 ? this.wanted.listed.length : place;
    };
    return scored
      .map((entry, rank) => ({ entry, rank, place: placeOf(entry.item), mention: this.mentionOf(entry.item) }))
      .sort((a, b) => a.place - b.place || a.mention - b.mention || a.rank - b.rank)
      .map(({ entry }) => entry);
  }

  /** Numbers to aggregate: numeric columns, and amount × rate. */
  aggregatable(name?: AggregateFunction): Scored<Expression>[] {
    const numeric = this.#index.columns.filter(holdsNumbers);
    const scored = numeric.map((column): Scored<Expression> => ({
      item: columnExpression(column.table, column.column),
      score: this.#linkScore(column) + 0.7 * this.tableScore(column.table),
    }));
    for (const column of numeric)
      if (column.numbers === 'as text')
        scored.push({
          item: numberExpression(column.table, column.column),
          score: this.#linkScore(column) + 0.7 * this.tableScore(column.table) + AS_NUMBER,
        });
    // The first and the last of dates are asked for as often as those of numbers.
    if (name === 'MIN' || name === 'MAX') {
      for (const column of this.#index.columns) {
        if (column.profile?.holds === 'date')
          scored.push({
            item: columnExpression(column.table, column.column),
            score: this.#linkScore(column) + 0.5 * this.tableScore(column.table),
          });
      }
    } else scored.push(...this.#durations());
    if (name !== 'SUM') scored.push(...this.#years(), ...this.#ratios());
    for (const column of numeric) {
      if (column.stems.includes(CENT))
        scored.push({
          item: hundredthExpression(column.table, column.column),
          score: this.#linkScore(column) + 0.5 * this.tableScore(column.table),
        });
    }
    const money = saysMoney(this.#analysis) ? 1.2 : 0;
    for (const { amount, rate, by } of products(this.#analysis, this.#index))
      scored.push({
        item: productExpression(amount, rate),
        score:
          0.4 +
          { said: 3, row: money, cost: 0, stock: 0, kinds: -2.5 }[by] +
          0.5 * Math.max(this.#linkScore(amount), this.#linkScore(rate)),
      });
    return best(scored);
  }

  /** "the average launch year": years of dates, where the question speaks of years. */
  #years(): Scored<Expression>[] {
    if (!this.#analysis.tokens.some(({ stem }) => YEAR_WORDS.has(stem))) return [];
    return this.#index.columns
      .filter(({ profile }) => profile?.holds === 'date')
      .map((column) => ({
        item: yearExpression(column.table, column.column),
        score: 0.6 + this.#linkScore(column) + 0.7 * this.tableScore(column.table),
      }));
  }

  #ratios(): Scored<Expression>[] {
    return ratios(this.#analysis, this.#index).map(({ first, second }) => ({
      item: ratioExpression(first.table, first.column, second.column),
      score: 1 + this.#linkScore(first) + 0.7 * this.tableScore(first.table),
    }));
  }

  /** Pairs of columns the sums of which may be divided. */
  dividable(): (readonly [Expression, Expression])[] {
    return ratios(this.#analysis, this.#index).map(({ first, second }) => [
      this.expressionOf(first),
      this.expressionOf(second),
    ]);
  }

  /** Days from one date of a row to another, where the question speaks of days or of time. */
  #durations(): Scored<Expression>[] {
    if (!this.#analysis.tokens.some((token) => TIME_WORDS.has(token.stem))) return [];
    const dates = this.#index.columns.filter((column) => column.profile?.holds === 'date').slice(0, 12);
    return dates.flatMap((from) =>
      dates
        .filter((to) => to.table === from.table && to !== from)
        .map((to): Scored<Expression> => {
          const [first, last] = [this.linkOf(from), this.linkOf(to)];
          const inOrder = first !== undefined && last !== undefined && first.span.first < last.span.first ? 0.8 : 0;
          return {
            item: durationExpression(from.table, from.column, to.column),
            score:
              0.6 + inOrder + 0.3 * (this.#linkScore(from) + this.#linkScore(to)) + 0.5 * this.tableScore(from.table),
          };
        }),
    );
  }

  /** What a COUNT may be of besides rows: columns mentioned. */
  countable(): Scored<Expression>[] {
    return best(
      this.#index.columns.flatMap((column): Scored<Expression>[] => {
        const score = this.#linkScore(column);
        return score < 1 ? [] : [{ item: columnExpression(column.table, column.column), score }];
      }),
    ).slice(0, 4);
  }

  /**
   * What rows of the answer may stand for: columns and tables mentioned, best after "per" and "each"; parts of dates.
   */
  groupable(): readonly Scored<Expression>[] {
    return (this.#groups ??= this.#inOrder(this.#findGroups()));
  }

  #groups: readonly Scored<Expression>[] | undefined;
  #findGroups(): Scored<Expression>[] {
    const {
      tokens,
      intent: { grouping },
    } = this.#analysis;
    const inGroup = (mentions: readonly Span[]): number =>
      mentions.some((span) => grouping.some((group) => overlaps(group, span))) ? 2 : 0;
    const scored: Scored<Expression>[] = [];
    for (const column of this.#index.columns) {
      const link = this.linkOf(column);
      const display = displayColumn(this.#index, column.table) === column;
      const ofTable =
        (display ? 1.4 : column.primaryKey ? 0.9 : 0) * this.tableScore(column.table) +
        (display || column.primaryKey ? inGroup(this.#tableMentions(column.table)) * 0.9 : 0);
      const date = column.profile?.holds === 'date';
      const item = columnExpression(column.table, column.column);
      const score = Math.max(this.#linkScore(column) + inGroup(link?.mentions ?? []), ofTable) - (date ? 1 : 0);
      if (score > 0) scored.push({ item, score: score + this.wanted.fit(item, -1) });
      if (!date) continue;
      for (const { words, format } of DATE_PARTS) {
        const said = tokens.findIndex((token) => words.has(token.stem));
        if (said >= 0)
          scored.push({
            item: dateExpression(column.table, column.column, format),
            score:
              1.5 +
              inGroup([{ first: said, last: said }]) +
              0.5 * this.#linkScore(column) +
              this.tableScore(column.table),
          });
      }
    }
    if (scored.length > 0) return best(scored);
    return best(
      this.#index.columns
        .filter((column) => displayColumn(this.#index, column.table) === column)
        .map((column) => ({ item: columnExpression(column.table, column.column), score: 0 })),
    );
  }

  /**
   * What a superlative may rank by: numbers and dates, best beside the superlative or named by it; where there are
   * none, anything.
   */
  rankable(): Scored<Expression>[] {
    const { superlative, ordering } = this.#analysis.intent;
    const at = superlative?.span.first ?? ordering?.first ?? 0;
    const ranked = best(
      this.#index.columns.flatMap((column): Scored<Expression>[] => {
        const link = this.linkOf(column);
        const ranks = column.numbers !== null || column.profile?.holds === 'date';
        // What is named outright may be ranked whatever it holds.
        if (column.isKey || (!ranks && link?.match !== 'exact')) return [];
        const near = Math.max(
          0,
          ...(link?.mentions ?? []).map(({ first }) => 1.2 - 0.3 * Math.abs(first - at) - (first < at ? 0.6 : 0)),
        );
        const item = columnExpression(column.table, column.column);
        const measured = this.isRanked(item);
        // What is to be shown is seldom what says which.
        const shown = !measured && this.wanted.placeOf(item) >= 0 && superlative !== null && ordering === null ? -1 : 0;
        const sorted = isSortedBy(this.#analysis, link) ? 2 : 0;
        const score =
          this.#linkScore(column) +
          near +
          0.6 * this.tableScore(column.table) -
          (ranks ? 0 : 0.8) +
          (measured ? 1.5 * (link?.score ?? 0) : 0) +
          shown +
          sorted;
        const plain = { item, score };
        return column.numbers === 'as text'
          ? [plain, { item: numberExpression(column.table, column.column), score: score + AS_NUMBER }]
          : [plain];
      }),
    );
    const divided = this.#ratios();
    if (divided.length > 0) return best([...divided.map(({ item, score }) => ({ item, score: score + 2 })), ...ranked]);
    return ranked.length > 0 ? ranked : this.selectable();
  }

  /** The mentions of values, each with the filters it may mean. Mentions do not overlap. */
  valueMentions(): { readonly span: Span; readonly filters: Scored<Condition>[] }[] {
    const bySpan = new Map<string, ValueLink[]>();
    for (const value of this.#analysis.values) {
      // A bare number is a number first; see `comparable` for columns that store it as text.
      if (value.span.first === value.span.last && this.#analysis.tokens[value.span.first]?.kind === 'number') continue;
      const name = `${value.span.first}-${value.span.last}`;
      const group = bySpan.get(name);
      if (group === undefined) bySpan.set(name, [value]);
      else group.push(value);
    }
    const mentions: { span: Span; filters: Scored<Condition>[] }[] = [];
    const groups = [...bySpan.values()].sort((a, b) => (b[0]?.score ?? 0) - (a[0]?.score ?? 0));
    for (const values of groups) {
      const span = values[0]?.span ?? { first: 0, last: 0 };
      if (mentions.length >= MOST_VALUES || mentions.some((mention) => overlaps(mention.span, span))) continue;
      mentions.push({
        span,
        filters: best(
          values.map((value): Scored<Condition> => {
            const column = this.#index.column(value.table, value.column);
            const named = column === undefined ? 0 : Math.min(1, this.#linkScore(column) * 0.4);
            return {
              item: { on: columnExpression(value.table, value.column), operator: '=', value: value.value, upper: null },
              score:
                2.4 * value.score + named + 0.5 * this.tableScore(value.table) + (this.#besideValue(value) ? 0.8 : 0),
            };
          }),
        ).slice(0, MOST_COLUMNS_OF_VALUE),
      });
    }
    for (const [at, token] of this.#analysis.tokens.entries()) {
      if (
        (token.kind !== 'quoted' && !this.#isPart(at)) ||
        mentions.length >= MOST_VALUES ||
        mentions.some((mention) => covers(mention.span, at))
      )
        continue;
      mentions.push({ span: { first: at, last: at }, filters: this.#containing(token.text, at) });
    }
    return mentions.sort((a, b) => a.span.first - b.span.first);
  }

  /** A word right after "contains", "starts with", "the letter": a piece of text, not a name. */
  #isPart(at: number): boolean {
    const { tokens, tables, columns } = this.#analysis;
    const token = tokens[at];
    if (token?.kind !== 'word' || (token.stop && token.text.length > 1)) return false;
    if ([...tables, ...columns].some(({ match, span }) => match === 'exact' && covers(span, at))) return false;
    const before = tokens
      .slice(Math.max(0, at - 3), at)
      .filter(
        (other) => !['the', 'with', 'a', 'letter', 'word', 'in'].includes(other.lower) || PART_WORDS.has(other.stem),
      );
    const stem = before.at(-1)?.stem ?? '';
    return PART_WORDS.has(stem) || ((START_WORDS.has(stem) || END_WORDS.has(stem)) && tokens[at - 1]?.lower !== 'of');
  }

  /** "customers from Germany", "Italian wines": the table named beside a value is the one it describes. */
  #besideValue({ table, span }: ValueLink): boolean {
    return this.#tableMentions(table).some(
      (mention) => span.first - mention.last <= 3 && mention.first - span.last <= 1,
    );
  }

  /** A text that is no stored value may be part of one: "starts with S", "contains “Set”". */
  #containing(text: string, at: number): Scored<Condition>[] {
    const before = this.#analysis.tokens.slice(Math.max(0, at - 4), at).map((token) => token.stem);
    const value = before.some((stem) => START_WORDS.has(stem))
      ? `${text}%`
      : before.some((stem) => END_WORDS.has(stem))
        ? `%${text}`
        : `%${text}%`;
    return best(
      this.#index.columns
        .filter((column) => column.profile?.holds === 'text' && !column.isKey)
        .map((column): Scored<Condition> => ({
          item: { on: columnExpression(column.table, column.column), operator: 'LIKE', value, upper: null },
          score: 0.8 * this.#linkScore(column) + 0.6 * this.tableScore(column.table),
        })),
    ).slice(0, 5);
  }

  /** What a number may be compared with: numeric columns, the year of a date, a column that stores it as text. */
  comparable(mention: NumberMention): Scored<Condition>[] {
    const scored: Scored<Condition>[] = [];
    const add = (on: Expression, value: string | number, score: number): void => {
      scored.push({ item: { on, operator: '=', value, upper: mention.upper }, score });
    };
    for (const column of this.#index.columns) {
      const { profile } = column;
      const link = this.linkOf(column);
      const near = nearness(link, mention.span);
      const context = 0.5 * this.#linkScore(column) + near + 0.4 * this.tableScore(column.table);
      if (column.numbers !== null) {
        const score =
          context - (column.isKey ? 1 : 0) + (mention.looksLikeYear && column.stems.includes('year') ? 1.5 : 0);
        add(columnExpression(column.table, column.column), mention.value, score);
        if (column.numbers === 'as text')
          add(numberExpression(column.table, column.column), mention.value, score + AS_NUMBER);
      } else if (profile?.holds === 'date' && mention.looksLikeYear) {
        add(dateExpression(column.table, column.column, '%Y'), String(mention.value), context + 1);
      }
    }
    for (const value of this.#analysis.values) {
      if (!overlaps(value.span, mention.span)) continue;
      const column = this.#index.column(value.table, value.column);
      const year = mention.looksLikeYear && column?.stems.includes('year') === true ? 1.5 : 0;
      add(
        columnExpression(value.table, value.column),
        value.value,
        0.5 * (column === undefined ? 0 : this.#linkScore(column)) + 0.4 * this.tableScore(value.table) + year,
      );
    }
    return best(scored).slice(0, 6);
  }

  /** Pairs of columns of one name in two named tables: "countries with customers but no suppliers". */
  sharedColumns(): Scored<readonly [Expression, Expression]>[] {
    const named = [...this.#index.tables.values()]
      .filter(({ table }) => this.tableScore(table.name) >= 0.7)
      .slice(0, 6);
    return best(
      named.flatMap((a) =>
        named
          .filter((b) => b !== a)
          .flatMap((b) =>
            a.columns.flatMap((column): Scored<readonly [Expression, Expression]>[] => {
              const other = b.columns.find(
                (candidate) => candidate.column.toLowerCase() === column.column.toLowerCase(),
              );
              if (other === undefined || this.linkOf(column)?.match !== 'exact') return [];
              const order = this.#firstMention(a.table.name) < this.#firstMention(b.table.name) ? 0.8 : 0;
              return [
                {
                  item: [this.expressionOf(column), this.expressionOf(other)],
                  score: order + 0.4 * this.#linkScore(column) - (column.isKey ? 1.5 : 0),
                },
              ];
            }),
          ),
      ),
    );
  }

  #firstMention(table: string): number {
    return Math.min(
      ...this.#analysis.tables.filter((link) => link.table === table).map(({ mentions }) => mentions[0]?.first ?? 0),
    );
  }

  /**
   * Columns of dates a mentioned date may be compared with, each as its day, or as month and year where only those are
   * named.
   */
  datable(mention: DateMention): Scored<Condition>[] {
    const scored = this.#index.columns
      .filter((column) => column.profile?.holds === 'date')
      .map((column): Scored<Condition> => {
        const link = this.linkOf(column);
        const near = nearness(link, mention.span);
        const score = 1 + 0.5 * this.#linkScore(column) + near + 0.6 * this.tableScore(column.table);
        const { from, to, month, day } = mention;
        if (from !== null && to !== null)
          return {
            item: { on: dayExpression(column.table, column.column), operator: '=', value: from, upper: to },
            score,
          };
        const two = (part: number): string => String(part).padStart(2, '0');
        return day === null
          ? {
              item: {
                on: dateExpression(column.table, column.column, '%m'),
                operator: '=',
                value: two(month ?? 1),
                upper: null,
              },
              score,
            }
          : {
              item: {
                on: dateExpression(column.table, column.column, '%m-%d'),
                operator: '=',
                value: `${two(month ?? 1)}-${two(day)}`,
                upper: null,
              },
              score,
            };
      });
    return best(scored).slice(0, 5);
  }

  /** A word for an amount or for money: in a question about groups it asks for a sum without saying so. */
  saysAmount(): boolean {
    return saysMoney(this.#analysis) || namesAmount(this.#analysis);
  }
}

/** How near to a number or date a column is named: 1 beside it, 0 from seven words on. */
function nearness(link: ColumnLink | undefined, to: Span): number {
  const distances = (link?.mentions ?? []).map(({ first, last }) =>
    Math.min(Math.abs(last - to.first), Math.abs(first - to.last)),
  );
  return Math.max(0, 1 - 0.15 * Math.min(...distances));
}

function tableAndColumn(expression: Expression): [string, string] {
  const table = expression.tables[0] ?? '';
  return [table, expression.text.slice(table.length + 1)];
}
