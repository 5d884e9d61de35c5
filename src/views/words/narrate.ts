/** What a step did, in two sentences made from its numbers. */
import { decimal, inWords } from '../../charts/format.ts';
import { hasSpread, present } from '../../grpo/advantage.ts';
import type { GRPOConfig } from '../../grpo/config.ts';
import { estimatorOf } from '../../grpo/estimators/compare.ts';
import { REWARD_COMPONENT_LABELS } from '../../grpo/reward-modes.ts';
import type { Completion, Group, HintPattern, RewardComponent, Step } from '../../grpo/types.ts';
import { changesOf, usersOf, type Change } from './changes.ts';
import { mishap } from './outcome.ts';

export interface Phrase {
  readonly text: string;
  readonly tone?: 'gain' | 'loss';
  /** What a hint does, to be said in words in the place of `text`. */
  readonly pattern?: HintPattern;
}

export interface Story {
  readonly headline: readonly Phrase[];
  readonly detail: readonly Phrase[];
}

/** Two advantages or rewards closer than this read as the same. */
const SAME = 0.005;

export const NO_LEARNING = 'The learning rate is 0, so nothing moves.';

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** "Completion 2", "Completions 2 and 3", "Completions 1, 2 and 4". */
export function named(completions: readonly Completion[]): string {
  const numbers = completions.map(({ index }) => String(index + 1));
  if (numbers.length === 1) return `Completion ${numbers[0] ?? ''}`;
  return `Completions ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1) ?? ''}`;
}

/** The text of a story, for reading aloud. */
export function spoken(phrases: readonly Phrase[]): string {
  return phrases.map(({ text }) => text).join('');
}

/** Why a group whose rewards differ teaches nothing, where it is the estimator that says so; null for any other. */
export function silenceOf({ noSignal, completions }: Group, config: GRPOConfig): string | null {
  const differ = noSignal && hasSpread(present(completions.map(({ rewards }) => rewards.total)));
  return differ ? (estimatorOf(config).silent ?? null) : null;
}

/** What one group of a step did, under the settings the step was taken with. */
export function tellStep(step: Step, groupIndex: number, config: GRPOConfig): Story {
  const group = step.groups[groupIndex] ?? step.groups[0];
  if (group === undefined) return { headline: [{ text: 'This step had no group.' }], detail: [] };
  const changes = changesOf(step);
  const silent = silenceOf(group, config);
  if (silent !== null)
    return {
      headline: [{ text: 'The rewards of this group differ, and still it carries no signal.' }],
      detail: [{ text: silent }],
    };
  if (group.noSignal)
    return noSignal(
      group,
      changes.length > 0,
      step.events.every(({ gradientTerm }) => gradientTerm === 0),
    );
  const teaching = group.completions.filter(({ teaches }) => teaches);
  if (teaching.length === 0) {
    return {
      headline: [{ text: 'The group is too close to teach anything.' }],
      detail: [
        { text: `No advantage reaches the minimum of ${decimal(config.min_advantage_threshold)} in either direction.` },
      ],
    };
  }
  const story = signal(group, groupIndex, changes, estimatorOf(config).unit, config.learning_rate === 0);
  return config.learning_rate === 0 ? { ...story, detail: [...story.detail, { text: ` ${NO_LEARNING}` }] } : story;
}

function noSignal(group: Group, moves: boolean, onlyPull: boolean): Story {
  const size = group.completions.length;
  if (group.mean === null) {
    return {
      headline: [
        { text: `None of the ${inWords(size)} completions could be scored, so there is nothing to learn from.` },
      ],
      detail: [{ text: 'A reward that could not be computed is left out; here that leaves none.' }],
    };
  }
  const all = size === 2 ? 'Both' : `All ${inWords(size)}`;
  return {
    headline: [
      {
        text: `${all} completions scored ${decimal(group.mean)}, so this group carries no signal${moves ? '' : ' and no weight moves'}.`,
      },
    ],
    detail: [
      {
        text: `Learning needs differences inside a group. Here there are none: every reward equals the mean, so every advantage is zero${moves && onlyPull ? ', and only the KL pull is left' : ''}.`,
      },
    ],
  };
}

