/** Lesson 8: several updates on one group, with chances to be typed or moved by updates. */
import type { FormulaLesson } from './lesson.ts';

const EVEN = [0.25, 0.25, 0.25, 0.25];
const ONE_RIGHT = { rewards: [1, 0, 0, 0], before: EVEN, now: EVEN };

export const SEVERAL_UPDATES: FormulaLesson = {
  id: 'several-updates-on-one-group',
  title: 'Several updates on one group',
  about: 'How far one group may move the policy: the ratio, and where it is clipped.',
  formula: 'clip',
  screens: [
    {
      title: 'Use a group twice',
      say: 'Writing a group takes time, so it is learned from several times. After the first time the policy is another one.',
      act: 'Press One more update, and watch the ratios.',
      see: 'The ratio is a try’s chance now by its chance when it was drawn. It begins at 1; what was better goes up.',
      ...ONE_RIGHT,
    },
    {
      title: 'The clip',
      say: 'A ratio that has moved far enough is cut: the try has had its say, and pushes no further.',
      act: 'Press One more update until try 1 is cut.',
      see: 'Above 1 + ε the part of try 1 is flat, and adds nothing more to the update.',
      ...ONE_RIGHT,
    },
    {
      title: 'Without it',
      say: 'What if nothing is cut? One lucky group may then decide everything.',
      act: 'Set ε to 1, and press Ten more; then the same with ε at .2.',
      see: 'Without the clip it writes try 1 every second time, after a single group. With it about every third time.',
      ...ONE_RIGHT,
    },
    {
      title: 'Only one way',
      say: 'Try 1 was better, but its chance has fallen since.',
      act: 'Look whether it is cut, though its ratio is far from 1.',
      see: 'It is not: only what has moved too far in the direction of its advantage is cut. It may come back.',
      rewards: [1, 0, 0, 0],
      before: EVEN,
      now: [0.1, 0.3, 0.3, 0.3],
    },
    {
      title: 'Other clips',
      say: 'Researchers cut in different ways. A rare try that was right should be able to rise far.',
      act: 'Choose DAPO, then CISPO, and compare what is cut.',
      see: 'DAPO leaves more room above. CISPO cuts the weight, but lets every try go on teaching.',
      rewards: [1, 0, 0.5, 0],
      before: [0.05, 0.35, 0.25, 0.35],
      now: [0.065, 0.33, 0.29, 0.315],
    },
  ],
};
