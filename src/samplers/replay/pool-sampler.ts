/** Completions that models published, as a source of groups: drawn by chance, never written here. */
import { hintScore } from '../../grpo/choice.ts';
import { exp } from '../../grpo/portable-math.ts';
import type { Random, Sample, Sampler, SampleRequest, Schema } from '../../grpo/types.ts';
import { extractSql } from '../../sql/extract.ts';
import { makeTextFeatures } from '../language/text-features.ts';

export interface PoolCompletion {
  /** The model it is from; '' when nobody said. */
  readonly source: string;
  /** As the model wrote it. */
  readonly text: string;
}

export interface PoolOptions {
  /** By question text, trimmed. */
  readonly completions: ReadonlyMap<string, readonly PoolCompletion[]>;
  readonly schema: Schema;
  /** As shown, e.g. “Recorded completions of 29 models”. */
  readonly label: string;
}

/** What a completion without a source is said to be from. */
const UNNAMED = 'an unnamed model';

/**
 * A sampler whose π_0 for a question is the uniform distribution over its recorded completions. A group is drawn from it without
 * replacement, by `request.random` alone: hints act on what is chosen of a group (grpo/choice.ts), not on what is drawn, so that
 * groups are the same with and without them. A question with fewer completions than asked for gives all of them, in an order by chance.
 *
 * `greedy` is the text of the greatest probability under π_h ∝ π_0 · exp(Σ w f): how often it was written, times exp(Σ w f);
 * of equals the one recorded first. There is no distribution of single tokens, hence no log-probabilities and no entropy.
 *
 * Rejects with an Error that says so for a question without completions, and with AbortError.
 */
export function makePoolSampler({ completions, schema, label }: PoolOptions): Sampler {
  const featuresOf = makeTextFeatures(schema);

  const poolOf = (question: string): readonly PoolCompletion[] => {
    const pool = completions.get(question.trim()) ?? [];
    if (pool.length === 0) throw new Error(`There are no recorded completions for the question “${question.trim().slice(0, 120)}”: only questions of the file can be answered from it.`);
    return pool;
  };

  const toSample = (question: string, { source, text }: PoolCompletion): Sample => {
    const { sql } = extractSql(text);
    return {
      text, sql, features: featuresOf(question, sql), logProbability: null, referenceLogProbability: null, decisions: [],
      origin: { model: source === '' ? UNNAMED : source, how: 'recorded' },
    };
  };

  return {
    id: 'completions', label, isLanguageModel: true,
    async generateGroup({ question, random, signal }: SampleRequest, count: number): Promise<Sample[]> {
      signal?.throwIfAborted();
      return drawn(poolOf(question), count, random).map((completion) => toSample(question, completion));
    },
    async greedy({ question, policy, signal }: SampleRequest): Promise<Sample> {
      signal?.throwIfAborted();
      const samples = poolOf(question).map((completion) => toSample(question, completion));
      const scores = samples.map(({ features }) => hintScore(features, policy));
      const highest = Math.max(...scores);
      const masses = new Map<string, number>();
      samples.forEach(({ sql }, i) => masses.set(sql, (masses.get(sql) ?? 0) + exp((scores[i] ?? 0) - highest)));
      return samples.reduce((best, sample) => ((masses.get(sample.sql) ?? 0) > (masses.get(best.sql) ?? 0) ? sample : best));
    },
    distribution: () => null,
  };
}

/** `count` different ones, or all, by the first steps of Fisher and Yates' shuffle; the pool stays as it is. */
function drawn<T>(pool: readonly T[], count: number, random: Random): T[] {
  const rest = [...pool];
  const taken: T[] = [];
  while (taken.length < count && rest.length > 0) {
    const at = Math.floor(random() * rest.length);
    taken.push(...rest.splice(at, 1, ...rest.slice(-1)));
    rest.pop();
  }
  return taken;
}
