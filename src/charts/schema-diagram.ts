/** Where the tables of a schema stand in a drawing, and how the lines of their keys run. Pure geometry, in pixels. */
import { Graph, layout, type EdgeLabel, type GraphLabel, type NodeLabel } from '@dagrejs/dagre';
import { curveBumpX, line } from 'd3';
import type { Schema, Table } from '../grpo/types.ts';

/** A key as a line: `columns` of `table` name rows of `toTable`. */
export interface DiagramKey {
  readonly table: string;
  readonly columns: readonly string[];
  readonly toTable: string;
  readonly toColumns: readonly string[];
  readonly by: 'database' | 'guess' | 'reader';
}

export interface DiagramRow {
  readonly column: string;
  /** The name, cut where it is long. */
  readonly text: string;
  /** It names the rows of its table; it names rows of another one. */
  readonly isKey: boolean;
  readonly pointsElsewhere: boolean;
}

export interface DiagramBox {
  readonly table: string;
  readonly text: string;
  readonly isView: boolean;
  readonly rows: readonly DiagramRow[];
  /** Columns that are not shown. */
  readonly more: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface DiagramLine {
  readonly path: string;
  readonly guessed: boolean;
  /** Where “guessed” is written; null where it is not. */
  readonly label: Point | null;
}

export interface Diagram {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly DiagramBox[];
  readonly lines: readonly DiagramLine[];
  /** Keys that are not drawn, because there are too many. */
  readonly leftOut: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export const HEAD = 30;
export const ROW = 20;
/** Of a box to its text, and beneath its last row. */
export const PADDING = 10;
const FOOT = 6;
/** A character of the columns' and of the tables' font. */
const CHARACTER = 7;
const HEAD_CHARACTER = 7.6;
/** Right of a name, for its marks. */
const MARKS = 40;
const LEAST_WIDTH = 120;
const LONGEST_NAME = 28;
/** Between boxes, across and along the lines, and around all. */
const GAP = 24;
const RANK_GAP = 56;
const MARGIN = 8;
const LABEL = { width: 56, height: 14, labelpos: 'c' } as const;
/** How far a line that ends where it begins, or in the same rank, goes aside. */
const LOOP = 22;
/** A line this near to a box is led around it; points of a line at which that is looked for. */
const NEAR = 6;
const SAMPLES = 24;
/** All columns are shown of tables that have no more, in a schema that has no more tables. */
const FEW_COLUMNS = 8;
const FEW_TABLES = 12;
/** Key columns of one box. */
const MOST_ROWS = 12;
/** Lines of one drawing: laying out more takes seconds, and nobody could follow them. */
const MOST_LINES = 250;

/**
 * The drawing of a schema that is to be about `wanted` wide; wider where its keys need it. `keys`: of its own tables
 * alone.
 */
export function diagramOf(schema: Schema, keys: readonly DiagramKey[], wanted: number): Diagram {
  // Guesses are the first to be left out.
  const drawn = [...keys].sort((a, b) => Number(a.by === 'guess') - Number(b.by === 'guess')).slice(0, MOST_LINES);
  const sized = new Map(schema.tables.map((table) => [table.name, sizedBox(table, drawn, schema.tables.length)]));
  const groups = groupsOf([...sized.keys()], drawn).map((tables) => laidOut(tables, sized, drawn));
  return { ...packed(groups, wanted), leftOut: keys.length - drawn.length };
}

type SizedBox = Omit<DiagramBox, 'x' | 'y'>;

function sizedBox(table: Table, keys: readonly DiagramKey[], tableCount: number): SizedBox {
  const from = new Set(keys.flatMap((key) => (key.table === table.name ? key.columns : [])));
  const to = new Set(keys.flatMap((key) => (key.toTable === table.name ? key.toColumns : [])));
  const all = tableCount <= FEW_TABLES && table.columns.length <= FEW_COLUMNS;
  const shown = table.columns
    .filter(({ name, primaryKey }) => all || primaryKey || from.has(name) || to.has(name))
    .slice(0, MOST_ROWS);
  const rows = shown.map(({ name, primaryKey }): DiagramRow => ({
    column: name,
    text: cut(name),
    isKey: primaryKey,
    pointsElsewhere: from.has(name),
  }));
  const more = table.columns.length - rows.length;
  const longest = Math.max(0, ...rows.map(({ text }) => text.length));
  return {
    table: table.name,
    text: cut(table.name),
    isView: table.kind === 'view',
    rows,
    more,
    width: Math.ceil(
      Math.max(
        LEAST_WIDTH,
        2 * PADDING + cut(table.name).length * HEAD_CHARACTER + (table.kind === 'view' ? MARKS : 0),
        2 * PADDING + longest * CHARACTER + MARKS,
        more > 0 ? 2 * PADDING + moreText(more, rows.length).length * CHARACTER : 0,
      ),
    ),
    height: HEAD + (rows.length + (more > 0 ? 1 : 0)) * ROW + FOOT,
  };
}

/** "and 34 more columns". */
export const moreText = (more: number, shown: number): string =>
  `${shown > 0 ? 'and ' : ''}${more} ${shown > 0 ? 'more ' : ''}column${more === 1 ? '' : 's'}`;

const cut = (name: string): string => {
  const points = [...name];
  return points.length > LONGEST_NAME ? `${points.slice(0, LONGEST_NAME - 1).join('')}…` : name;
};

/** Tables that keys connect, the largest group first. */
function groupsOf(tables: readonly string[], keys: readonly DiagramKey[]): string[][] {
  const beside = new Map<string, string[]>(tables.map((table) => [table, []]));
  for (const { table, toTable } of keys) {
    beside.get(table)?.push(toTable);
    beside.get(toTable)?.push(table);
  }
  const seen = new Set<string>();
  const groups: string[][] = [];
  for (const table of tables) {
    if (seen.has(table)) continue;
    seen.add(table);
    const group = [table];
    for (const one of group)
      for (const other of beside.get(one) ?? [])
        if (!seen.has(other)) {
          seen.add(other);
          group.push(other);
        }
    groups.push(group);
  }
  return groups.sort((a, b) => b.length - a.length);
}

interface Group {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly DiagramBox[];
  readonly lines: readonly Line[];
}

/** From end to end; a loop runs out to the middle of its three points and back. */
interface Line {
  readonly points: readonly Point[];
  readonly loop: boolean;
  readonly guessed: boolean;
  readonly label: Point | null;
}

function laidOut(tables: readonly string[], sized: ReadonlyMap<string, SizedBox>, keys: readonly DiagramKey[]): Group {
  const members = new Set(tables);
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: GAP, ranksep: RANK_GAP, edgesep: 12, marginx: 0, marginy: 0 });
  for (const table of tables) {
    const { width = 0, height = 0 } = sized.get(table) ?? {};
    graph.setNode(table, { width, height });
  }
  const own = keys.filter(({ table }) => members.has(table));
  // A key of a table to itself is a loop at its side, which needs no place among the ranks.
  own.forEach(({ table, toTable, by }, i) => {
    if (table !== toTable) graph.setEdge(table, toTable, by === 'guess' ? { ...LABEL } : {}, String(i));
  });
  layout(graph);
  const boxes = tables.flatMap((table): DiagramBox[] => {
    const box = sized.get(table);
    const at = graph.node(table);
    return box === undefined ? [] : [{ ...box, x: (at.x ?? 0) - box.width / 2, y: (at.y ?? 0) - box.height / 2 }];
  });
  const at = new Map(boxes.map((box) => [box.table, box]));
  const lines = own.flatMap((key, i) => {
    const [from, to] = [at.get(key.table), at.get(key.toTable)];
    if (from === undefined || to === undefined) return [];
    const loop = isBeside(from, to);
    const straight = ends(from, rowAt(from, key.columns), to, rowAt(to, key.toColumns), []);
    const isFree = loop || !boxes.some((box) => box !== from && box !== to && crosses(straight, box));
    const led = isFree ? [] : (graph.edge(key.table, key.toTable, String(i)).points ?? []);
    const points = isFree ? straight : ends(from, rowAt(from, key.columns), to, rowAt(to, key.toColumns), led);
    const middle = middleOf(points);
    const label = loop ? { ...middle, x: middle.x + LABEL.width / 2 } : middle;
    const guessed = key.by === 'guess';
    return [{ points, loop, guessed, label: guessed ? label : null }];
  });
  const right = Math.max(
    ...boxes.map((box) => box.x + box.width),
    ...lines.flatMap(({ points, label }) => [...points.map(({ x }) => x), (label?.x ?? 0) + LABEL.width / 2]),
  );
  const bottom = Math.max(
    ...boxes.map((box) => box.y + box.height),
    ...lines.flatMap(({ points }) => points.map(({ y }) => y)),
  );
  return { width: right, height: bottom, boxes, lines };
}

