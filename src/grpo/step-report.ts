/**
 * A step as lines of text, for whoever follows a run without a page: of each sample the question, its completions, what
 * scored them, and what becomes of them.
 */
import { REWARD_COMPONENT_LABELS } from './reward-modes.ts';
import { REWARD_COMPONENTS } from './types.ts';
import type { Completion, Group, ScoredRewards, Step } from './types.ts';

/**
 * Lines without line breaks. Nothing in them can steer a terminal: questions and SQL lose their control characters.
 */
export function stepReport({ number, groups, hintsCreated, hintsUpdated }: Step): string[] {
  return [
    `Step ${number}`,
    `Samples processed: ${groups.length}`,
    `Hints created: ${hintsCreated}`,
    `Hints updated: ${hintsUpdated}`,
    ...groups.flatMap((group) => ['', ...groupReport(group)]),
    '',
  ];
}

function groupReport({ question, completions, mean, sd }: Group): string[] {
  return [
    `Question: ${oneLine(question)}`,
    ...completions.flatMap(({ index, sql, rewards }) => [
      `  SQL ${index + 1}: ${oneLine(sql) || '(none)'}`,
      `    ${componentsText(rewards)}`,
      `    Total Reward: ${figure(rewards.total, 3)}`,
    ]),
    `  mean ${figure(mean, 3)}, sd ${figure(sd, 3).replace('+', '')}`,
    ...completions.map(
      (completion) =>
        `  SQL ${completion.index + 1}: advantage=${figure(completion.advantage, 3)} → ${outcome(completion)}`,
    ),
  ];
}

/** What the sign says, and where that has no effect, so. */
function outcome({ verdict, advantage, teaches }: Completion): string {
  if (verdict === 'no-signal') return 'NO SIGNAL (all rewards are equal)';
  if (advantage === 0) return 'NEUTRAL';
  return `${advantage > 0 ? 'REINFORCE' : 'PENALIZE'}${teaches ? '' : ' (moves no hint)'}`;
}

function componentsText({ components, cappedAt }: ScoredRewards): string {
  const scores = REWARD_COMPONENTS.flatMap((name) => {
    const score = components[name];
    return score === undefined ? [] : [`${REWARD_COMPONENT_LABELS[name]}: ${figure(score.value, 2)}`];
  });
  return [...scores, ...(cappedAt === undefined ? [] : [`evades the question: at most ${figure(cappedAt, 2)}`])].join(
    ', ',
  );
}

/** With its sign as a terminal's keyboard has it, "-" and "+"; "–" for none. */
function figure(value: number | null, digits: number): string {
  if (value === null) return '–';
  const text = value.toFixed(digits);
  return Number(text) < 0 ? text : `+${text.replace('-', '')}`;
}

const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
