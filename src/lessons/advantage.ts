/** Lesson 2: the arithmetic of a group, with rewards to be typed. */
import type { FormulaLesson } from './lesson.ts';

export const WHAT_IS_AN_ADVANTAGE: FormulaLesson = {
  id: 'what-is-an-advantage',
  title: 'What is an advantage?',
  about: 'Type rewards, and see what their group makes of them.',
  formula: 'advantage',
  screens: [
    {
      title: 'One is right',
      say: 'Four rewards, one of them better. Nobody says how good 1 is: a reward counts only beside those of its group.',
      act: 'Type other rewards, and watch the mean and the arrows.',
      see: 'Above the mean an advantage is positive, below it negative, and together they add up to 0.',
      rewards: [1, 0, 0, 0],
    },
    {
      title: 'Add the same to all',
      say: 'What happens when every reward is higher by the same?',
      act: 'Guess, then press Add 0.5 to all.',
      see: 'Nothing: the mean rises with them. An easy question teaches no more than a hard one.',
      rewards: [0.4, 0.1, -0.2, 0.1],
    },
    {
      title: 'Almost alike',
      say: 'Here the rewards differ by less than a hundredth. GRPO divides by their spread, the standard deviation.',
      act: 'Choose Dr. GRPO in place of GRPO.',
      see: 'Divided, a difference of .007 is as loud as one of 1; undivided it says nearly nothing. It may be mere noise.',
      rewards: [1, 0.993, 0.993, 0.993],
    },
    {
      title: 'A published example',
      say: 'A description of GRPO prints this group with an sd of .127. Its own rewards give another one.',
      act: 'Compare what is printed with what comes out; then divide by G.',
      see: 'Neither way of dividing gives the printed figures. Numbers that are shown should be computed.',
      rewards: [0.414, 0.497, 0.19, 0.34],
      published: {
        sd: 0.127,
        advantages: [0.425, 1.079, -1.339, -0.157],
        why: 'The sd of these four is 0.1304 when divided by G − 1 and 0.1129 when divided by G: 0.127 is neither.',
      },
    },
    {
      title: 'All alike',
      say: 'When all rewards are the same there is nothing to compare.',
      act: 'Change one of them, a little and then a lot.',
      see: 'A group without differences has no signal: every advantage is 0, and no weight moves.',
      rewards: [0.5, 0.5, 0.5, 0.5],
    },
  ],
};
