/** What the engine has of an open dataset: where its groups come from, what rewards them, what was said of them. */
import type { GRPOConfig } from '../../grpo/config.ts';
import type { RewardModel, RewardWeights } from '../../grpo/types.ts';
import type { Dataset, EnginePorts } from '../engine-ports.ts';
import { FeedbackBook } from '../../rewards/feedback-book.ts';
import { fetched } from '../fetched.ts';
import { keptFile } from './kept-files.ts';
import { ChosenSampler } from '../sources/chosen-sampler.ts';
import { forQuestions, type Completions } from '../sources/completions.ts';
import { TrainingPool } from './training-pool.ts';

export interface DatasetParts {
  readonly dataset: Dataset;
  readonly sampler: ChosenSampler;
  readonly rewards: (weights: RewardWeights) => RewardModel;
  readonly feedback: FeedbackBook;
  readonly pool: TrainingPool;
}

/** `settings`: those of the run in hand. */
export function partsOf(dataset: Dataset, ports: EnginePorts, settings: () => GRPOConfig): DatasetParts {
  const { questions, database } = dataset;
  const { schema } = database;
  const feedback = new FeedbackBook(dataset.name);
  return {
    dataset,
    feedback,
    rewards: ports.makeRewards(dataset, feedback.provider),
    pool: new TrainingPool(database, questions, feedback.provider),
    sampler: new ChosenSampler({
      schema,
      sketch: ports.makeSampler(schema),
      model: ports.model,
      settings,
      languageSampler: ports.languageSampler,
      feedback: () => feedback.entries,
      published: dataset.loadCompletions ?? null,
      fromFile: (id) => completionsOf(id, dataset, ports),
    }),
  };
}

/** The same with other questions: `dataset` has the database of `parts`. */
export function withQuestions(parts: DatasetParts, dataset: Dataset): DatasetParts {
  const { database, questions } = dataset;
  return { ...parts, dataset, pool: new TrainingPool(database, questions, parts.feedback.provider) };
}

/** Rejects when the file is gone, or is for other questions. */
async function completionsOf(id: string, { questions }: Dataset, ports: EnginePorts): Promise<Completions> {
  const { name, text } = await keptFile(id, ports, 'The file of completions');
  const { parseCompletions } = await fetched(import('../../formats/completions-file.ts'));
  return forQuestions(parseCompletions(text, name), questions, name);
}
