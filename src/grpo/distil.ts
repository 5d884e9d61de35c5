/**
 * Distils a policy of many hints into the few that decide the same.
 *
 * Training spreads what it learns over every feature that fired: a dozen cues of one question share one lesson. Here
 * the weights are fitted again, sparsely, to the decisions the whole policy takes on the given questions:
 *
 *   min_w  Σ_d H(π_all(·|d), π_w(·|d)) + λ Σ_k c_k |w_k|
 *
 * H is the cross-entropy over the options of decision d, c_k ≥ 1 how much a reader has to take in for hint k. The L1
 * penalty (Tibshirani 1996) makes most weights exactly 0; λ falls step by step from where all are (the path of
 * Friedman, Hastie, Tibshirani, J. Stat. Softw. 33 (2010), fitted like theirs by coordinate descent), and the first
 * policy that answers enough of the questions exactly as the whole one does is taken. Its weights are then fitted once
 * more without the penalty, which had made them too small. Distillation of one policy into another: Hinton et al.,
 * arXiv 1503.02531. Pure.
 */
import { exp } from './portable-math.ts';
import type { HintFeature, OpenDecision } from './types.ts';

export interface DistilOptions {
  /** The decisions of the greedy answer to each question under the policy as it is. */
  readonly answers: readonly (readonly OpenDecision[])[];
  /** The logit that a feature adds under the policy as it is; 0 for one that is no hint. */
  readonly weightOf: (key: string) => number;
  /** Whether a hint has to stay as it is: what it adds is given. */
  readonly isFixed: (key: string) => boolean;
  /** Most hints kept, from 1. */
  readonly most: number;
  /** Bound of |weight|. */
  readonly limit: number;
}

export interface Distilled {
  /** By key, those that stay; none is 0. */
  readonly weights: ReadonlyMap<string, number>;
  /** Hints that had a part in some decision, and could have gone. */
  readonly of: number;
  /** Questions that are answered by the very same decisions as before, and all of them. */
  readonly same: number;
  readonly questions: number;
  /** Questions that would be answered otherwise without the hints that could have gone. */
  readonly decided: number;
}

/** Of the questions whose answer the hints decide, the share that may be answered otherwise. */
const MAY_CHANGE = 0.1;
/** λ falls by this factor, so often; by its root where that were too many hints, until steps are this short. */
const PATH_FACTOR = 0.75;
const PATH_STEPS = 30;
const SHORTEST_STEP = 0.96;
/** Coordinate descent ends after so many sweeps, or when no weight would move by this much: less changes no answer. */
const SWEEPS = 60;
const STILL = 5e-3;
/** Keeps the last fit finite where the whole policy is certain: a normal prior of this precision. */
const RIDGE = 0.05;
/** A step of one weight: the quadratic model holds near by. */
const LONGEST_STEP = 1;
/** A weight below this is none. */
const WEIGHT_OF_NOTHING = 0.01;

/** One decision. `z`: logits under the weights being fitted. */
interface Row {
  readonly question: number;
  readonly target: Float64Array;
  readonly best: number;
  readonly z: Float64Array;
  readonly p: Float64Array;
}

/** Where one weight acts: rows and, for each, the options. */
interface Column {
  readonly feature: HintFeature;
  readonly cost: number;
  readonly rows: number[];
  readonly options: number[][];
}

