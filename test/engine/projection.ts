/**
 * What a run did, without how it is kept: a change of formats, names or folders leaves it as it is; a change of what is
 * sampled, rewarded or learned does not.
 */
import { cueWords, patternWords } from '../../src/grpo/wording.ts';
import type { PolicyHint, Step } from '../../src/grpo/types.ts';

/** Twelve digits: what the last bit of a sum in another order would change is not what this is about. */
const figure = (value: number | null | undefined): string =>
  value == null ? '-' : String(Number(value.toPrecision(12)));

/** One line a completion: step, question, status, reward components, total, advantage, SQL. */
export function stepLines({ number, groups }: Step): string[] {
  return groups.flatMap(({ questionId, completions }) =>
    completions.map(({ sql, execution, rewards: { components, total }, advantage }) => {
      const scores = Object.entries(components).map(([name, score]) => `${name} ${figure(score.value)}`);
      return [
        number,
        questionId,
        execution.status,
        ...scores,
        figure(total),
        figure(advantage),
        sql.replace(/\s+/g, ' '),
      ].join(' | ');
    }),
  );
}

/** One line a hint, in words, sorted. */
export function hintLines(hints: readonly PolicyHint[]): string[] {
  return hints
    .map(
      ({ cue, pattern, weight }) =>
        `${cue === null ? '*' : cueWords(cue)} | ${patternWords(pattern)} | ${figure(weight)}`,
    )
    .sort();
}
