/**
 * Lesson 4: from one try to one weight. Features are counted as they occur (the simple gradient) and nothing pulls
 * weights back, so that the sum can be done by hand: advantage × used, × learning rate ÷ G. With this seed one of the
 * first four tries is right and a wrong one shares its best idea, so that credit has both signs; a word that only rode
 * along loses its weight again within the lesson's steps (test/lessons/why-this-hint.test.ts).
 */
import type { RunLesson } from './lesson.ts';

export const WHY_THIS_HINT: RunLesson = {
  id: 'why-did-this-hint-move',
  title: 'Why did this hint move?',
  about: 'From four tries to the change of one weight, added up by hand.',
  dataset: 'shop_money',
  start: 'none',
  seed: 547,
  settings: {
    temperature: 1,
    gold_weight: 4,
    scale_rewards: false,
    learning_rate: 0.8,
    kl_coef: 0,
    gradient: 'simple',
    max_vm_steps: 1,
  },
  steps: 41,
  shows: 'credit',
  screens: [
    {
      title: 'One is right',
      say: 'One of these tries is right. It did many things at once, and nobody says which of them made it right.',
      act: 'Guess which part of its SQL deserves the credit; then press Learn from this.',
      done: 'learn',
      see: 'Everything the right try did is listed. Each of these things now has a hint with a weight.',
    },
    {
      title: 'One hint',
      say: 'A try passes its advantage on to all it did. Below the mean that is a minus, also for a good idea.',
      act: 'Choose “Add up quantity × unit price”, and find the try that pulls it down.',
      see: 'Two tries did this. The right one pushes its weight up, the wrong one pulls it down: the credit is the sum.',
    },
    {
      title: 'The sum',
      say: 'The learning rate says how far one group may move a weight. The sum is shared by all tries of the group.',
      act: 'Do the sum by hand, with the numbers as they are printed.',
      see: 'It comes out to the last digit, and every other weight of this step is made in the same way.',
    },
    {
      title: 'Riding along',
      say: 'The same idea is learned once for each word of the question. The words cannot both be the reason.',
      act: 'Choose another word: “make” in place of “revenue”.',
      see: 'Both got the same. One deserves it, the other rode along: one group cannot tell them apart.',
    },
    {
      title: 'Time tells',
      say: 'Other questions say “make” and are wrong all the same, or are right without it.',
      act: 'Press Play, and compare the weights in What became of it.',
      done: 'play',
      see: 'What deserves its credit earns it again and again. What rode along stays behind, or loses it.',
    },
  ],
};
