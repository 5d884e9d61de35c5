import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, isSnapshotDue, nextWindowStart, SNAPSHOT_STEPS, thinned } from '../../src/storage/retention.ts';

const mark = (step: number): { step: number; sequence: number; bytes: number } => ({
  step,
  sequence: 10 * step,
  bytes: 1,
});

describe('retention', () => {
  it('writes the policy whole before the first step, and every so many steps', () => {
    expect(isSnapshotDue([], 7)).toBe(true);
    expect(isSnapshotDue([mark(0)], 0)).toBe(true);
    expect(isSnapshotDue([mark(0)], SNAPSHOT_STEPS - 1)).toBe(false);
    expect(isSnapshotDue([mark(0), mark(10)], SNAPSHOT_STEPS + 10)).toBe(true);
  });

  it('moves the window to the next snapshot that leaves something', () => {
    const marks = [mark(0), mark(50), mark(100)];
    expect(nextWindowStart(marks, 0, 1_200)).toBe(500);
    expect(nextWindowStart(marks, 500, 1_200)).toBe(1_000);
    expect(nextWindowStart(marks, 500, 1_000)).toBeNull();
  });

  it('thins older snapshots evenly, and keeps the first, the last and those of the window', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 200 }), fc.integer({ min: 3, max: 40 }), (count, most) => {
        let marks = Array.from({ length: count }, (_, i) => mark(50 * i));
        const window = mark(50 * count).sequence;
        const newest = [mark(50 * count), mark(50 * count + 50)];
        const gone = thinned([...marks, ...newest], window, most);
        marks = marks.filter((each) => !gone.includes(each));
        expect(gone.some(({ sequence }) => sequence >= window)).toBe(false);
        expect(marks.length).toBe(Math.min(count, most));
        expect([marks[0]?.step, marks.at(-1)?.step]).toEqual([0, 50 * (count - 1)]);
        const gaps = marks.slice(1).map(({ step }, i) => step - (marks[i]?.step ?? 0));
        expect(Math.max(...gaps)).toBeLessThanOrEqual(3 * Math.min(...gaps));
      }),
    );
  });

  it('counts bytes of plain data', () => {
    expect(bytesOf(new Uint8Array(100))).toBe(100);
    expect(bytesOf({ a: 1, text: 'four' })).toBeGreaterThan(bytesOf({ a: 1 }));
    expect(bytesOf([1, 2, 3])).toBe(4 + 27);
  });
});
