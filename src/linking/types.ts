/**
 * What a question says about a schema: the words it uses, the tables, columns and values they may mean,
 * its numbers and its intent. Made by `analyse`; read by the sketch sampler and by the quality reward.
 */

/** One word, number or quoted text of the question. Offsets are UTF-16 indices into it. */
export interface Token {
  readonly text: string;
  readonly lower: string;
  /** Porter stem of `lower`; what two words are compared by. */
  readonly stem: string;
  readonly start: number;
  readonly end: number;
  readonly kind: 'word' | 'number' | 'quoted';
  /** A function word ("the", "of"): no evidence for anything by itself. */
  readonly stop: boolean;
  /**
   * What is written right beside a number: a minus or currency sign before it, a per-cent sign after it; null for none
   * and for words.
   */
  readonly sign: '-' | '$' | '%' | null;
}

/** Token indices, both inclusive. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

export type MatchKind = 'exact' | 'partial' | 'synonym';

export interface TableLink {
  readonly table: string;
  /** The best mention. */
  readonly span: Span;
  /** All that are about as good, the best among them, in order; they may overlap. */
  readonly mentions: readonly Span[];
  readonly match: MatchKind;
  /** (0, 1]: share of the name's words found in the span. */
  readonly score: number;
}

export interface ColumnLink {
  readonly table: string;
  readonly column: string;
  /** The best mention. */
  readonly span: Span;
  /** All that are about as good, the best among them, in order; they may overlap. */
  readonly mentions: readonly Span[];
  readonly match: MatchKind;
  readonly score: number;
  /**
   * Its own table is said next to it ("boat name", "name of the boat", "the boat's name", "boats with their names").
   */
  readonly besideTable: boolean;
}

/** Words of the question that occur as a value in the data. */
export interface ValueLink {
  readonly table: string;
  readonly column: string;
  /** As stored. */
  readonly value: string;
  readonly span: Span;
  /**
   * 'exact' also for another spelling of the whole value (plural, accent, a typing error); 'partial' for some words of
   * it.
   */
  readonly match: 'exact' | 'partial';
  readonly score: number;
  /**
   * How the words meet the value: `text` as written but for case, accents and punctuation; `stem` in another form
   * ("dogs");
   * `form` by the adjective or abbreviation of it ("French", "female" for F); `flag` the column's name stands for its
   * true value; `fuzzy` a small misspelling; `word` one or more words of a longer value; `inner` found inside a longer
   * value that is linked too.
   */
  readonly how: 'text' | 'stem' | 'form' | 'flag' | 'fuzzy' | 'word' | 'inner';
}

export type ComparisonOperator = '=' | '>' | '>=' | '<' | '<=' | 'between';

export interface NumberMention {
  readonly value: number;
  /** The upper end after "between x and y". */
  readonly upper: number | null;
  readonly span: Span;
  /** From the words beside it ("more than", "at least"); null when they say nothing. */
  readonly operator: ComparisonOperator | null;
  /** "top 3", "the 5 most …": how many rows are wanted. */
  readonly looksLikeLimit: boolean;
  /** A whole number from 1000 to 2999 without a unit: may be a year. */
  readonly looksLikeYear: boolean;
  /** "not 5", "other than 5", "different from 5": what the operator says is denied. */
  readonly negated: boolean;
  /**
   * What the number is: a plain count or amount; a rank ("second", "3rd"); a number of times ("once", "twice"); a share
   * ("50%", value 50); or `plural`: "several", "multiple", "more than once" say `> 1` without a numeral.
   */
  readonly kind: 'plain' | 'rank' | 'times' | 'share' | 'plural';
}

/** A day, month, quarter, year or decade that the question names. */
export interface DateMention {
  readonly span: Span;
  /** First and last day meant, 'YYYY-MM-DD', both inclusive; null for a month or day without its year. */
  readonly from: string | null;
  readonly to: string | null;
  /** Of the first date named; a decade has grain 'year'. */
  readonly grain: 'day' | 'month' | 'quarter' | 'year';
  /** 1 to 12 for a month without its year, else null. */
  readonly month: number | null;
  /** 1 to 31 for a day of a month without its year, else null. */
  readonly day: number | null;
  /**
   * "before" <, "after" >, "since" >=, "until" <=, "between … and …", "in", "on" =; null when the words beside it say
   * nothing.
   */
  readonly operator: ComparisonOperator | null;
}

export type AggregateName = 'COUNT' | 'SUM' | 'AVG' | 'MAX' | 'MIN';

export interface Intent {
  /** Aggregates that words of the question ask for, in order of mention. */
  readonly aggregates: readonly { readonly name: AggregateName; readonly span: Span }[];
  /** "most", "highest", "top 3", "oldest" … */
  readonly superlative: {
    readonly direction: 'ASC' | 'DESC';
    readonly span: Span;
    readonly limit: number | null;
  } | null;
  /** The words after "per", "for each", "by": what the rows of the answer stand for. */
  readonly grouping: readonly Span[];
  /** "different", "distinct", "unique". */
  readonly distinct: boolean;
  /** "not", "never", "without". */
  readonly negation: Span | null;
  /** "sorted by", "in order of", "alphabetically". */
  readonly ordering: Span | null;
  /**
   * "above average", "longer than the mean length", "below the average": a comparison with an average, not with a
   * number.
   */
  readonly averageComparison: { readonly span: Span; readonly operator: '>' | '>=' | '<' | '<=' } | null;
}

/** A word or phrase of the question that a hint can hang on. */
export interface Cue {
  /** What two questions share, as the keys of features have it (grpo/feature-key.ts). */
  readonly key: string;
  /** Stems, phrases, or the column of a linked value. */
  readonly parts: readonly string[];
  /** The parts as this question has them. */
  readonly shown: readonly string[];
  /**
   * A content word; two or more neighbours, possibly with `<table>`, `<column>`, `<value>`, `<number>` in place of what
   * is named there ("many <table>"); a phrase with a function in questions ("how many"); what a value or number stands
   * for; the question's first words ("^how many").
   */
  readonly kind: 'word' | 'bigram' | 'phrase' | 'typed' | 'start';
  readonly span: Span;
  /**
   * True when it is no whole name of this schema and no value of its data, so that it can mean the same in another one.
   */
  readonly general: boolean;
}

export interface QuestionAnalysis {
  readonly question: string;
  readonly tokens: readonly Token[];
  readonly cues: readonly Cue[];
  readonly tables: readonly TableLink[];
  readonly columns: readonly ColumnLink[];
  readonly values: readonly ValueLink[];
  readonly numbers: readonly NumberMention[];
  /** In order of mention; spans do not overlap. A plain year is also among the numbers, other dates are not. */
  readonly dates: readonly DateMention[];
  readonly intent: Intent;
}
