/** The frames of a sketch, the decisions each consists of, and the state between them. */
import { EMPTY_SKETCH, type Condition, type Expression, type Sketch } from './sketch.ts';

/** What kind of answer a sketch gives: what its rows are, and what ranks, limits or excludes them. */
export const FRAMES = {
  list: ['list of columns'],
  sorted: ['list of columns', 'ORDER BY'],
  top: ['list of columns', 'ORDER BY … LIMIT'],
  'top group': ['GROUP BY', 'ORDER BY … LIMIT'],
  extreme: ['list of columns', '= (SELECT MAX …)'],
  having: ['GROUP BY', 'HAVING'],
  absent: ['list of columns', 'NOT IN (SELECT …)'],
  both: ['list of columns', 'INTERSECT'],
  'count both': ['COUNT', 'INTERSECT'],
  average: ['list of columns', '> (SELECT AVG …)'],
  'two tables': ['list of columns', 'two tables combined'],
  count: ['COUNT'],
  'count absent': ['COUNT', 'NOT IN (SELECT …)'],
  'count groups': ['COUNT', 'GROUP BY', 'HAVING'],
  'count average': ['COUNT', '> (SELECT AVG …)'],
  'count extreme': ['COUNT', '= (SELECT MAX …)'],
  share: ['share of rows'],
  'share of groups': ['GROUP BY', 'share of rows'],
  figure: ['aggregate'],
  'figure absent': ['aggregate', 'NOT IN (SELECT …)'],
  groups: ['GROUP BY', 'aggregate per group'],
  'sorted groups': ['GROUP BY', 'aggregate per group', 'ORDER BY'],
} as const;
export type Frame = keyof typeof FRAMES;

/** Frames whose rows have none of another table. */
export const isOfAbsent = (frame: Frame | null): boolean =>
  frame === 'absent' || frame === 'count absent' || frame === 'figure absent';

export type Stage =
  | 'frame'
  | 'select'
  | 'more'
  | 'count of'
  | 'function'
  | 'argument'
  | 'more figures'
  | 'group'
  | 'group key'
  | 'more keys'
  | 'rank by'
  | 'limit'
  | 'extreme of'
  | 'combined'
  | 'average of'
  | 'absent from'
  | 'having'
  | 'values'
  | 'numbers'
  | 'dates'
  | 'columns compared'
  | 'null'
  | 'any'
  | 'inside'
  | 'share of'
  | 'extra tables'
  | 'show figure'
  | 'order'
  | 'direction'
  | 'distinct'
  | 'semijoin'
  | 'path'
  | 'join'
  | 'slip'
  | 'alias';

const CONDITIONS: readonly Stage[] = ['values', 'numbers', 'dates', 'columns compared', 'null', 'any'];
const JOINS: readonly Stage[] = ['extra tables', 'path', 'join'];
const LIST: readonly Stage[] = ['select', 'more'];
const KEYS: readonly Stage[] = ['group', 'group key', 'more keys'];
const FIGURE: readonly Stage[] = ['function', 'argument'];