/** The middle of the row of the first of these columns, or of the head where it is not shown. */
function rowAt(box: DiagramBox, columns: readonly string[]): number {
  const row = box.rows.findIndex(({ column }) => column === columns[0]);
  return box.y + (row < 0 ? HEAD / 2 : HEAD + row * ROW + ROW / 2);
}

/** Whether the curve between two points runs over that box. */
function crosses([a, b]: readonly Point[], box: DiagramBox): boolean {
  if (a === undefined || b === undefined) return false;
  for (let i = 1; i < SAMPLES; i++) {
    const t = i / SAMPLES;
    // The curve of `curveBumpX`: both ends run level.
    const x = a.x + (b.x - a.x) * (1.5 * t * (1 - t) + t ** 3);
    const y = a.y + (b.y - a.y) * (3 * t * t - 2 * t ** 3);
    if (x > box.x - NEAR && x < box.x + box.width + NEAR && y > box.y - NEAR && y < box.y + box.height + NEAR)
      return true;
  }
  return false;
}

/** From side to side, between them as the layout led the line around other boxes, but for what is close to an end. */
function ends(from: DiagramBox, fromY: number, to: DiagramBox, toY: number, inner: readonly Point[]): Point[] {
  const [fromRight, toRight] = [from.x + from.width, to.x + to.width];
  if (fromRight < to.x) return [{ x: fromRight, y: fromY }, ...within(inner, fromRight, to.x), { x: to.x, y: toY }];
  if (toRight < from.x) return [{ x: from.x, y: fromY }, ...within(inner, toRight, from.x), { x: toRight, y: toY }];
  const aside = Math.max(fromRight, toRight) + LOOP;
  return [
    { x: fromRight, y: fromY },
    { x: aside, y: (fromY + toY) / 2 },
    { x: toRight, y: toY },
  ];
}