export function distil({ answers, weightOf, isFixed, most, limit }: DistilOptions): Distilled {
  const { rows, columns, of } = problem(answers, weightOf, isFixed);
  const weights = new Float64Array(columns.length);
  const questions = answers.length;
  let lambda = columns.reduce((top, column) => Math.max(top, Math.abs(slope(rows, column).g) / column.cost), 0);
  let best = { same: sameAnswers(rows, questions), weights: weights.slice() };
  const decided = questions - best.same;
  const enough = questions - Math.floor(decided * MAY_CHANGE);
  let factor = PATH_FACTOR;
  for (let step = 0; step < PATH_STEPS && best.same < enough && factor < SHORTEST_STEP; step++) {
    const before = weights.slice();
    descend(rows, columns, weights, { lambda: lambda * factor, ridge: 0, limit, all: true });
    if (count(weights) > most) {
      // Too far: shorter steps from where it was, so that as many as may be kept are.
      setWeights(rows, columns, weights, before);
      factor = Math.sqrt(factor);
      continue;
    }
    lambda *= factor;
    const same = sameAnswers(rows, questions);
    if (same >= best.same) best = { same, weights: weights.slice() };
  }
  setWeights(rows, columns, weights, best.weights);
  descend(rows, columns, weights, { lambda: 0, ridge: RIDGE, limit, all: false });
  setWeights(
    rows,
    columns,
    weights,
    weights.map((weight) => (Math.abs(weight) < WEIGHT_OF_NOTHING ? 0 : weight)),
  );
  return {
    weights: new Map(
      columns.flatMap(({ feature: { key } }, k) => (weights[k] === 0 ? [] : [[key, weights[k] ?? 0] as const])),
    ),
    of,
    same: sameAnswers(rows, questions),
    questions,
    decided,
  };
}

const count = (weights: Float64Array): number => weights.reduce((sum, weight) => sum + (weight === 0 ? 0 : 1), 0);

function problem(
  answers: DistilOptions['answers'],
  weightOf: DistilOptions['weightOf'],
  isFixed: DistilOptions['isFixed'],
): { rows: Row[]; columns: Column[]; of: number } {
  const rows: Row[] = [];
  const byKey = new Map<string, Column>();
  for (const [question, decisions] of answers.entries())
    for (const { options } of decisions) {
      const row = rows.length;
      const z = new Float64Array(options.length);
      const target = new Float64Array(options.length);
      for (const [option, { base, features }] of options.entries()) {
        let fixed = 0;
        let learned = 0;
        for (const feature of features) {
          const weight = weightOf(feature.key);
          if (weight === 0) continue;
          if (isFixed(feature.key)) fixed += weight;
          else {
            learned += weight;
            note(byKey, feature, row, option);
          }
        }
        z[option] = base + fixed;
        target[option] = base + fixed + learned;
      }
      const best = firstOfHighest(target);
      softmax(target, target);
      const p = new Float64Array(options.length);
      softmax(z, p);
      rows.push({ question, target, best, z, p });
    }
  return { rows, columns: distinct([...byKey.values()], rows), of: byKey.size };
}

function note(byKey: Map<string, Column>, feature: HintFeature, row: number, option: number): void {
  let column = byKey.get(feature.key);
  if (column === undefined)
    byKey.set(feature.key, (column = { feature, cost: costOf(feature), rows: [], options: [] }));
  if (column.rows.at(-1) === row) column.options.at(-1)?.push(option);
  else {
    column.rows.push(row);
    column.options.push([option]);
  }
}

/** What is said of every question is taken in soonest, then facts and single words, then longer cues and pairs. */
function costOf({ cue, words, template }: HintFeature): number {
  const cued = cue === null ? 0 : cue.kind === 'typed' ? 0.05 : words === 2 || cue.kind === 'start' ? 0.2 : 0.1;
  return 1 + cued + (template === 'pair' ? 0.1 : 0);
}

/**
 * Of columns that fire on the same options everywhere, or everywhere on the others, the simplest: the rest say it too.
 * One that fires on no option or on all of them has no effect.
 */
function distinct(columns: readonly Column[], rows: readonly Row[]): Column[] {
  const bySignature = new Map<string, Column>();
  for (const column of columns) {
    const mine: string[] = [];
    const others: string[] = [];
    for (const [i, row] of column.rows.entries()) {
      const size = rows[row]?.z.length ?? 0;
      const on = column.options[i] ?? [];
      if (on.length === size) continue;
      mine.push(`${row}:${on.join(',')}`);
      others.push(
        `${row}:${Array.from({ length: size }, (_, option) => option)
          .filter((option) => !on.includes(option))
          .join(',')}`,
      );
    }
    if (mine.length === 0) continue;
    const [a, b] = [mine.join(' '), others.join(' ')];
    const signature = a < b ? a : b;
    const known = bySignature.get(signature);
    if (known === undefined || isSimpler(column, known)) bySignature.set(signature, column);
  }
  return [...bySignature.values()];
}

