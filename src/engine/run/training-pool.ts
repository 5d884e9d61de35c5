/** The questions a run of the page draws from. */
import type { GRPOConfig } from '../../grpo/config.ts';
import type { FeedbackProvider } from '../../grpo/feedback.ts';
import type { Database, Question } from '../../grpo/types.ts';
import type { Teachable } from '../../lab/teachable.ts';
import { fetched } from '../fetched.ts';
import { trainingPool } from '../../grpo/questions.ts';

/** Remembers which gold teaches: gold runs once, and a corrected SQL once more. */
export class TrainingPool {
  readonly #database: Database;
  readonly #training: readonly Question[];
  readonly #feedback: FeedbackProvider;
  readonly #teaches = new Map<string, Promise<boolean>>();

  constructor(database: Database, questions: readonly Question[], feedback: FeedbackProvider) {
    this.#database = database;
    this.#training = trainingPool(questions);
    this.#feedback = feedback;
  }

  /** The training questions; where gold rewards, without those whose gold teaches nothing, or does not run at all. */
  async of(config: Pick<GRPOConfig, 'gold_weight' | 'feedback_weight'>): Promise<Teachable> {
    if (config.gold_weight === 0) return { questions: this.#training, leftOut: [] };
    const { canTeach, withCorrections } = await fetched(import('./can-teach.ts'));
    const verdicts: boolean[] = [];
    for (const question of this.#training) {
      const said = config.feedback_weight > 0 ? await this.#feedback(question, []) : null;
      verdicts.push(await this.#canTeach(withCorrections(question, said), config, canTeach));
    }
    return {
      questions: this.#training.filter((_, i) => verdicts[i] === true),
      leftOut: this.#training.filter((_, i) => verdicts[i] !== true).map(({ id }) => id),
    };
  }

  #canTeach(
    question: Question,
    config: Pick<GRPOConfig, 'gold_weight'>,
    canTeach: (question: Question, config: Pick<GRPOConfig, 'gold_weight'>, database: Database) => Promise<boolean>,
  ): Promise<boolean> {
    const key = JSON.stringify([question.id, question.sql, question.sqlAlternatives]);
    const known = this.#teaches.get(key);
    if (known !== undefined) return known;
    const found = canTeach(question, config, this.#database).catch((error: unknown): never => {
      this.#teaches.delete(key);
      throw error;
    });
    this.#teaches.set(key, found);
    return found;
  }
}
