import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_BUCKETS, MOST_DOTS, SeriesFollower } from '../../src/charts/growing-series.ts';
import { movingMean, type SeriesPoint } from '../../src/charts/series.ts';

const history = (values: readonly (number | null)[]): SeriesPoint[] =>
  values.map((value, i) => ({ step: i + 3, value }));
const follower = () => new SeriesFollower<SeriesPoint>((point) => point);
/** The same values every time, with peaks that a thinned line would miss. */
const long = (length: number) =>
  history(Array.from({ length }, (_, i) => (i % 977 === 500 ? 40 : Math.sin(i / 37) + ((i * 7919) % 13) / 13)));

const values = fc.array(fc.option(fc.double({ min: -1, max: 1, noNaN: true }), { nil: null }), { maxLength: 900 });

describe('a growing series', () => {
  test('has the means of the whole series, in whatever portions it comes', () => {
    fc.assert(
      fc.property(values, fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 6 }), (all, portions) => {
        const points = history(all);
        const follow = follower();
        let upTo = 0;
        for (const portion of portions) follow.follow(points.slice(0, (upTo += portion)));
        const series = follow.follow(points);
        const means = movingMean(points);
        for (const [i, { step, value }] of points.entries())
          expect(series.at(step)).toEqual({ value, mean: means[i]?.value });
        expect(series.at(2)).toBeNull();
        expect(series.at(points.length + 3)).toBeNull();
        expect(series.mean).toBe(means.at(-1)?.value ?? null);
        expect(series.largest).toBe(Math.max(0, ...all.map((value) => value ?? 0)));
        expect(series.line()).toEqual(follower().follow(points).line());
      }),
      { numRuns: 40 },
    );
  });

  test('draws a short series point by point', () => {
    const points = history([1, null, 3, 5]);
    const series = follower().follow(points);
    expect(series.line()).toEqual(movingMean(points));
    expect(series.dots()).toEqual(points);
    expect(follower().follow([]).line()).toEqual([]);
  });

  test.each([201, 400, 5000, 20_000])('draws %i steps with a bounded number of points, ends and extremes kept', (n) => {
    const points = long(n);
    const means = movingMean(points);
    const line = follower().follow(points).line();
    expect(line.length).toBeLessThanOrEqual(4 * MOST_BUCKETS);
    expect(line[0]).toEqual(means[0]);
    expect(line.at(-1)).toEqual(means.at(-1));
    expect(line.every(({ step }, i) => i === 0 || step > (line[i - 1]?.step ?? 0))).toBe(true);
    const of = (list: readonly SeriesPoint[]) => list.map(({ value }) => value ?? 0);
    expect(Math.max(...of(line))).toBe(Math.max(...of(means)));
    expect(Math.min(...of(line))).toBe(Math.min(...of(means)));
    // Every one of its points is a point of the series.
    for (const { step, value } of line) expect(means[step - 3]?.value).toBe(value);
  });

  test('leaves the dots out when they cannot be told apart', () => {
    expect(follower().follow(long(MOST_DOTS)).dots()).toHaveLength(MOST_DOTS);
    expect(
      follower()
        .follow(long(MOST_DOTS + 1))
        .dots(),
    ).toEqual([]);
  });

  test('takes in a new point without looking at the old ones, and begins again with another run', () => {
    const points = long(5000);
    let asked = 0;
    const follow = new SeriesFollower<SeriesPoint>((point) => {
      asked++;
      return point;
    });
    follow.follow(points.slice(0, 4990));
    asked = 0;
    const grown = follow.follow([...points]);
    expect(asked).toBe(10);
    expect(follow.follow([...points])).toBe(grown);
    expect(asked).toBe(10);
    const other = long(30);
    expect(follow.follow(other).line()).toEqual(follower().follow(other).line());
    expect(follow.follow(other.slice(0, 20)).last).toEqual(other[19]);
    expect(follow.follow([]).last).toBeNull();
  });

  test('what was read before does not change when points are added', () => {
    const follow = follower();
    const before = follow.follow(history([1, 2]));
    follow.follow(history([1, 2]).slice(0, 1));
    expect(before.at(4)?.value).toBe(2);
    expect(before.last?.value).toBe(2);
  });
});