const within = (points: readonly Point[], left: number, right: number): Point[] =>
  points.filter(({ x }) => x > left + RANK_GAP / 2 && x < right - RANK_GAP / 2).map(({ x, y }) => ({ x, y }));

/** Neither stands wholly left of the other. */
const isBeside = (a: DiagramBox, b: DiagramBox): boolean => a.x + a.width >= b.x && b.x + b.width >= a.x;

function middleOf(points: readonly Point[]): Point {
  const half = (points.length - 1) / 2;
  const [a = { x: 0, y: 0 }, b = a] = [points[Math.floor(half)], points[Math.ceil(half)]];
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function loopPath([from, out, to]: readonly Point[]): string {
  if (from === undefined || out === undefined || to === undefined) return '';
  return `M${from.x},${from.y}C${out.x},${from.y},${out.x},${to.y},${to.x},${to.y}`;
}

const curve = line<Point>(
  ({ x }) => x,
  ({ y }) => y,
).curve(curveBumpX);

/** The groups beneath one another, side by side where they are narrow. */
function packed(groups: readonly Group[], wanted: number): Omit<Diagram, 'leftOut'> {
  const width = Math.max(wanted - 2 * MARGIN, ...groups.map((group) => group.width));
  const boxes: DiagramBox[] = [];
  const lines: DiagramLine[] = [];
  let [x, y, shelf, widest] = [0, 0, 0, 0];
  for (const group of groups) {
    if (x > 0 && x + group.width > width) [x, y, shelf] = [0, y + shelf + GAP, 0];
    const moved = (point: Point): Point => ({ x: point.x + x + MARGIN, y: point.y + y + MARGIN });
    boxes.push(...group.boxes.map((box) => ({ ...box, ...moved(box) })));
    for (const { points, loop, guessed, label } of group.lines) {
      const path = loop ? loopPath(points.map(moved)) : (curve(points.map(moved)) ?? '');
      lines.push({ path, guessed, label: label === null ? null : moved(label) });
    }
    x += group.width + GAP;
    shelf = Math.max(shelf, group.height);
    widest = Math.max(widest, x - GAP);
  }
  return { width: widest + 2 * MARGIN, height: y + shelf + 2 * MARGIN, boxes, lines };
}
