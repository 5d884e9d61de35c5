/** What the page says of right answers on questions that a run never saw. */
import { count, plural, signed } from '../../charts/format.ts';
import type { StartChoice } from '../../grpo/run-store.ts';
import type { Parting } from '../../lab/part-ways.ts';
import type { UnseenCounts, UnseenPoint } from '../../lab/unseen.ts';

/** What the level at step 0 is called. */
export function startName(from: StartChoice): string {
  return from === 'starter' ? 'starter policy' : 'before training';
}

/** "21 of 65", of a share that is of so many. */
export function ofAll(share: number, asked: number): string {
  return `${count(Math.round(share * asked))} of ${count(asked)}`;
}

/** The interval in answers: "15 to 27". */
export function intervalText({ low, high }: Pick<UnseenPoint, 'low' | 'high'>, asked: number): string {
  return `${count(Math.round(low * asked))} to ${count(Math.round(high * asked))}`;
}

/** "after step 40: 21 of 65 right, 95 % interval 15 to 27". */
export function pointText(point: UnseenPoint): string {
  const asked = point.answers.length;
  const when = point.step === 0 ? 'before the first step' : `after step ${count(point.step)}`;
  return `${when}: ${ofAll(point.accuracy, asked)} right, 95 % interval ${intervalText(point, asked)}`;
}

/** How many questions and answers are behind the curve. */
export function behindText({ asked, practised, answers, wordings, heldOut }: Omit<UnseenCounts, 'ids'>): string {
  const which =
    asked < answers
      ? `${count(asked)} of ${count(answers)} different answers, chosen once by lot`
      : plural(answers, 'different answer');
  const keyless = heldOut - wordings;
  return `One wording each of ${which} (${plural(wordings, 'held-out question')}${keyless === 0 ? '' : `; ${count(keyless)} more have no answer key that can be compared with`}), answered greedily.${practisedText(practised, asked)}`;
}

/** Never seen are the questions: what they ask for may be what others train. */
function practisedText(practised: number, asked: number): string {
  if (practised === 0) return '';
  const which = practised === asked ? 'What they ask for is' : `What ${count(practised)} of them ask for is`;
  return ` ${which} practised in other words.`;
}

/** One sentence for a run whose reward rose while right answers did not. */
export function partingText({ reward, right }: Parting, start: UnseenPoint, now: UnseenPoint): string {
  const asked = now.answers.length;
  const answers = (share: number): string => signed(share * asked, 0);
  const rose = `The reward rose by ${signed(reward.difference)} (95 %: ${signed(reward.low)} to ${signed(reward.high)}), but right answers on unseen questions`;
  const counted = `from ${count(start.right)} to ${ofAll(now.accuracy, asked)} (95 %: ${answers(right.low)} to ${answers(right.high)})`;
  return right.high < 0
    ? `${rose} fell ${counted}: the policy has learnt to please the reward.`
    : `${rose} did not rise by more than chance: ${counted}. So far only the reward is sure to have grown.`;
}
