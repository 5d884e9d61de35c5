/**
 * What is done about groups that have nothing to teach: drawing again, hotter, and replaying answers known to be right.
 */
import type { RememberedAnswer, ScoredRewards } from './types.ts';

/** Factor of the temperature with each further draw, and the highest it goes. */
const HOTTER = 1.5;
const HOTTEST = 2;
/** Questions whose right answer is remembered; the oldest goes first. */
export const KEPT_ANSWERS = 2000;

/**
 * The temperature of the `again`-th further draw; the set one for 0.
 *
 * Dynamic sampling is DAPO's (arXiv 2503.14476, §3.2), which replaces prompts whose group has no signal by other
 * prompts. Here the same question is asked again, more freely. A hotter group is off the policy that answers: the
 * gradient it gives is that of the same weights at the temperature it was drawn at, provided that E f comes from the
 * distribution that drew it, which is why the sampler returns E f with each sample. That gradient is taken without
 * importance weights: both policies share their logits, so what helps the hotter one moves the same logits the same
 * way, while the weights Π π_T/π_T' of whole completions would mostly be near 0 and seldom huge.
 */
export function temperatureOf(set: number, again: number): number {
  return again === 0 ? set : Math.max(set, Math.min(HOTTEST, set * HOTTER ** again));
}

/**
 * Known to be right: by gold where it could be computed, otherwise by what people said. Relevance alone proves nothing,
 * and what evades the question is not right when it hits.
 */
export function isRight({ components, cappedAt }: ScoredRewards): boolean {
  if (cappedAt !== undefined) return false;
  const gold = components.gold?.value ?? null;
  return gold === null ? components.feedback?.value === 1 : gold === 1;
}

/** For each question the choices of the right completion found last. */
export class AnswerMemory {
  readonly #choices: Map<string, readonly number[]>;

  constructor(answers: readonly RememberedAnswer[] = []) {
    this.#choices = new Map(answers.map(({ questionId, choices }) => [questionId, choices]));
  }

  of(questionId: string): readonly number[] | null {
    return this.#choices.get(questionId) ?? null;
  }

  remember(questionId: string, choices: readonly number[]): void {
    this.#choices.delete(questionId);
    this.#choices.set(questionId, choices);
    if (this.#choices.size <= KEPT_ANSWERS) return;
    for (const oldest of this.#choices.keys()) {
      this.#choices.delete(oldest);
      break;
    }
  }

  /** Plain data, oldest first. */
  state(): RememberedAnswer[] {
    return [...this.#choices].map(([questionId, choices]) => ({ questionId, choices }));
  }
}