const isSimpler = (a: Column, b: Column): boolean =>
  a.cost !== b.cost ? a.cost < b.cost : a.feature.key < b.feature.key;

/** Slope and curvature of the cross-entropy in one weight. */
function slope(rows: readonly Row[], { rows: where, options }: Column): { g: number; h: number } {
  let g = 0;
  let h = 0;
  for (let i = 0; i < where.length; i++) {
    const { p, target } = rows[where[i] ?? 0] as Row;
    let on = 0;
    let wanted = 0;
    for (const option of options[i] ?? []) {
      on += p[option] ?? 0;
      wanted += target[option] ?? 0;
    }
    g += on - wanted;
    h += on * (1 - on);
  }
  return { g, h };
}

function descend(
  rows: readonly Row[],
  columns: readonly Column[],
  weights: Float64Array,
  { lambda, ridge, limit, all }: { lambda: number; ridge: number; limit: number; all: boolean },
): void {
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    // Every fifth sweep asks all of them; those between, the few that are in.
    const whole = all && sweep % 5 === 0;
    let moved = false;
    for (const [k, column] of columns.entries()) {
      const weight = weights[k] ?? 0;
      if (weight === 0 && !whole) continue;
      const { g, h } = slope(rows, column);
      const curvature = h + ridge + 1e-6;
      const wanted = weight - (g + ridge * weight) / curvature;
      const cut = (lambda * column.cost) / curvature;
      const shrunk = wanted > cut ? wanted - cut : wanted < -cut ? wanted + cut : 0;
      const near = Math.min(weight + LONGEST_STEP, Math.max(weight - LONGEST_STEP, shrunk));
      const next = Math.min(limit, Math.max(-limit, near));
      // What a step this small changes is not worth going over all the rows; but 0 is to be 0.
      if (next === weight || (next !== 0 && Math.abs(next - weight) < STILL)) continue;
      weights[k] = next;
      add(rows, column, next - weight);
      moved = true;
    }
    if (!moved && (whole || !all)) return;
  }
}

function add(rows: readonly Row[], { rows: where, options }: Column, by: number): void {
  const factor = exp(by);
  for (let i = 0; i < where.length; i++) {
    const { z, p } = rows[where[i] ?? 0] as Row;
    const firing = options[i] ?? [];
    let on = 0;
    for (const option of firing) on += p[option] ?? 0;
    // The softmax of logits that some options exceed by `by`, from the one before: no exponential for each option.
    const total = 1 + on * (factor - 1);
    for (const option of firing) {
      z[option] = (z[option] ?? 0) + by;
      p[option] = (p[option] ?? 0) * factor;
    }
    for (let option = 0; option < p.length; option++) p[option] = (p[option] ?? 0) / total;
  }
}

function setWeights(rows: readonly Row[], columns: readonly Column[], weights: Float64Array, to: Float64Array): void {
  for (const [k, column] of columns.entries()) {
    const by = (to[k] ?? 0) - (weights[k] ?? 0);
    if (by === 0) continue;
    weights[k] = to[k] ?? 0;
    add(rows, column, by);
  }
}

/** Questions for which every decision comes out as under the whole policy. */
function sameAnswers(rows: readonly Row[], questions: number): number {
  const other = new Set<number>();
  for (const { question, z, best } of rows) if (firstOfHighest(z) !== best) other.add(question);
  return questions - other.size;
}

function firstOfHighest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i;
  return best;
}

function softmax(logits: Float64Array, into: Float64Array): void {
  let top = -Infinity;
  for (const logit of logits) if (logit > top) top = logit;
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    const weight = exp((logits[i] ?? 0) - top);
    into[i] = weight;
    total += weight;
  }
  for (let i = 0; i < into.length; i++) into[i] = (into[i] ?? 0) / total;
}
