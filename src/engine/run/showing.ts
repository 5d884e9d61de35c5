/**
 * Learning from SQL that somebody gave as right: the sampler is looked at until it writes it by itself, or something
 * that means the same, and that answer is shown in each group that finds none.
 */
import { isRight } from '../../grpo/exploration.ts';
import { seededRandom } from '../../grpo/random.ts';
import type { GRPOTrainer, ScoredCompletion } from '../../grpo/trainer.ts';
import type { Question, Sample, Step } from '../../grpo/types.ts';
import { lexCode } from '../../sql/lex.ts';

/** Groups that are drawn, each hotter than the last, until one of them has it. */
const TEMPERATURES = [0.8, 1.2, 1.6, 2, 2];
const DRAWS = 96;
/** Steps at most where the answer is shown, and where it cannot be. */
const SHOWN_STEPS = 60;
export const UNSHOWN_STEPS = 12;
/** Groups in a row that have to be right by themselves before enough is learned. */
const ENOUGH = 3;

/**
 * Draws until the sampler has written what is as right as `sql`, and shows the trainer what is most like it. Changes
 * nothing of the run's own random state. Resolves to the steps that are worth taking: 0 where nothing drawn is right,
 * which would only move hints to and fro. Rejects as the sampler does.
 */
export async function showWritten(
  trainer: GRPOTrainer,
  question: Question,
  sql: string,
  signal: AbortSignal,
): Promise<number> {
  const { sampler, policy } = trainer;
  // It cannot write the same again.
  if (sampler.replay === undefined || sampler.isLanguageModel) return UNSHOWN_STEPS;
  const random = seededRandom(trainer.seed + trainer.step).next;
  for (const temperature of TEMPERATURES) {
    const drawn = await sampler.generateGroup(
      { question: question.question, policy, temperature, random, signal },
      DRAWS,
    );
    const scored = await trainer.computeRewards(different(drawn), question, signal);
    const choices = mostLike(sql, scored)?.sample.choices;
    if (choices === undefined) continue;
    trainer.showAnswer(question.id, choices);
    return SHOWN_STEPS;
  }
  return 0;
}

function different(drawn: readonly Sample[]): Sample[] {
  const bySql = new Map(drawn.map((sample) => [sample.sql, sample]));
  return [...bySql.values()];
}

/** The right completion that has most words in common with it; undefined for none. */
function mostLike(sql: string, scored: readonly ScoredCompletion[]): ScoredCompletion | undefined {
  const words = wordsOf(sql);
  const likeness = ({ sample }: ScoredCompletion): number => {
    const own = wordsOf(sample.sql);
    return [...own].filter((word) => words.has(word)).length / (own.size + words.size);
  };
  const right = scored.filter(({ rewards, sample }) => isRight(rewards) && sample.choices !== undefined);
  return right.reduce<ScoredCompletion | undefined>(
    (most, one) => (most === undefined || likeness(one) > likeness(most) ? one : most),
    undefined,
  );
}

const wordsOf = (sql: string): Set<string> =>
  new Set(lexCode(sql).flatMap(({ kind, value }) => (kind === 'punctuation' ? [] : [value.toLowerCase()])));

/** Whether the last groups were right by themselves: all that was drawn, and nothing shown. */
export class FoundByItself {
  #row = 0;

  take(step: Step | null): void {
    const found = step?.groups.every(({ completions }) =>
      completions.every(({ rewards, replayed }) => replayed !== true && isRight(rewards)),
    );
    this.#row = found === true ? this.#row + 1 : 0;
  }

  get isEnough(): boolean {
    return this.#row >= ENOUGH;
  }
}
