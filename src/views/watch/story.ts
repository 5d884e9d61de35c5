/** What the watch view says: one headline a moment, in everyday words, made from the numbers. */
import { decimal, inWords, plural } from '../../charts/format.ts';
import { isRight } from '../../grpo/exploration.ts';
import type { Completion, Group } from '../../grpo/types.ts';
import type { PhaseId } from '../../state/speeds.ts';
import type { UnseenPoint } from '../../lab/unseen.ts';
import { ofAll } from '../words/unseen.ts';

/** Whether a completion is right; null where nobody knows: no answer key took part in the reward. */
export function rightOf({ rewards }: Pick<Completion, 'rewards'>): boolean | null {
  const known = [rewards.components.gold, rewards.components.feedback].some((part) => (part?.value ?? null) !== null);
  return known || rewards.cappedAt !== undefined ? isRight(rewards) : null;
}

/** How many are right; null where it is not known of one of them. */
export function countRight(completions: readonly Completion[]): number | null {
  const known = completions.map(rightOf);
  return known.includes(null) ? null : known.filter((right) => right === true).length;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
/** "One is", "Two are", "None is". */
const soMany = (number: number): string =>
  number === 0 ? 'None is' : `${capital(inWords(number))} ${number === 1 ? 'is' : 'are'}`;

/** "Try 2", "Tries 2 and 3". */
export function triesNamed(completions: readonly Completion[]): string {
  const numbers = completions.map(({ index }) => String(index + 1));
  if (numbers.length === 1) return `Try ${numbers[0] ?? ''}`;
  return `Tries ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1) ?? ''}`;
}

/** The headline over a group at one of its stages. `before`: how many of the tries at it before were right. */
export function headlineOf(group: Group, stage: PhaseId, isStamped: boolean, before: number | null): string {
  const { completions } = group;
  const right = countRight(completions);
  const tries = `${capital(inWords(completions.length))} tries at one question`;
  if (stage === 'sample') return `${tries}, written by a policy that has only its hints to go by.`;
  if (stage === 'execute') {
    if (right === null) return `${tries}. Nobody has the answer key: the rewards have to do.`;
    if (!isStamped) return `${tries}. Which are right?`;
    if (before !== null) return `${soMany(right)} right now; ${before === 0 ? 'none' : inWords(before)} before.`;
    return `${tries}. ${soMany(right)} right.`;
  }
  if (stage === 'score') return 'Each try gets a reward, from −1 to 1.';
  if (group.mean === null || group.noSignal) return allAlike(right, completions.length);
  if (stage === 'compare')
    return `The mean of the group is ${decimal(group.mean)}. What counts is the distance from it.`;
  return outcomeHeadline(completions);
}

/** Of a group without differences. */
function allAlike(right: number | null, size: number): string {
  const all = size === 2 ? 'Both' : `All ${inWords(size)}`;
  if (right === size) return `${all} are right, so there is nothing to learn from this group.`;
  if (right === 0) return `${all} are equally wrong, so there is nothing to learn from this group.`;
  return `${all} are worth the same, so there is nothing to learn from this group.`;
}

/** Of the update: which tries taught it. */
function outcomeHeadline(completions: readonly Completion[]): string {
  const teaching = completions.filter(({ teaches }) => teaches);
  const above = teaching.filter(({ advantage }) => advantage > 0);
  const below = teaching.filter(({ advantage }) => advantage < 0);
  if (teaching.length === 0) return 'The tries are too close to one another to teach anything.';
  const what = (those: readonly Completion[]): string => `what ${those.length === 1 ? 'it' : 'they'} did`;
  if (above.length > 0)
    return `${triesNamed(above)} beat ${above.length === 1 ? 'its' : 'their'} group, so ${what(above)} gains weight.`;
  return `${triesNamed(below)} fell behind ${below.length === 1 ? 'its' : 'their'} group, so ${what(below)} loses weight.`;
}

/** One sentence for each stage, under its name. */
const STAGE_SENTENCES: Readonly<Record<PhaseId, string>> = {
  sample: 'The policy writes several tries at the same question: a group of completions.',
  execute: 'SQLite runs each of them on the database. These are their real results.',
  score: 'Reward functions score what ran: is it valid, does it run, does it fit, is it clean, is it right?',
  compare: 'The dashed line is the mean of the group. The arrow from it to a try is the advantage of that try.',
  update:
    'What the tries above the mean did gains weight (underlined in blue); what those below did loses it (orange).',
};

/** Under the name of a stage: of an update that moved nothing, that. */
export function stageSentence(stage: PhaseId, group: Group | null): string {
  const isMute = stage === 'update' && group?.completions.some(({ teaches }) => teaches) === false;
  return isMute ? 'Nobody stands out in this group, so no hint moves by what it did.' : STAGE_SENTENCES[stage];
}

/** Once a run has gone on: how many questions it never saw it answers now. */
export function progressHeadline(start: UnseenPoint | null, now: UnseenPoint, hints: number): string {
  const asked = now.answers.length;
  const from = start === null || start === now ? '' : `; ${start.right} before training`;
  return `${ofAll(now.accuracy, asked)} right, on questions it was never trained on${from}. All it learned: ${plural(hints, 'hint')}.`;
}
