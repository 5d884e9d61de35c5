/** The lessons, in order. A new one is a file and a line here. */
import { WHAT_IS_AN_ADVANTAGE } from './advantage.ts';
import type { Lesson, RunLesson } from './lesson.ts';
import { WHEN_IS_A_GROUP_USELESS } from './no-signal.ts';
import { WATCH_IT_LEARN } from './watch-it-learn.ts';

/** Opens the page of somebody who has never been here. */
export const FIRST_LESSON: RunLesson = WATCH_IT_LEARN;

export const LESSONS: readonly Lesson[] = [FIRST_LESSON, WHAT_IS_AN_ADVANTAGE, WHEN_IS_A_GROUP_USELESS];

export const isRunLesson = (lesson: Lesson): lesson is RunLesson => 'dataset' in lesson;
