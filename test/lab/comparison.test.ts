import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/grpo/random.ts';
import { compare } from '../../src/lab/comparison.ts';
import type { HeldOutAnswer } from '../../src/lab/experiment-types.ts';
import type { Facts } from '../../src/lab/facts.ts';

const answers = (right: readonly boolean[]): HeldOutAnswer[] =>
  right.map((greedy, i) => ({ questionId: `q${i}`, greedy, right: greedy ? 4 : 0, drawn: 4 }));
/** `both` right before and after, then gained, then lost, of `all`. */
function runs(all: number, both: number, gained: number, lost: number): [HeldOutAnswer[], HeldOutAnswer[]] {
  const before = Array.from({ length: all }, (_, i) => i < both || (i >= both + gained && i < both + gained + lost));
  const after = Array.from({ length: all }, (_, i) => i < both + gained);
  return [answers(before), answers(after)];
}
/** Every question a fact of its own. */
const NONE: Facts = new Map();
const random = () => seededRandom(1).next;

describe('compare', () => {
  it('12 gained and 10 lost of 788 is no evidence of a gain', () => {
    const [before, after] = runs(788, 300, 12, 10);
    const result = compare([before], [after], NONE, random());
    expect(result).toMatchObject({ questions: 788, facts: 788, seeds: 1, overSeeds: null, outcome: 'none' });
    expect(result.difference).toBeCloseTo(2 / 788, 12);
    expect(result.p).toBeCloseTo(0.83, 1);
    expect(result.low).toBeLessThan(0);
    expect(result.verdict).toMatch(
      /^No evidence of a gain: \+0\.3 points \(−[01]\.\d to \+1\.\d\), p = \.8\d; 788 questions, 788 facts\.$/,
    );
    expect([result.gained.length, result.lost.length]).toEqual([12, 10]);
  });

  it('76 gained and 36 lost of 788 is, and turned round it is evidence of a loss', () => {
    const [before, after] = runs(788, 300, 76, 36);
    const gain = compare([before], [after], NONE, random());
    expect(gain.p).toBeLessThan(0.002);
    // The interval of a difference of pairs by formula: d ± 1.96 · √((b + c) − (b − c)²/n)/n.
    const half = (1.96 * Math.sqrt(112 - 40 ** 2 / 788)) / 788;
    expect(gain.low).toBeCloseTo(40 / 788 - half, 2);
    expect(gain.high).toBeCloseTo(40 / 788 + half, 2);
    expect(gain.verdict).toMatch(
      /^Evidence of a gain of 5\.1 points \(2\.\d to 7\.\d\), p (< \.001|= \.001); 788 questions, 788 facts\.$/,
    );
    const loss = compare([after], [before], NONE, random());
    expect(loss.verdict).toMatch(
      /^Evidence of a loss of 5\.1 points \(2\.\d to 7\.\d\), p (< \.001|= \.001); 788 questions, 788 facts\.$/,
    );
    expect(loss.gained).toEqual(gain.lost);
  });

  it('counts a question as gained when most seeds agree, and averages them', () => {
    // Right in 0, 1, 2, 3 of 3 seeds before; in 2, 2, 2, 1 after.
    const before = [
      answers([false, true, true, true]),
      answers([false, false, true, true]),
      answers([false, false, false, true]),
    ];
    const after = [
      answers([true, true, true, true]),
      answers([true, true, true, false]),
      answers([false, false, false, false]),
    ];
    const result = compare(before, after, NONE, random());
    expect(result).toMatchObject({ gained: ['q0', 'q1'], lost: ['q3'], seeds: 3, p: 1 });
    expect(result.difference).toBeCloseTo((2 + 1 + 0 - 2) / 12, 12);
    // Seed by seed: 4 − 3, 3 − 2, 0 − 1 of 4.
    expect(result.overSeeds?.mean).toBeCloseTo(1 / 12, 12);
  });

  it('tests facts: what six questions show, three facts of two do not', () => {
    const [before, after] = runs(36, 6, 6, 0);
    const inPairs: Facts = new Map(before.map(({ questionId }, i) => [questionId, `f${Math.floor(i / 2)}`]));
    expect(compare([before], [after], NONE, random())).toMatchObject({ outcome: 'gain', facts: 36, p: 2 / 64 });
    expect(compare([before], [after], inPairs, random())).toMatchObject({ outcome: 'too-few', facts: 18, p: 2 / 8 });
  });

  it('of two seeds that disagree, neither is most', () => {
    const result = compare([answers([false]), answers([false])], [answers([true]), answers([false])], NONE, random());
    expect(result).toMatchObject({ gained: [], lost: [], difference: 0.5, p: 1 });
  });

  it('refuses different questions or seeds', () => {
    expect(() => compare([answers([true])], [answers([true, false])], NONE, random())).toThrow(/same questions/);
    expect(() => compare([answers([true])], [], NONE, random())).toThrow(/same seeds/);
    expect(() => compare([], [], NONE, random())).toThrow(RangeError);
    expect(() =>
      compare([answers([true])], [[{ questionId: 'other', greedy: true, right: 1, drawn: 1 }]], NONE, random()),
    ).toThrow(/same questions/);
  });
});
