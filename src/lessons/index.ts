/** The lessons, in order. A new one is a file and a line here. */
import type { Lesson } from './lesson.ts';
import { WATCH_IT_LEARN } from './watch-it-learn.ts';

export type { Lesson, Screen } from './lesson.ts';

/** The first opens the page of somebody who has never been here. */
export const LESSONS: readonly [Lesson, ...Lesson[]] = [WATCH_IT_LEARN];
