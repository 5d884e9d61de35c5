import { expect, test } from 'vitest';
import { openFiles } from '../../src/cli/inputs.ts';
import { rewardsFor } from '../../src/cli/parts.ts';
import { makeConfig } from '../../src/grpo/config.ts';
import { isRight } from '../../src/grpo/exploration.ts';
import { GRPOTrainer } from '../../src/grpo/trainer.ts';
import { hintWords } from '../../src/grpo/words/hint.ts';
import { WHY_THIS_HINT } from '../../src/lessons/why-this-hint.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';
import { changesOf, usersOf } from '../../src/views/words/changes.ts';
import { creditSum } from '../../src/views/words/credit.ts';
import { filesOf } from './train.ts';

/** As printed. */
const number = (text: string): number => Number(text.replace('−', '-'));

test('what the lesson says of its first group and of its last is so', { timeout: 120_000 }, async () => {
  const files = filesOf(WHY_THIS_HINT);
  const { database, questions } = await openFiles(files.database, files.questions);
  try {
    const config = makeConfig(WHY_THIS_HINT.settings);
    const trainer = new GRPOTrainer({
      config,
      sampler: makeSketchSampler({ schema: database.schema }),
      database,
      rewards: rewardsFor(database),
      seed: WHY_THIS_HINT.seed,
      distribution: false,
    });
    const training = questions.filter(({ split }) => split === 'train');
    const step = await trainer.runStep(trainer.nextQuestions(training));
    const completions = step.groups[0]?.completions ?? [];
    expect(completions.map(({ rewards }) => isRight(rewards))).toEqual([true, false, false, false]);

    const changes = changesOf(step);
    const found = (cue: string) => {
      const change = changes.find(
        ({ feature }) => hintWords(feature, 1) === `${cue} add up quantity × unit price of order items.`,
      );
      if (change === undefined) throw new Error(`No hint ${cue}`);
      return change;
    };
    const [deserved, rode] = [found('When the question says “revenue”:'), found('When the question says “make”:')];
    // The right try and a wrong one did it.
    expect(usersOf(deserved, 0)).toEqual([0, 3]);
    expect(rode.delta).toBe(deserved.delta);

    // Every weight of the step can be added up from what is printed of it.
    expect(changes.length).toBeGreaterThan(30);
    for (const { key } of changes) {
      const sum = creditSum(key, step, config);
      if (sum === null) throw new Error(`No sum for ${key}`);
      const shares = sum.shares.map(({ advantage, uses, share }) => {
        expect(number(advantage) * number(uses)).toBeCloseTo(number(share), 9);
        return number(share);
      });
      expect(shares.reduce((all, share) => all + share, 0)).toBeCloseTo(number(sum.sum), 9);
      const digits = sum.delta.split('.')[1]?.length ?? 0;
      const moved = (number(sum.rate) * number(sum.sum)) / sum.size;
      expect(Number(moved.toFixed(digits))).toBe(number(sum.delta));
      expect(Number((number(sum.before) + number(sum.delta)).toFixed(digits))).toBe(number(sum.after));
    }

    for (let number = 2; number <= WHY_THIS_HINT.steps; number++)
      await trainer.runStep(trainer.nextQuestions(training));
    const weight = (key: string): number => trainer.policy.hints.find((hint) => hint.key === key)?.weight ?? 0;
    expect(weight(deserved.key)).toBeGreaterThan(2 * (deserved.after ?? NaN));
    expect(weight(rode.key)).toBeLessThan(rode.after ?? NaN);
  } finally {
    database.close();
  }
});
