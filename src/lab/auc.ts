/**
 * Does a score put right answers above wrong ones? Measured within questions: a question's own difficulty says nothing
 * about which of its answers is right, and the advantage compares inside one group as well.
 */

/** One answer to a question: whether it is right, and its score; null where it has none. */
export interface JudgedAnswer {
  readonly correct: boolean;
  readonly score: number | null;
}

export interface Auc {
  /** Share of the pairs in which the right answer has the higher score, ties counting half; null without pairs. */
  readonly auc: number | null;
  /** Pairs of a right and a wrong answer to the same question that both have a score. */
  readonly pairs: number;
}

/** Scores differ only beyond the noise of adding decimals. */
const TIE = 1e-9;

/**
 * The area under the ROC curve within questions: Mann and Whitney's U over all pairs of one right and one wrong answer
 * to the same question, summed over questions and divided by all pairs (so that a question counts by its pairs).
 */
export function withinQuestionAuc(questions: readonly (readonly JudgedAnswer[])[]): Auc {
  let pairs = 0;
  let wins = 0;
  for (const answers of questions) {
    const wrong = answers.filter(({ correct, score }) => !correct && score !== null);
    for (const right of answers) {
      if (!right.correct || right.score === null) continue;
      for (const { score } of wrong) {
        const lead = right.score - (score ?? 0);
        wins += lead > TIE ? 1 : lead < -TIE ? 0 : 0.5;
      }
      pairs += wrong.length;
    }
  }
  return { auc: pairs === 0 ? null : wins / pairs, pairs };
}
