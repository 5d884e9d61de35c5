/**
 * Which parts of a state the decisions still to come may depend on. States that agree on those have the same future and
 * are one state of the graph (process.ts); what is no longer looked at would only multiply them.
 */
import type { SchemaIndex } from '../../linking/schema-index.ts';
import { plansFor } from './render.ts';
import { PROGRAM, type Frame, type Stage, type State } from './state.ts';

/** `tables`: which ones and how they join; `several`: only whether they are more than one. */
type Part = 'used' | 'conditions' | 'star' | 'group' | 'figures' | 'semijoin' | 'tables' | 'path' | 'several';

/**
 * What each stage looks at, beside the frame, its own position and its own `repeat`, `last`, `pending`, `condition`.
 */
const READS: Readonly<Record<Stage, readonly Part[]>> = {
  frame: [],
  select: ['tables'],
  more: ['tables', 'star'],
  'count of': ['tables'],
  function: [],
  argument: ['tables'],
  'more figures': ['tables', 'figures'],
  group: ['tables'],
  'group key': ['tables', 'group'],
  'more keys': ['tables', 'group'],
  combined: ['tables'],
  'show figure': [],
  values: ['tables'],
  numbers: ['tables', 'used'],
  dates: ['tables'],
  'columns compared': ['tables'],
  null: ['tables'],
  any: ['conditions'],
  inside: ['conditions'],
  'share of': ['conditions'],
  'absent from': ['tables'],
  having: [],
  'average of': ['tables'],
  'rank by': ['tables'],
  'extreme of': ['tables'],
  direction: [],
  limit: [],
  order: ['tables'],
  'extra tables': ['tables'],
  semijoin: ['path', 'several'],
  path: ['path', 'several'],
  distinct: ['semijoin', 'several'],
  join: ['semijoin', 'several'],
  slip: ['star', 'figures'],
  alias: [],
};

/** By frame and position: what the stages from there on look at. */
export type Live = Readonly<Record<Frame, readonly ReadonlySet<Part>[]>>;

/** `never`: stages that offer nothing on this question, whatever is chosen. */
export function liveParts(never: ReadonlySet<Stage>): Live {
  return Object.fromEntries(
    Object.entries(PROGRAM).map(([frame, stages]) => {
      const sets: ReadonlySet<Part>[] = [new Set()];
      for (const stage of [...stages].reverse())
        sets.unshift(
          never.has(stage)
            ? (sets[0] as ReadonlySet<Part>)
            : new Set([...(sets[0] as ReadonlySet<Part>), ...READS[stage]]),
        );
      return [frame, sets];
    }),
  ) as unknown as Live;
}

/** `state` stands at a stage that offers something. */
export function keyOf(state: State, live: Live, index: SchemaIndex): string {
  const { frame, at, repeat, last, pending, condition } = state;
  if (frame === null) return '';
  const parts = live[frame][at];
  let key = `${frame}|${at}|${repeat}|${last}|${pending}|${condition === null ? '' : condition.operator}`;
  if (parts === undefined) return key;
  if (parts.has('used')) key += `|u${state.used}`;
  if (parts.has('conditions')) key += `|c${state.conditions}`;
  if (parts.has('star')) key += `|*${String(state.star)}`;
  if (parts.has('figures')) key += `|f${String(state.figures > 0)}`;
  if (parts.has('semijoin')) key += `|s${String(state.semijoin)}`;
  if (parts.has('tables')) key += `|${tablesKey(state.tables, index)}`;
  else if (parts.has('path'))
    key +=
      plansFor(index, state.tables).length > 1
        ? `|${tablesKey(state.tables, index)}`
        : `|${String(joinsSeveral(state.tables, index))} ${String(state.tables.length > 1)}`;
  else if (parts.has('several')) key += `|${String(joinsSeveral(state.tables, index))}`;
  // Last, because it is a name and may hold anything.
  return parts.has('group') ? `${key}|${state.group?.text ?? ''}` : key;
}

function joinsSeveral(tables: readonly string[], index: SchemaIndex): boolean {
  return tables.length > 1 && (plansFor(index, tables)[0]?.tables.length ?? 0) > 1;
}

/**
 * Joins are looked for from the first table on, where the order of the others does not matter unless some cannot be
 * reached.
 */
function tablesKey(tables: readonly string[], index: SchemaIndex): string {
  if (tables.length < 3 || plansFor(index, tables)[0]?.edges.includes(null) === true) return JSON.stringify(tables);
  const [first, ...others] = tables;
  return JSON.stringify([first, ...others.sort()]);
}
