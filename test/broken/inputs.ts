/** Everything broken that may come from outside, in one list. */
import { OF_ADDRESSES } from './addresses.ts';
import { DATABASES } from './databases.ts';
import type { BrokenInput } from './input.ts';
import { OTHER_FILES } from './other-files.ts';
import { QUESTIONS } from './questions.ts';
import { RECORDINGS } from './recordings.ts';
import { TABLES } from './tables.ts';
import { TAKEN_HOME } from './taken-home.ts';

export const BROKEN_INPUTS: readonly BrokenInput[] = [
  ...TABLES,
  ...DATABASES,
  ...QUESTIONS,
  ...TAKEN_HOME,
  ...OTHER_FILES,
  ...RECORDINGS,
  ...OF_ADDRESSES,
];
