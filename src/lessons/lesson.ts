/** What a lesson is: data. The page that shows it knows none of them by name. */
import { makeConfig, type GRPOConfig } from '../grpo/config.ts';
import type { StartChoice } from '../grpo/run-store.ts';

/** A change of the lesson's run that is the lesson's own button, since the page has none for it nearby. */
export interface Press {
  readonly label: string;
  /** Laid over the settings of the run. */
  readonly settings?: Partial<GRPOConfig>;
  /** Begins the run again from there. */
  readonly start?: StartChoice;
}

/** One short screen: one thing to do on the real page. */
export interface Screen {
  readonly title: string;
  /** What to look at, or to guess first. */
  readonly say: string;
  /** What to press. */
  readonly act: string;
  /** What should be seen then. */
  readonly see: string;
  /**
   * What of the page's own buttons, or `press`, does what is asked for, so that the lesson goes on by itself; after
   * 'learn' it only points at Next, since what was learned is on the screen for the first time and wants to be read.
   */
  readonly done?: 'learn' | 'again' | 'play' | 'press';
  readonly press?: Press;
  /** Step at which playing pauses while this screen is open; the lesson's last unless given. */
  readonly until?: number;
}

interface Told {
  /** In addresses: `#lesson/<id>/<screen>`. */
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** At most MOST_SCREENS. */
  readonly screens: readonly Screen[];
}

/** What stands beside the group in the place of the curve. */
export type Panel = 'credit' | 'reward' | 'choice' | 'starter';

/** A lesson on a run of its own. Lessons on one dataset have seeds of their own: by these their runs are known. */
export interface RunLesson extends Told {
  /** Of the datasets that ship with the page. */
  readonly dataset: string;
  /** The published completions that come with the dataset, in the place of the built-in sampler. */
  readonly source?: 'completions';
  /** Id of the question that is practised; all training questions unless given. */
  readonly question?: string;
  readonly start: StartChoice;
  readonly seed: number;
  /** Those that are not the defaults. */
  readonly settings: Partial<GRPOConfig>;
  /** Steps after which it has been seen: playing pauses there. */
  readonly steps: number;
  readonly shows?: Panel;
}

/** A lesson on one formula, with values to be changed; each screen may begin with some of its own. */
export interface FormulaLesson extends Told {
  readonly formula: 'advantage' | 'no-signal' | 'clip';
  readonly screens: readonly (Screen & Partial<FormulaValues>)[];
}

/** A lesson on experiments of the Lab, by their ids. */
export interface LabLesson extends Told {
  readonly experiments: readonly string[];
}

export interface FormulaValues {
  /** Rewards of a group, by their completions. */
  readonly rewards: readonly number[];
  /** Divide by G (0) or by G − 1 (1) under the root. */
  readonly ddof: 0 | 1;
  /** What somebody else printed for these rewards, and why it is not what comes out. */
  readonly published: { readonly sd: number; readonly advantages: readonly number[]; readonly why: string };
  /** Chance that one completion is right, and how many make a group. */
  readonly chance: number;
  readonly groupSize: number;
  /** Chance of each completion of `rewards` when the group was drawn, and now. */
  readonly before: readonly number[];
  readonly now: readonly number[];
}

export type Lesson = RunLesson | FormulaLesson | LabLesson;

export const MOST_SCREENS = 5;

export const isRunLesson = (lesson: Lesson): lesson is RunLesson => 'dataset' in lesson;
export const isFormulaLesson = (lesson: Lesson): lesson is FormulaLesson => 'formula' in lesson;

/** What tells the run of a lesson from other runs: not its settings, which a reader may change. */
export interface RunMarks {
  readonly dataset: string | null;
  readonly seed: number;
  /** Kind of the source of its groups. */
  readonly source: string;
}

export const isRunOf = (lesson: RunLesson, { dataset, seed, source }: RunMarks): boolean =>
  lesson.dataset === dataset && lesson.seed === seed && (lesson.source ?? 'sketch') === source;

/** What a run of the lesson begins with for a reader who comes in at a screen: what earlier screens press is done. */
export interface Beginning extends Pick<RunLesson, 'dataset' | 'source' | 'question' | 'start' | 'seed'> {
  readonly settings: Partial<GRPOConfig>;
}

/** `screen` from 0. */
export function beginningOf(lesson: RunLesson, screen = 0): Beginning {
  const { dataset, source, question, seed } = lesson;
  const pressed = lesson.screens.slice(0, screen).flatMap(({ press }) => press ?? []);
  return {
    dataset,
    ...(source === undefined ? {} : { source }),
    ...(question === undefined ? {} : { question }),
    seed,
    start: pressed.reduce((start, press) => press.start ?? start, lesson.start),
    settings: pressed.reduce((settings, press) => ({ ...settings, ...press.settings }), lesson.settings),
  };
}

/** Every setting that a run of the lesson may have got from it, in the order of its screens. */
export function settingsOf(lesson: RunLesson): GRPOConfig[] {
  return [...lesson.screens.keys(), lesson.screens.length].map((screen) =>
    makeConfig(beginningOf(lesson, screen).settings),
  );
}