function signal(group: Group, groupIndex: number, changes: readonly Change[], unit: string, off: boolean): Story {
  const sorted = [...group.completions]
    .filter(({ rewards }) => rewards.total !== null)
    .sort((a, b) => b.advantage - a.advantage);
  const top = sorted[0];
  const bottom = sorted.at(-1);
  if (top === undefined || bottom === undefined) return { headline: [], detail: [] };
  const best = sorted.filter((completion) => top.advantage - completion.advantage < SAME);
  const worst = sorted.filter((completion) => completion.advantage - bottom.advantage < SAME);
  const bestTeaches = best.some(({ teaches }) => teaches);
  const worstTeaches = worst.some(({ teaches }) => teaches);
  // The fewer that differ are the news: three right and one wrong is about the wrong one.
  const aboutBest = bestTeaches && (!worstTeaches || top.advantage >= -bottom.advantage - SAME);
  // Why nothing moved is said elsewhere when the learning rate is 0: it is not for want of a pattern.
  const moved = changes.length > 0 || off;
  const headline: Phrase[] = aboutBest
    ? [
        { text: `${named(best)} beat ${best.length > 1 ? 'their' : 'its'} group by ` },
        { text: `${decimal(top.advantage)} ${unit}`, tone: 'gain' },
        ...outcome(best, groupIndex, changes, 1, moved),
      ]
    : [
        { text: `${named(worst)} fell ` },
        { text: `${decimal(-bottom.advantage)} ${unit}`, tone: 'loss' },
        { text: ` below ${worst.length > 1 ? 'their' : 'its'} group` },
        ...outcome(worst, groupIndex, changes, -1, moved),
      ];
  return {
    headline,
    detail: aboutBest ? sayWorst(worst, best, unit, changes, groupIndex) : sayBest(best, unit, changes, groupIndex),
  };
}

/** ", so its patterns gain weight." or why they do not. */
function outcome(
  completions: readonly Completion[],
  groupIndex: number,
  changes: readonly Change[],
  sign: 1 | -1,
  moved: boolean,
): Phrase[] {
  const whose = completions.length > 1 ? 'their' : 'its';
  if (strongest(completions, groupIndex, changes, sign) !== undefined) {
    return [
      { text: `, so ${whose} patterns ` },
      { text: sign > 0 ? 'gain weight' : 'lose weight', tone: sign > 0 ? 'gain' : 'loss' },
      { text: '.' },
    ];
  }
  return [{ text: moved ? '.' : ', but no pattern stands out enough to become a hint.' }];
}

/** The hint that moved most in the direction `sign` through these completions. */
function strongest(
  completions: readonly Completion[],
  groupIndex: number,
  changes: readonly Change[],
  sign: 1 | -1,
): Change | undefined {
  const indices = new Set(completions.map(({ index }) => index));
  return changes.find(
    (change) => change.delta * sign > 0 && usersOf(change, groupIndex).some((index) => indices.has(index)),
  );
}

function sayWorst(
  worst: readonly Completion[],
  best: readonly Completion[],
  unit: string,
  changes: readonly Change[],
  groupIndex: number,
): Phrase[] {
  const [first] = worst;
  if (first === undefined) return [];
  const why = worst.length === 1 ? (mishap(first.execution) ?? comparison(first, best[0], 'less')) : null;
  const text: Phrase[] = [
    { text: `${named(worst)} ${why === null ? '' : `${why} and `}fell ` },
    { text: `${decimal(-first.advantage)} ${unit}`, tone: 'loss' },
    { text: ' below the mean' },
  ];
  return [...text, ...following(worst, groupIndex, changes, -1)];
}

function sayBest(best: readonly Completion[], unit: string, changes: readonly Change[], groupIndex: number): Phrase[] {
  const [first] = best;
  if (first === undefined) return [];
  const text: Phrase[] = [
    { text: `${named(best)} came out ` },
    { text: `${decimal(first.advantage)} ${unit}`, tone: 'gain' },
    { text: ' above the mean' },
  ];
  return [...text, ...following(best, groupIndex, changes, 1)];
}

function following(
  completions: readonly Completion[],
  groupIndex: number,
  changes: readonly Change[],
  sign: 1 | -1,
): Phrase[] {
  const change = strongest(completions, groupIndex, changes, sign);
  if (change === undefined) return [{ text: '.' }];
  return [
    { text: '; ' },
    { text: change.pattern, pattern: change.feature.pattern },
    { text: sign > 0 ? ' gains weight.' : ' loses weight.' },
  ];
}

/** "scored less for quality": the component in which two completions differ most. */
function comparison(completion: Completion, other: Completion | undefined, word: 'less'): string | null {
  const gaps = Object.entries(completion.rewards.components).flatMap(([name, score]) => {
    const theirs = other?.rewards.components[name as RewardComponent]?.value ?? null;
    return score.value === null || theirs === null
      ? []
      : [{ name: name as RewardComponent, gap: theirs - score.value }];
  });
  const widest = gaps.sort((a, b) => b.gap - a.gap)[0];
  return widest === undefined || widest.gap <= 0.05
    ? null
    : `scored ${word} for ${REWARD_COMPONENT_LABELS[widest.name].toLowerCase()}`;
}

/** Before the first step. */
export function tellStart(groupSize: number): Story {
  return {
    headline: [{ text: `${capital(inWords(groupSize))} answers to one question, compared with one another.` }],
    detail: [
      { text: 'Press Step: the policy writes SQL, SQLite runs it, and what did better than its group gains weight.' },
    ],
  };
}
