/**
 * A series that grows with the run, and what a chart draws of it: as many points for 5,000 steps as for 200.
 *
 * The moving mean is kept in buckets of equally many steps. When there are too many buckets each two become one, so a
 * point costs the same whenever it comes, and drawing costs the same however many came before it. A bucket is drawn by
 * its first, lowest, highest and last point, which is what a line through all of its points covers on the screen.
 */
import { WINDOW, type SeriesPoint } from './series.ts';

/** Buckets that are kept at most; more would share pixel columns. */
export const MOST_BUCKETS = 200;
/** Above this many points the single dots are left out. */
export const MOST_DOTS = 400;

interface Bucket {
  readonly points: number;
  readonly first: SeriesPoint;
  readonly last: SeriesPoint;
  /** null while no point has a value. */
  readonly lowest: SeriesPoint | null;
  readonly highest: SeriesPoint | null;
}

/** A series as it stood at one moment. Made anew when something was added, so that a page sees the change. */
export interface Series {
  readonly first: SeriesPoint | null;
  readonly last: SeriesPoint | null;
  /** The mean of the last steps at the last step; null where there is none. */
  readonly mean: number | null;
  /** The largest value; 0 when none is larger. */
  readonly largest: number;
  /** Value and moving mean at a step; null for a step that is not in it. */
  at(step: number): { readonly value: number | null; readonly mean: number | null } | null;
  /** Points of the line through the moving means, in order: its ends and its extremes are among them. */
  line(): SeriesPoint[];
  /** The single points; none when there are too many to tell them apart. */
  dots(): readonly SeriesPoint[];
}

class Growing {
  readonly points: SeriesPoint[] = [];
  readonly means: SeriesPoint[] = [];
  buckets: Bucket[] = [];
  largest = 0;
  #width = 1;
  #sum = 0;
  #present = 0;

  push(point: SeriesPoint): void {
    this.#count(point.value, 1);
    this.#count(this.points[this.points.length - WINDOW]?.value ?? null, -1);
    this.points.push(point);
    this.largest = Math.max(this.largest, point.value ?? 0);
    const mean = { step: point.step, value: this.#present === 0 ? null : this.#sum / this.#present };
    this.means.push(mean);
    const last = this.buckets.at(-1);
    const one: Bucket = {
      points: 1,
      first: mean,
      last: mean,
      lowest: mean.value === null ? null : mean,
      highest: mean.value === null ? null : mean,
    };
    if (last !== undefined && last.points < this.#width) this.buckets.splice(-1, 1, together(last, one));
    else this.buckets.push(one);
    if (this.buckets.length <= MOST_BUCKETS) return;
    this.#width *= 2;
    this.buckets = this.buckets.flatMap((bucket, i) => {
      if (i % 2 === 1) return [];
      const next = this.buckets[i + 1];
      return [next === undefined ? bucket : together(bucket, next)];
    });
  }

  #count(value: number | null, sign: 1 | -1): void {
    if (value === null) return;
    this.#sum += sign * value;
    this.#present += sign;
  }

  view(): Series {
    const { points, means } = this;
    const first = points[0] ?? null;
    const length = points.length;
    return {
      first,
      last: points.at(-1) ?? null,
      mean: means.at(-1)?.value ?? null,
      largest: this.largest,
      at: (step) => {
        const index = first === null ? -1 : step - first.step;
        const point = index < length ? points[index] : undefined;
        return point === undefined ? null : { value: point.value, mean: means[index]?.value ?? null };
      },
      line: () => this.buckets.flatMap(drawn),
      dots: () => (length > MOST_DOTS ? [] : points.slice(0, length)),
    };
  }
}

/** Follows histories that are the last one with points added, which cost their number; any other begins again. */
export class SeriesFollower<P extends object> {
  readonly #pointOf: (point: P) => SeriesPoint;
  #series = new Growing();
  #first: P | undefined;
  #last: P | undefined;
  #view: Series;

  /** `pointOf`: what is drawn of a point of the history, whose steps follow one another. */
  constructor(pointOf: (point: P) => SeriesPoint) {
    this.#pointOf = pointOf;
    this.#view = this.#series.view();
  }

  follow(history: readonly P[]): Series {
    const known = this.#series.points.length;
    if (known > 0 && (history[0] !== this.#first || history[known - 1] !== this.#last)) this.#series = new Growing();
    const from = this.#series.points.length;
    if (history.length === known && from === known) return this.#view;
    for (let i = from; i < history.length; i++) {
      const point = history[i];
      if (point !== undefined) this.#series.push(this.#pointOf(point));
    }
    this.#first = history[0];
    this.#last = history.at(-1);
    this.#view = this.#series.view();
    return this.#view;
  }
}

/** Two neighbours as one; of equal extremes the earlier stands. */
function together(a: Bucket, b: Bucket): Bucket {
  return {
    points: a.points + b.points,
    first: a.first,
    last: b.last,
    lowest: further(a.lowest, b.lowest, -1),
    highest: further(a.highest, b.highest, 1),
  };
}

function further(a: SeriesPoint | null, b: SeriesPoint | null, sign: 1 | -1): SeriesPoint | null {
  if (a === null || b === null) return a ?? b;
  return sign * ((b.value ?? 0) - (a.value ?? 0)) > 0 ? b : a;
}

/** The points of a bucket that are drawn, each once, in order. */
function drawn({ first, last, lowest, highest }: Bucket): SeriesPoint[] {
  const chosen = [first, lowest ?? first, highest ?? first, last].sort((a, b) => a.step - b.step);
  return chosen.filter((point, i) => point !== chosen[i - 1]);
}
