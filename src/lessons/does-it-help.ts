/** Lesson 9: two experiments of the Lab, of which one finds evidence. */
import type { LabLesson } from './lesson.ts';

export const DOES_IT_HELP: LabLesson = {
  id: 'does-it-help',
  title: 'Does it help?',
  about: 'Two experiments with controls: one finds evidence, one does not.',
  experiments: ['learning', 'variety'],
  screens: [
    {
      title: 'What would convince you?',
      say: 'A curve that rises may rise by luck. An experiment trains several times, and beside it something that learns nothing.',
      act: 'Run “Does learning help?”.',
      see: 'It asks both the same questions, which neither has seen, and says in words what the difference proves.',
    },
    {
      title: 'Evidence',
      say: 'Few facts, each asked in several wordings: what is learned on one helps on the next.',
      act: 'Read the verdict, and look whether 0 lies within the interval.',
      see: 'It does not: so large a difference would hardly come about by chance.',
    },
    {
      title: 'No evidence',
      say: 'The whole shop asks very different things, and few of them twice. As many steps are spread over many facts.',
      act: 'Press Ready-made, then run “Does it help on questions that do not repeat?”; it takes some minutes.',
      see: 'No evidence of a gain is not evidence of none. The verdict says how many facts the difference seen would take.',
    },
    {
      title: 'The control',
      say: 'In “shuffled” the advantages are dealt out at random: as much is moved, but nothing is learned.',
      act: 'Compare it with “gold”.',
      see: 'If shuffled did as well, the gain would come from something else. That is what a control is for.',
    },
  ],
};
