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
      say: 'One question, four tries: a group of completions. Each is SQL that was run on the shop’s database, beside its result.',
      act: 'Compare the results, and see which are marked right.',
      see: 'Right means the same result as the answer key’s SQL, by luck too. To guess first, press Hide right and wrong below.',
    },
    {
      title: 'Compare',
      say: 'Nobody tells it what to write: it only compares its own tries. That is GRPO, group relative policy optimization.',
      act: 'Press Learn from this.',
      done: 'learn',
      see: 'Each try gets a reward. The dashed line is their mean, the arrow from it to a try the advantage. Often it is also divided by the spread: the next lesson.',
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
      act: 'Choose Max, press Play, and watch the curve.',
      done: 'play',
      see: 'It goes up and down, and stops after 200 steps, when most are right. The band is a 95 % interval: 20 questions are not many.',
    },
    {
      title: 'Read',
      say: 'No program and no language model was changed. All that it learned are sentences with a weight.',
      act: 'When it has stopped, press Keep the few that decide, below what it has learned, and read them.',
      see: 'Some dozens at most give nearly all the same answers. Look inside shows every number that made them.',
    },
  ],
};
