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
}

/** Token indices, both inclusive. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

export type MatchKind = 'exact' | 'partial' | 'synonym';

export interface TableLink {
  readonly table: string;
  readonly span: Span;
  readonly match: MatchKind;
  /** (0, 1]: share of the name's words found in the span. */
  readonly score: number;
}

export interface ColumnLink {
  readonly table: string;
  readonly column: string;
  readonly span: Span;
  readonly match: MatchKind;
  readonly score: number;
}

/** Words of the question that occur as a value in the data. */
export interface ValueLink {
  readonly table: string;
  readonly column: string;
  /** As stored. */
  readonly value: string;
  readonly span: Span;
  readonly match: 'exact' | 'partial';
  readonly score: number;
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
}

export type AggregateName = 'COUNT' | 'SUM' | 'AVG' | 'MAX' | 'MIN';

export interface Intent {
  /** Aggregates that words of the question ask for, in order of mention. */
  readonly aggregates: readonly { readonly name: AggregateName; readonly span: Span }[];
  /** "most", "highest", "top 3", "oldest" … */
  readonly superlative: { readonly direction: 'ASC' | 'DESC'; readonly span: Span; readonly limit: number | null } | null;
  /** The words after "per", "for each", "by": what the rows of the answer stand for. */
  readonly grouping: readonly Span[];
  /** "different", "distinct", "unique". */
  readonly distinct: boolean;
  /** "not", "never", "without". */
  readonly negation: Span | null;
  /** "sorted by", "in order of", "alphabetically". */
  readonly ordering: Span | null;
}

/** A word or phrase of the question that a hint can hang on. */
export interface Cue {
  /** What two questions share: stems joined by a blank; "<value>" for a linked value's column, e.g. "<city>". */
  readonly key: string;
  /** As shown to a reader. */
  readonly label: string;
  /** A content word, two neighbouring words, a phrase with a function in questions ("how many"), or what a value or number stands for. */
  readonly kind: 'word' | 'bigram' | 'phrase' | 'typed';
  readonly span: Span;
}

export interface QuestionAnalysis {
  readonly question: string;
  readonly tokens: readonly Token[];
  readonly cues: readonly Cue[];
  readonly tables: readonly TableLink[];
  readonly columns: readonly ColumnLink[];
  readonly values: readonly ValueLink[];
  readonly numbers: readonly NumberMention[];
  readonly intent: Intent;
}
