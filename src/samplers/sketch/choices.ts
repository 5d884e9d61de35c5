/** The decisions of each shape of sketch, the state between them, and what a choice does to it. */
import type { ComparisonOperator, NumberMention } from '../../linking/types.ts';
import type { Scored } from './candidates.ts';
import { EMPTY_SKETCH, type Expression, type Filter, type Sketch } from './sketch.ts';

export type Shape = 'list' | 'count' | 'aggregate' | 'group-count' | 'group-aggregate' | 'top' | 'top-group' | 'having' | 'absent';

export type Stage = 'shape' | 'select' | 'more' | 'count of' | 'function' | 'argument' | 'group' | 'group key' | 'counted table' | 'show figure' | 'rank by' | 'direction' | 'limit' | 'filters' | 'numbers'
  | 'having' | 'absent from' | 'order' | 'distinct' | 'join' | 'slip' | 'alias';

const TAIL: readonly Stage[] = ['filters', 'numbers'];
export const PROGRAM: Readonly<Record<Shape, readonly Stage[]>> = {
  list: ['select', 'more', ...TAIL, 'order', 'distinct', 'join', 'slip'],
  count: ['count of', ...TAIL, 'join', 'alias'],
  aggregate: ['function', 'argument', ...TAIL, 'join', 'slip', 'alias'],
  'group-count': ['group', 'group key', 'counted table', ...TAIL, 'order', 'join', 'alias'],
  'group-aggregate': ['group', 'group key', 'function', 'argument', ...TAIL, 'order', 'join', 'slip', 'alias'],
  top: ['select', 'more', 'rank by', 'limit', ...TAIL, 'direction', 'join', 'slip'],
  'top-group': ['group', 'group key', 'function', 'argument', 'limit', ...TAIL, 'show figure', 'direction', 'join', 'alias'],
  having: ['group', 'group key', 'counted table', 'having', ...TAIL, 'show figure', 'join'],
  absent: ['select', 'absent from', ...TAIL, 'join'],
};

/** Stages after which no table is chosen any more: all that matters of the tables is whether there are several. */
export const LATE: ReadonlySet<Stage> = new Set(['show figure', 'direction', 'distinct', 'join', 'slip', 'alias']);

export interface State {
  readonly shape: Shape | null;
  /** Position in the shape's program, and within a repeated stage. */
  readonly at: number;
  readonly repeat: number;
  /** Last chosen column in the list, so that further ones come after it. */
  readonly last: number;
  /** Function chosen, waiting for its argument; operator's filter waiting for its operator. */
  readonly pending: string;
  readonly pendingFilter: Filter | null;
  /** Number mention used up as a limit or in HAVING. */
  readonly used: number;
  readonly sketch: Sketch;
}

export const START: State = { shape: null, at: 0, repeat: 0, last: -1, pending: '', pendingFilter: null, used: -1, sketch: EMPTY_SKETCH };

/** One choice: what it is called, its prior, and what it does to the state. */
export interface Choice {
  readonly label: string;
  readonly pattern: string | null;
  readonly tables: readonly string[];
  readonly score: number;
  readonly apply: (state: State) => State;
}

export function advance(state: State): State {
  return { ...state, at: state.at + 1, repeat: 0, last: -1, pending: '' };
}

export function plain(label: string, pattern: string | null, score: number, change: (sketch: Sketch) => Sketch): Choice {
  return { label, pattern, tables: [], score, apply: (state) => advance({ ...state, sketch: change(state.sketch) }) };
}

export function naming(expression: Expression, pattern: string, score: number, apply: (state: State) => State): Choice {
  return { label: expression.text, pattern, tables: expression.tables, score, apply };
}

export function select(state: State, expression: Expression): State {
  return { ...state, sketch: { ...state.sketch, select: [...state.sketch.select, expression] } };
}

export function addFilter(state: State, filter: Filter): State {
  return { ...state, repeat: state.repeat + 1, pendingFilter: null, sketch: { ...state.sketch, filters: [...state.sketch.filters, filter] } };
}

export function operatorChoice(operator: Filter['operator'], score: number, pattern: string): Choice {
  return { label: operator, pattern, tables: [], score, apply: (state) => (state.pendingFilter === null ? state : addFilter(state, { ...state.pendingFilter, operator })) };
}

/** The operators a number may be compared with; the words beside it decide, as far as they go. */
export function operators(mention: NumberMention): Scored<ComparisonOperator>[] {
  const all: readonly ComparisonOperator[] = mention.upper === null ? ['=', '>', '>=', '<', '<='] : ['between'];
  return all.map((item) => ({ item, score: item === mention.operator ? 2.4 : item === '=' && mention.operator === null ? 1.6 : 0 }));
}
