/** The lessons, in order. A new one is a file and a line here. Fetched when another than the first is asked for. */
import { WHAT_IS_AN_ADVANTAGE } from './advantage.ts';
import { SEVERAL_UPDATES } from './clip.ts';
import { DOES_IT_HELP } from './does-it-help.ts';
import { THE_REWARD_IS_FOOLED } from './fooled.ts';
import { A_LANGUAGE_MODELS_GROUP } from './language-model.ts';
import type { Lesson } from './lesson.ts';
import { WHEN_IS_A_GROUP_USELESS } from './no-signal.ts';
import { FROM_ONE_DATABASE_TO_ANOTHER } from './starter.ts';
import { WATCH_IT_LEARN } from './watch-it-learn.ts';
import { WHY_THIS_HINT } from './why-this-hint.ts';

export const LESSONS: readonly Lesson[] = [
  WATCH_IT_LEARN,
  WHAT_IS_AN_ADVANTAGE,
  WHEN_IS_A_GROUP_USELESS,
  WHY_THIS_HINT,
  THE_REWARD_IS_FOOLED,
  A_LANGUAGE_MODELS_GROUP,
  FROM_ONE_DATABASE_TO_ANOTHER,
  SEVERAL_UPDATES,
  DOES_IT_HELP,
];
