/**
 * What test and intervals are worth where questions ask for the same facts: facts of one to five questions, which
 * mostly go together.
 */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/grpo/random.ts';
import type { Random } from '../../src/grpo/types.ts';
import { meanOverFacts } from '../../src/lab/accuracy.ts';
import { pairedDifference } from '../../src/lab/paired.ts';
import { wilson } from '../../src/lab/statistics.ts';
import { outcomeOf } from '../../src/lab/verdict.ts';

const RUNS = 2000;
const FACTS = [12, 30, 65] as const;
/** Fewer than in use: what is drawn more often is only smoother. */
const DRAWS = 399;

interface Asked {
  readonly values: number[];
  readonly facts: string[];
}

/** One value a question: seven of ten questions go as their fact goes, the others by themselves. */
function ask(count: number, random: Random, draw: () => number): Asked {
  const [values, facts]: [number[], string[]] = [[], []];
  for (let fact = 0; fact < count; fact++) {
    const shared = draw();
    for (let size = 1 + Math.floor(random() * 5); size > 0; size--) {
      values.push(random() < 0.7 ? shared : draw());
      facts.push(String(fact));
    }
  }
  return { values, facts };
}

describe('two policies that are equally good', () => {
  it.each(FACTS)('are told apart in at most 6 % of runs over %i facts', (count) => {
    const random = seededRandom(count).next;
    let [byTest, byInterval] = [0, 0];
    for (let run = 0; run < RUNS; run++) {
      // Gained, lost or neither; a question that changes in one seed of two counts half.
      const half = run % 2 === 0 ? 1 : 0.5;
      const { values, facts } = ask(count, random, () => {
        const kind = random();
        return kind < 0.25 ? half : kind < 0.5 ? -half : 0;
      });
      const before = values.map((value) => (value < 0 ? -value : 0));
      const after = values.map((value) => (value > 0 ? value : 0));
      const found = pairedDifference(before, after, facts, random, DRAWS);
      const outcome = outcomeOf(found);
      if (found.p <= 0.05) byTest++;
      if (outcome === 'gain' || outcome === 'loss') byInterval++;
    }
    expect(byTest / RUNS).toBeLessThanOrEqual(0.06);
    expect(byInterval / RUNS).toBeLessThanOrEqual(0.06);
    // Caution alone would pass as well.
    expect(byInterval / RUNS).toBeGreaterThan(0.015);
  });

  it('would be with questions for units: what facts are for', () => {
    const random = seededRandom(1).next;
    let found = 0;
    for (let run = 0; run < 300; run++) {
      const { values } = ask(65, random, () => Math.floor(3 * random()) - 1);
      const before = values.map((value) => (value < 0 ? 1 : 0));
      const after = values.map((value) => (value > 0 ? 1 : 0));
      const each = values.map((_, i) => String(i));
      if (pairedDifference(before, after, each, random, DRAWS).p <= 0.05) found++;
    }
    expect(found / 300).toBeGreaterThan(0.1);
  });
});

describe('a policy that is better', () => {
  it.each(FACTS)('by 30 points: the interval over %i facts has the truth about 19 times of 20', (count) => {
    const random = seededRandom(count).next;
    const runs = 400;
    let [covered, gains] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const { values, facts } = ask(count, random, () => {
        const kind = random();
        return kind < 0.4 ? 1 : kind < 0.5 ? -1 : 0;
      });
      const before = values.map((value) => (value < 0 ? 1 : 0));
      const after = values.map((value) => (value > 0 ? 1 : 0));
      const found = pairedDifference(before, after, facts, random, DRAWS);
      if (found.low <= 0.3 && found.high >= 0.3) covered++;
      if (outcomeOf(found) === 'gain') gains++;
    }
    expect(covered / runs).toBeGreaterThan(0.9);
    if (count === 65) expect(gains / runs).toBeGreaterThan(0.9);
  });
});

describe('the interval of an accuracy', () => {
  it.each(FACTS)('has the truth about 19 times of 20 over %i facts, where questions alone would not', (count) => {
    const random = seededRandom(count).next;
    const runs = 1000;
    for (const truth of [0.2, 0.5, 0.8]) {
      let [covered, taken] = [0, 0];
      for (let run = 0; run < runs; run++) {
        const { values, facts } = ask(count, random, () => (random() < truth ? 1 : 0));
        const holds = ({ low, high }: { low: number; high: number }): number => (low <= truth && truth <= high ? 1 : 0);
        covered += holds(meanOverFacts(values, facts));
        taken += holds(
          wilson(
            values.reduce((all, one) => all + one, 0),
            values.length,
          ),
        );
      }
      expect(covered / runs).toBeGreaterThan(0.925);
      expect(covered / runs).toBeLessThan(0.98);
      expect(taken / runs).toBeLessThan(0.86);
    }
  });
});
