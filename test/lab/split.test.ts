import fc from 'fast-check';
import { expect, it } from 'vitest';
import { factsOf } from '../../src/lab/facts.ts';
import { couldShowText, factsFor, moveFact, proposeSplit, type Unsplit } from '../../src/lab/split.ts';
import { couldShow } from '../../src/lab/verdict.ts';

const some: fc.Arbitrary<Unsplit[]> = fc
  .array(
    fc.record({
      fact: fc.option(fc.integer({ min: 0, max: 12 })),
      split: fc.option(fc.constantFrom('train' as const, 'held-out' as const), { freq: 3 }),
    }),
    { maxLength: 40 },
  )
  .map((rows) =>
    rows.map(({ fact, split }, i) => ({
      id: `q${i}`,
      question: `Question ${i}?`,
      split,
      ...(fact === null ? {} : { sql: `SELECT ${fact}` }),
    })),
  );

it('no fact stands on both sides, and what has a side keeps it where its fact lets it', () => {
  fc.assert(
    fc.property(some, (questions) => {
      const split = proposeSplit(questions);
      expect(split.map(({ id }) => id)).toEqual(questions.map(({ id }) => id));
      const facts = factsOf(split);
      const sides = new Map<string, Set<string>>();
      for (const { id, split: side } of split) {
        const fact = facts.get(id) ?? '';
        sides.set(fact, (sides.get(fact) ?? new Set()).add(side));
      }
      expect([...sides.values()].every((one) => one.size === 1)).toBe(true);
      for (const [fact] of sides) {
        const given = questions.find((one) => facts.get(one.id) === fact && one.split !== null);
        if (given !== undefined) expect(sides.get(fact)).toEqual(new Set([given.split]));
      }
      // Asked again it changes nothing.
      expect(proposeSplit(split)).toEqual(split);
      const [first] = split;
      if (first === undefined) return;
      const moved = moveFact(split, first.id, 'held-out');
      expect(moved.filter(({ id }) => facts.get(id) === first.id).every(({ split: side }) => side === 'held-out')).toBe(
        true,
      );
      expect(moved.filter(({ id }) => facts.get(id) !== first.id)).toEqual(
        split.filter(({ id }) => facts.get(id) !== first.id),
      );
    }),
  );
});

it('holds out a third of the facts', () => {
  const split = proposeSplit(
    Array.from({ length: 30 }, (_, i) => ({ id: `q${i}`, question: `Q${i}`, sql: `SELECT ${i}`, split: null })),
  );
  expect(split.filter(({ split: side }) => side === 'held-out')).toHaveLength(10);
});

it('says what so many facts can show, as the verdict of a comparison does', () => {
  expect(couldShow(factsFor(0.2))).toBe(true);
  expect(couldShow(factsFor(0.2) - 1)).toBe(false);
  const needed = `To see a gain of 20 points takes at least ${factsFor(0.2)} held-out facts, of 10 points ${factsFor(0.1)}.`;
  expect(couldShowText(0)).toBe(`No fact is held out: what it learns cannot be measured. ${needed}`);
  expect(couldShowText(3)).toBe(`With 3 held-out facts no gain can be told from chance. ${needed}`);
  expect(couldShowText(30)).toBe(`With 30 held-out facts a gain of 20 points or more can show. ${needed}`);
});
