/**
 * Lesson 1. The reward is the four rewards and the answer key, which weighs four times as much, and advantages are
 * rewards less the group's mean (Dr. GRPO): divided by the spread, a group that is all wrong would teach its smallest
 * differences as loudly as another one what is right. With this seed one of the first four tries is right, which few
 * seeds begin with; what is learned in 200 steps hangs on no seed (test/lessons/watch-it-learn.test.ts).
 */
import type { RunLesson } from './lesson.ts';

export const WATCH_IT_LEARN: RunLesson = {
  id: 'watch-it-learn',
  title: 'Watch it learn',
  about: 'Four tries at a question, compared with one another, again and again: from 3 right answers of 20 to most.',
  dataset: 'shop_money',
  start: 'none',
  seed: 177,
  settings: {
    temperature: 1,
    gold_weight: 4,
    scale_rewards: false,
    learning_rate: 0.6,
    max_vm_steps: 1,
  },
  steps: 200,
  screens: [
    {
      title: 'Four tries',
      say: 'One question, four tries. Each is SQL that was run on the shop’s database; its result stands beside it.',
      act: 'Compare the results with their stamps.',
      see: 'They tell whether the result is the answer key’s: a lucky hit is right too. To guess first, press Hide right and wrong.',
    },
    {
      title: 'Compare',
      say: 'Nobody tells it what to write. It only hears which of its own tries were better than the others.',
      act: 'Press Learn from this.',
      done: 'learn',
      see: 'Each try gets a reward. The post is their mean; the arrow from it to a try is the try’s advantage.',
    },
    {
      title: 'Update',
      say: 'What the better tries did gains weight, what the worse ones did loses it. That weight is all that is learned.',
      act: 'Press Try again with what it learned.',
      done: 'again',
      see: 'The same question, four new tries beside the old ones.',
    },
    {
      title: 'Play',
      say: 'One question proves nothing. The curve counts right answers to 20 questions it is never trained on.',
      act: 'Press Play, and watch the curve.',
      done: 'play',
      see: 'After 200 steps most are right. The band is a 95 % interval: 20 questions are not many.',
    },
    {
      title: 'Read',
      say: 'It wrote no code, and no language model was changed. What it learned are sentences with a weight.',
      act: 'Press Keep the few that decide, and read them.',
      see: 'A dozen or two give nearly all the same answers. Look inside shows every number that made them.',
    },
  ],
};
