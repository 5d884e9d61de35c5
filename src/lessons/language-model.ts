/**
 * Lesson 6: completions that published models wrote for this database, as they come with it. They are drawn evenly, and
 * nothing of the models changes; hints are taught to choose among them, by the settings that were measured for that
 * (src/lab/choice-training.ts, docs/learning.md). With this seed the reward takes a wrong one of the first
 * six.
 */
import type { RunLesson } from './lesson.ts';

export const A_LANGUAGE_MODELS_GROUP: RunLesson = {
  id: 'a-language-models-group',
  title: 'A real language model’s group',
  about: 'Recorded answers of published models: which one would you take?',
  dataset: 'concert_singer',
  source: 'completions',
  start: 'none',
  seed: 6,
  settings: {
    group_size: 6,
    gold_weight: 4,
    learning_rate: 0.01,
    template_pattern: false,
    template_operator: false,
    template_name: false,
    template_pair: false,
  },
  steps: 42,
  shows: 'choice',
  screens: [
    {
      title: 'Six models',
      say: 'Six published language models answered this question. Their texts are recorded: nothing is written now, but each is run now.',
      act: 'Hide right and wrong, guess which are right, and show them again.',
      see: 'Fluent SQL is not yet right SQL. Each card says which model it is from.',
    },
    {
      title: 'Which one to take',
      say: 'Whoever asks wants one answer, and has no answer key. Something has to choose.',
      act: 'See in Which would be taken what the reward without the key chooses.',
      see: 'There are no hints yet, so with and without them the choice is the same.',
    },
    {
      title: 'Learn to choose',
      say: 'A model of billions of numbers stays as it is. Hints can still learn which of its answers to prefer.',
      act: 'Press Learn from this.',
      done: 'learn',
      see: 'With the answer key the better ones teach. A hint adds its weight to every answer it fits.',
    },
    {
      title: 'More groups',
      say: 'Another question, another six models, each time.',
      act: 'Press Play.',
      done: 'play',
      see: 'After some dozens of groups it pauses.',
    },
    {
      title: 'Did it help?',
      say: 'Counted is what would have been taken each time a question was new, before anything was learned from it.',
      act: 'Press Count over the run.',
      see: 'Good models leave little to gain. Over nine databases no gain beyond chance was measured (docs/learning.md).',
    },
  ],
};
