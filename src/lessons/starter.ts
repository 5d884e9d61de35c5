/**
 * Lesson 7: hints that were learned elsewhere. Both counts are made on the reader's machine, on the same held-out
 * questions. The shop's training questions are among those that the starter was learned on, which the lesson says:
 * on databases that it never saw no gain beyond its interval was measured (docs/learning.md).
 */
import type { RunLesson } from './lesson.ts';

export const FROM_ONE_DATABASE_TO_ANOTHER: RunLesson = {
  id: 'from-one-database-to-another',
  title: 'From one database to another',
  about: 'What hints that were learned elsewhere are worth: counted here, question by question.',
  dataset: 'shop',
  start: 'none',
  seed: 7,
  settings: { max_vm_steps: 1 },
  steps: 20,
  shows: 'starter',
  screens: [
    {
      title: 'Without hints',
      say: 'It has learned nothing yet. It is asked every held-out question of the shop once, and answers as best it can.',
      act: 'Guess how many are right; then read the count.',
      see: 'Much is known without any hint: what a question asks for can often be read from its words.',
    },
    {
      title: 'With hints from elsewhere',
      say: 'A hint that names no table can be taken along. The starter’s were learned on fifteen databases.',
      act: 'Press Begin with the starter.',
      press: { label: 'Begin with the starter', start: 'starter' },
      done: 'press',
      see: 'The same questions are asked again.',
    },
    {
      title: 'Question by question',
      say: 'Some questions are answered now that were not, and some no more.',
      act: 'Compare the two: gained and lost.',
      see: 'Only these count. What is right either way says nothing of the hints.',
    },
    {
      title: 'How sure is that?',
      say: 'With other questions the difference would have been another one. The interval says how much other.',
      act: 'Look whether 0 lies within the interval.',
      see: 'The shop’s other questions were among those it learned on. On databases it never saw the gain was too small to tell from chance.',
    },
  ],
};
