/**
 * A person who judges some of the groups, played by gold: up for what is right, down for what is wrong, in the place of
 * people so that learning from feedback can be measured. It is labelled as simulated wherever its figures appear.
 */
import type { FeedbackProvider, Judgements } from '../grpo/feedback.ts';
import { seededRandom } from '../grpo/random.ts';
import type { GoldResults } from '../lab/gold.ts';

export interface SimulatedFeedbackOptions {
  readonly gold: GoldResults;
  /** Of the groups, which share is judged, in [0, 1]. */
  readonly share: number;
  /** Decides which. */
  readonly seed: number;
}

/**
 * Judges every completion of a share of the groups it is shown, where gold can be compared. Like a person's, its thumbs
 * stay: in later groups they hold for the same SQL and for SQL with the same result.
 */
export function simulatedFeedback({ gold, share, seed }: SimulatedFeedbackOptions): FeedbackProvider {
  const random = seededRandom(seed).next;
  const thumbs = new Map<string, Map<string, boolean>>();
  return async (question, completions) => {
    const own = thumbs.get(question.id) ?? new Map<string, boolean>();
    if (random() < share) {
      for (const { sql, execution } of completions) {
        const right = own.get(sql) ?? (await gold.matches(question, execution));
        if (right !== null) own.set(sql, right);
      }
      thumbs.set(question.id, own);
    }
    return own.size === 0 ? null : judgements(own);
  };
}

function judgements(thumbs: ReadonlyMap<string, boolean>): Judgements {
  const texts = (up: boolean): string[] => [...thumbs].flatMap(([sql, right]) => (right === up ? [sql] : []));
  return { approved: texts(true), disapproved: texts(false), corrected: [] };
}
