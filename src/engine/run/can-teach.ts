/** Whether a question teaches where gold rewards. Fetched for the first run in which it does. */
import type { GRPOConfig } from '../../grpo/config.ts';
import type { Database, Question } from '../../grpo/types.ts';
import { GoldError, GoldResults } from '../../lab/gold.ts';
import { teachable } from '../../lab/teachable.ts';

export { withCorrections } from '../../rewards/feedback.ts';

/** False for gold that teaches nothing or does not run. Rejects as the database does. */
export async function canTeach(
  question: Question,
  config: Pick<GRPOConfig, 'gold_weight'>,
  database: Database,
): Promise<boolean> {
  try {
    return (await teachable([question], config, new GoldResults(database))).questions.length > 0;
  } catch (error) {
    if (error instanceof GoldError) return false;
    throw error;
  }
}
