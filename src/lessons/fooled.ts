/**
 * Lesson 5: a reward that can be pleased. The four rewards know no answer key, and the shop has a column that looks
 * like the answer: `total_sales`, which nobody has filled in since June 2024. Of 16 seeds (1–16) all show it: the mean
 * reward of steps 76 to 100 is .04 to .26 above that of the first 25, and of 20 unseen questions 0 to 8 are right (3 at
 * the start; more than 3 with two seeds). With 11 the rise of the last 20 steps over the first 20 is beyond chance, so
 * that the page says it. 100 steps with the answer key later 16 to 20 are right (`test/bench/fooled.ts`; three seeds in
 * test/lessons/fooled.test.ts).
 */
import type { RunLesson } from './lesson.ts';

const FOOLED_STEPS = 100;

export const THE_REWARD_IS_FOOLED: RunLesson = {
  id: 'the-reward-is-fooled',
  title: 'The reward is fooled',
  about: 'The reward rises, and the answers get no better. Then with the answer key.',
  dataset: 'shop_money',
  start: 'none',
  seed: 15,
  settings: { temperature: 1, scale_rewards: false, learning_rate: 0.6, max_vm_steps: 1 },
  steps: 2 * FOOLED_STEPS,
  shows: 'reward',
  screens: [
    {
      title: 'Without answer key',
      say: 'No try is stamped here: nobody has the answer key. Four rewards look whether it is SQL, runs, fits the question and is clean.',
      act: 'Guess whether that is enough. Press Play, and watch both curves.',
      done: 'play',
      until: FOOLED_STEPS,
      see: 'After 100 steps it pauses.',
    },
    {
      title: 'Two curves',
      say: 'The reward rose. Right answers on questions it never saw did not.',
      act: 'Read in What it has learned how it earns its reward.',
      see: 'It likes the column total_sales: the name fits “revenue”, but nobody has filled it in since June 2024.',
    },
    {
      title: 'The answer key',
      say: 'A reward says what you asked for, not what you meant. Now right results count, four times as much.',
      act: 'Press Let right answers count.',
      press: { label: 'Let right answers count', settings: { gold_weight: 4 } },
      done: 'press',
      see: 'The reward’s curve begins anew: it is another reward, and cannot be compared with the one before.',
    },
    {
      title: 'Again',
      say: 'The same policy, with all its bad habits, goes on.',
      act: 'Press Play once more.',
      done: 'play',
      see: 'Now both curves rise together. What it had learned wrongly is unlearned within some dozens of steps.',
    },
    {
      title: 'No key?',
      say: 'For your own questions there is no answer key. What people say of some answers can stand in for it.',
      act: 'In Look inside, give a try a thumb, and let feedback count in Settings.',
      see: 'Whatever the reward is: measure on questions that it was not made for.',
    },
  ],
};