export const PROGRAM: Readonly<Record<Frame, readonly Stage[]>> = {
  list: [...LIST, ...CONDITIONS, 'extra tables', 'semijoin', 'path', 'distinct', 'join', 'slip'],
  sorted: [
    ...LIST,
    'order',
    'direction',
    ...CONDITIONS,
    'extra tables',
    'semijoin',
    'path',
    'distinct',
    'join',
    'slip',
  ],
  top: [...LIST, 'rank by', 'limit', 'direction', ...CONDITIONS, ...JOINS, 'slip'],
  'top group': [...KEYS, ...FIGURE, 'limit', 'direction', 'show figure', ...CONDITIONS, ...JOINS, 'alias'],
  extreme: [...LIST, 'extreme of', 'direction', ...CONDITIONS, 'inside', ...JOINS],
  having: [...KEYS, ...FIGURE, 'having', 'show figure', ...CONDITIONS, ...JOINS],
  absent: [...LIST, 'absent from', ...CONDITIONS, 'inside', 'path', 'distinct', 'join'],
  both: [...LIST, ...CONDITIONS, ...JOINS],
  'count both': ['count of', ...CONDITIONS, ...JOINS],
  average: [...LIST, 'average of', ...CONDITIONS, ...JOINS],
  'two tables': ['combined', ...CONDITIONS],
  share: ['count of', ...CONDITIONS, 'share of', ...JOINS],
  'share of groups': [...KEYS, ...CONDITIONS, 'share of', ...JOINS],
  count: ['count of', 'more figures', ...CONDITIONS, 'extra tables', 'semijoin', 'path', 'join', 'alias'],
  'count absent': ['count of', 'absent from', ...CONDITIONS, 'inside', 'path', 'join'],
  'count groups': ['group', 'group key', 'function', 'argument', 'having', ...CONDITIONS, ...JOINS],
  'count average': ['count of', 'average of', ...CONDITIONS, ...JOINS],
  'count extreme': ['count of', 'extreme of', 'direction', ...CONDITIONS, 'inside', ...JOINS],
  figure: [...FIGURE, 'more figures', ...CONDITIONS, 'extra tables', 'semijoin', 'path', 'join', 'slip', 'alias'],
  'figure absent': [...FIGURE, 'absent from', ...CONDITIONS, 'inside', 'path', 'join'],
  groups: [...KEYS, ...FIGURE, 'more figures', ...CONDITIONS, ...JOINS, 'slip', 'alias'],
  'sorted groups': [
    ...KEYS,
    ...FIGURE,
    'more figures',
    'order',
    'direction',
    'show figure',
    ...CONDITIONS,
    ...JOINS,
    'alias',
  ],
};

/** All that later decisions may depend on. */
export interface Context {
  readonly frame: Frame | null;
  /** Position in the frame's program, and within a repeated stage. */
  readonly at: number;
  readonly repeat: number;
  /** Last chosen column in the list, so that further ones come after it. */
  readonly last: number;
  /** Function chosen, waiting for its argument. */
  readonly pending: string;
  /** Condition chosen, waiting for its operator. */
  readonly condition: Condition | null;
  /** Number mention used up as a limit or in HAVING; −1 for none. */
  readonly used: number;
  /** Conditions so far, at most 2 counted. */
  readonly conditions: number;
  readonly star: boolean;
  /** The first key of the groups, while its further keys are decided. */
  readonly group: Expression | null;
  readonly figures: number;
  readonly semijoin: boolean;
  readonly tables: readonly string[];
}

export interface State extends Context {
  readonly sketch: Sketch;
}

export const START: State = {
  frame: null,
  at: 0,
  repeat: 0,
  last: -1,
  pending: '',
  condition: null,
  used: -1,
  conditions: 0,
  star: false,
  group: null,
  figures: 0,
  semijoin: false,
  tables: [],
  sketch: EMPTY_SKETCH,
};

/** To the next stage, or to the one at `at`. */
export function advance(state: State, at = state.at + 1): State {
  return { ...state, at, repeat: 0, last: -1, pending: '', condition: null };
}

export function change(state: State, changes: Partial<Sketch>): State {
  return { ...state, sketch: { ...state.sketch, ...changes } };
}

export function select(state: State, expression: Expression): State {
  return change(state, { select: [...state.sketch.select, expression] });
}

export function addCondition(state: State, condition: Condition): State {
  return {
    ...change(state, { conditions: [...state.sketch.conditions, condition] }),
    repeat: state.repeat + 1,
    condition: null,
    conditions: Math.min(2, state.conditions + 1),
  };
}

/** Adds the tables of a choice to those in use. */
export function using(state: State, tables: readonly string[]): State {
  const added = tables.filter((table) => !state.tables.includes(table));
  if (added.length === 0) return state;
  const all = [...state.tables, ...added];
  return { ...state, tables: all, sketch: { ...state.sketch, tables: all } };
}
