/** What a stage offers: choices with their prior and what each does to the state. */
import type { SchemaIndex } from '../../linking/schema-index.ts';
import type { DateMention, NumberMention, QuestionAnalysis, Span } from '../../linking/types.ts';
import type { Candidates, Scored } from './candidates.ts';
import { linking, naming, type Pattern } from './features.ts';
import type { Condition, Expression } from './sketch.ts';
import { advance, change, type State } from './state.ts';
import type { Sketch } from './sketch.ts';

/** One choice: what it is called, its prior logit, what it is known by, and what it does to the state. */
export interface Choice {
  readonly label: string;
  readonly patterns: readonly Pattern[];
  readonly tables: readonly string[];
  readonly score: number;
  readonly apply: (state: State) => State;
}

/** The choices of one stage. Two situations with one key are offered the same. */
export interface StageOffer {
  /** As shown. */
  readonly name: string;
  readonly key: string;
  readonly make: () => readonly Choice[];
}

/** What the stages of one question read. */
export interface Ground {
  readonly analysis: QuestionAnalysis;
  readonly index: SchemaIndex;
  readonly candidates: Candidates;
  readonly selectable: readonly Scored<Expression>[];
  readonly values: readonly { readonly span: Span; readonly filters: readonly Scored<Condition>[] }[];
  readonly numbers: readonly NumberMention[];
  readonly dates: readonly DateMention[];
}

/** A choice that is no name: it changes the sketch and ends the stage. */
export function plain(
  label: string,
  patterns: readonly Pattern[],
  score: number,
  changes: Partial<Sketch> = {},
): Choice {
  return { label, patterns, tables: [], score, apply: (state) => advance(change(state, changes)) };
}

/**
 * What a named column is known by in a slot of the SQL (`SELECT`, `GROUP BY`, …): its name, and how the question
 * names it. `rank` is its place among the candidates by prior; `name` is how the SQL would write it.
 */
export function columnPatterns(
  { candidates }: Ground,
  slot: string,
  expression: Expression,
  rank: number,
  name = `${slot} ${expression.text}`,
): Pattern[] {
  const link = candidates.linkTo(expression);
  const traits = candidates.traits(expression);
  const span = link?.span ?? null;
  return [
    naming(name, expression.tables),
    linking(slot, traits.named, span),
    ...(rank === 0 ? [linking(slot, 'best match')] : rank === 1 ? [linking(slot, 'second match')] : []),
    ...traits.others.map((trait) => linking(slot, trait)),
  ];
}
