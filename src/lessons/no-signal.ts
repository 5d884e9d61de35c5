/** Lesson 3: how often a group has nothing to teach, and what its size does about that. */
import type { FormulaLesson } from './lesson.ts';

export const WHEN_IS_A_GROUP_USELESS: FormulaLesson = {
  id: 'when-is-a-group-useless',
  title: 'When is a group useless?',
  about: 'All right or all wrong: how often that happens, by chance of being right and size of the group.',
  formula: 'no-signal',
  screens: [
    {
      title: 'All alike',
      say: 'A group learns from differences. With a right-or-wrong reward it has none when all are right, or all wrong.',
      act: 'Read how often four tries are alike when one in ten is right.',
      see: 'Two of three groups are wasted: all four are wrong with a chance of .9 × .9 × .9 × .9 = .66.',
      chance: 0.1,
      groupSize: 4,
    },
    {
      title: 'Larger groups',
      say: 'More tries make it likelier that one of them is right. They also cost more.',
      act: 'Make the group larger, until fewer than one in five is useless.',
      see: 'Sixteen tries do it, four times as many as at first: each further try helps less.',
      chance: 0.1,
      groupSize: 4,
    },
    {
      title: 'When it has learned',
      say: 'Near the end nearly everything is right. That is a success, and it is also the end of the learning.',
      act: 'Raise the chance from .5 to .95.',
      see: 'At .5 one group in eight is useless, at .95 most are again: what is always right is not practised any more.',
      chance: 0.5,
      groupSize: 4,
    },
  ],
};
