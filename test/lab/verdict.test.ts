import { describe, expect, it } from 'vitest';
import { pairedDifference } from '../../src/lab/paired.ts';
import { seededRandom } from '../../src/grpo/random.ts';
import { adviceOf, couldShow, outcomeOf, verdictOf } from '../../src/lab/verdict.ts';

const of = (difference: number, low: number, high: number, p: number, facts = 65) => ({
  difference,
  low,
  high,
  p,
  questions: 160,
  facts,
});

describe('the verdict', () => {
  it.each([
    [
      of(0.1, 0.02, 0.18, 0.04),
      'gain',
      'Evidence of a gain of 10.0 points (2.0 to 18.0), p = .040; 160 questions, 65 facts.',
    ],
    [
      of(-0.1, -0.18, -0.02, 0.0004),
      'loss',
      'Evidence of a loss of 10.0 points (2.0 to 18.0), p < .001; 160 questions, 65 facts.',
    ],
    [
      of(0.1, -0.001, 0.2, 0.06),
      'none',
      'No evidence of a gain: +10.0 points (−0.1 to +20.0), p = .060; 160 questions, 65 facts.',
    ],
    [of(0, 0, 0, 1), 'none', 'No evidence of a gain: +0.0 points (+0.0 to +0.0), p = 1; 160 questions, 65 facts.'],
    [
      of(0.1, -0.2, 0.3, 0.2, 12),
      'too-few',
      'Too few questions to tell: +10.0 points (−20.0 to +30.0), p = .20; 160 questions, 12 facts; even 20 points could hardly show.',
    ],
    // What few facts do show is said.
    [
      of(-0.6, -0.9, -0.3, 0.03, 7),
      'loss',
      'Evidence of a loss of 60.0 points (30.0 to 90.0), p = .030; 160 questions, 7 facts.',
    ],
  ] as const)('%j', (found, outcome, text) => {
    expect(outcomeOf(found)).toBe(outcome);
    expect(verdictOf(found)).toBe(text);
  });

  it('without evidence it says what to try, and how many facts the difference seen would take', () => {
    // Half as far from 0 as from the end of its interval: four times the facts, to two digits.
    expect(adviceOf(of(0.05, -0.05, 0.15, 0.4))).toBe(
      'Too few questions or steps to tell 5.0 points: they would show from about 260 facts on, and there are 65. Try a dataset with more, or more steps: a larger difference needs fewer.',
    );
    expect(adviceOf(of(-0.1, -0.3, 0.05, 0.2, 20))).toMatch(
      /tell 10\.0 points: they would show from about 45 facts on/,
    );
    // The end of the interval is 0 itself: at least one more.
    expect(adviceOf(of(0.1, 0, 0.2, 0.06, 20))).toMatch(/about 21 facts on, and there are 20/);
    expect(adviceOf(of(1, -1, 1, 0.25, 3))).toMatch(/about 12 facts on/);
    expect(adviceOf(of(0.0004, -0.1, 0.1, 1))).toMatch(/no number of questions .* try more steps/);
    const remedies = { few: 'questions', even: 'take a walk', more: 'Ask more' };
    expect(adviceOf(of(0.05, -0.05, 0.15, 0.4), remedies)).toBe(
      'Too few questions to tell 5.0 points: they would show from about 260 facts on, and there are 65. Ask more: a larger difference needs fewer.',
    );
    expect(adviceOf(of(0, -0.1, 0.1, 1), remedies)).toMatch(/tell apart: take a walk\.$/);
    expect(adviceOf(of(0.1, 0.02, 0.18, 0.04))).toBeNull();
    expect(adviceOf(of(-0.1, -0.18, -0.02, 0.04))).toBeNull();
  });

  it('so many facts of the same kind do show it', () => {
    // 20 facts, of which 4 are gained and 1 is lost: the advice's number of them, in the same proportion.
    const found = (times: number) => {
      const after = Array.from({ length: 20 * times }, (_, i) => (i % 20 < 4 ? 1 : i % 20 === 4 ? -1 : 0));
      return pairedDifference(
        after.map((value) => (value < 0 ? 1 : 0)),
        after.map((value) => (value > 0 ? 1 : 0)),
        after.map((_, i) => String(i)),
        seededRandom(1).next,
      );
    };
    const needed = Number(/about (\d+) facts/.exec(adviceOf(found(1)) ?? '')?.[1]);
    expect(needed).toBeGreaterThan(20);
    expect(outcomeOf(found(Math.ceil(needed / 20)))).toBe('gain');
    expect(outcomeOf(found(1))).not.toBe('gain');
  });

  it('too few are those over which the test cannot see a fifth of them gained', () => {
    for (let facts = 5; facts <= 60; facts++) {
      const gained = Array.from({ length: facts }, (_, i) => (i < Math.floor(facts / 5) ? 1 : 0));
      const { p } = pairedDifference(
        gained.map(() => 0),
        gained,
        gained.map((_, i) => String(i)),
        seededRandom(1).next,
        99,
      );
      expect(couldShow(facts), `${facts} facts`).toBe(p <= 0.05);
    }
    expect([couldShow(29), couldShow(30)]).toEqual([false, true]);
  });
});
