import { describe, expect, it } from 'vitest';
import { behindText, intervalText, ofAll, partingText, pointText, startName } from '../../../src/views/words/unseen.ts';
import { wilson } from '../../../src/lab/statistics.ts';
import type { UnseenPoint } from '../../../src/lab/unseen.ts';

const point = (step: number, right: number, asked = 65): UnseenPoint => ({
  step,
  right,
  answers: Array.from({ length: asked }, (_, i) => i < right),
  ...wilson(right, asked),
});

describe('right answers in words', () => {
  it('count answers, not shares', () => {
    expect(ofAll(21 / 65, 65)).toBe('21 of 65');
    expect(intervalText({ low: 0.2, high: 0.4 }, 65)).toBe('13 to 26');
    expect(pointText(point(1040, 21))).toBe('after step 1,040: 21 of 65 right, 95 % interval 14 to 29');
    expect([startName('none'), startName('starter')]).toEqual(['before training', 'starter policy']);
  });

  it('say how many questions and answers are behind the curve', () => {
    expect(behindText({ asked: 65, practised: 0, answers: 65, wordings: 160, heldOut: 160 })).toBe(
      'One wording each of 65 different answers (160 held-out questions), answered greedily.',
    );
    expect(behindText({ asked: 100, practised: 12, answers: 240, wordings: 300, heldOut: 310 })).toBe(
      'One wording each of 100 of 240 different answers, chosen once by lot (300 held-out questions; 10 more have no answer key that can be compared with), answered greedily. What 12 of them ask for is practised in other words.',
    );
    expect(behindText({ asked: 20, practised: 20, answers: 20, wordings: 20, heldOut: 20 })).toMatch(
      /greedily\. What they ask for is practised in other words\.$/,
    );
  });

  it('say that reward and right answers part ways no more strongly than the intervals do', () => {
    const reward = { difference: 0.12, low: 0.05, high: 0.19 };
    expect(
      partingText({ reward, right: { difference: 1 / 65, low: -2 / 65, high: 4 / 65 } }, point(0, 20), point(90, 21)),
    ).toBe(
      'The reward rose by +0.12 (95 %: +0.05 to +0.19), but right answers on unseen questions did not rise by more than chance: from 20 to 21 of 65 (95 %: −2 to +4). So far only the reward is sure to have grown.',
    );
    expect(
      partingText(
        { reward, right: { difference: -10 / 65, low: -15 / 65, high: -5 / 65 } },
        point(0, 20),
        point(90, 10),
      ),
    ).toContain('fell from 20 to 10 of 65 (95 %: −15 to −5): the policy has learnt to please the reward.');
  });
});
