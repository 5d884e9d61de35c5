/** Completions that models published, as a source of groups: drawn by chance, never written here. */
import { hintScore } from '../../grpo/choice.ts';
import { exp } from '../../grpo/portable-math.ts';
import { drawIndex } from '../../grpo/random.ts';
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
  /** Of the sampler; `completions` unless given. */
  readonly id?: string;
  /** By question text, trimmed. */
  readonly completions: ReadonlyMap<string, readonly PoolCompletion[]>;
  readonly schema: Schema;
  /** As shown, e.g. “Recorded completions of 29 models”. */
  readonly label: string;
  /**
   * Total rewards of SQL texts for a question; null for one without. Given, groups are drawn by the policy that
   * chooses, see below.
   */
  readonly totals?: (
    question: string,
    sql: readonly string[],
    signal?: AbortSignal,
  ) => Promise<readonly (number | null)[]>;
}

/** What a completion without a source is said to be from. */
const UNNAMED = 'an unnamed model';

/** A total that could not be computed counts as the lowest reward. */
const LOWEST = -1;

interface Pooled {
  readonly sample: Sample;
  /** Its total reward; null where no `totals` were given. */
  readonly total: number | null;
}

/**
 * A sampler whose π_0 for a question is the uniform distribution over its recorded completions. A group is drawn
 * without replacement by `request.random`; a question with fewer completions than asked for gives all of them.
 *
 * Without `totals` hints act on what is chosen of a group (grpo/choice.ts), not on what is drawn: groups are the same
 * with and without them. This is how a choice is evaluated.
 *
 * With `totals` completions are drawn one after the other ∝ exp((total + Σ w f) / temperature): by the very policy that
 * chooses. This is how a choice is taught: groups are made of the completions that reward and hints confuse, a mistake
 * that the reward sees through comes up rarely, and a hint that does its work is taught less and less. Drawn evenly,
 * hints would learn once more what the reward knows, and together they would overrule it.
 *
 * `greedy` is the text of the greatest probability: of equal texts all copies count; of equally probable ones the one
 * recorded first. There is no distribution of single tokens, hence no log-probabilities and no entropy.
 *
 * Rejects with an Error that says so for a question without completions, and with AbortError.
 */
export function makePoolSampler({ id = 'completions', completions, schema, label, totals }: PoolOptions): Sampler {
  const featuresOf = makeTextFeatures(schema);
  const known = new Map<string, readonly Pooled[]>();

  const poolOf = async (question: string, signal: AbortSignal | undefined): Promise<readonly Pooled[]> => {
    signal?.throwIfAborted();
    const asked = question.trim();
    let pool = known.get(asked);
    if (pool === undefined) {
      const samples = (completions.get(asked) ?? []).map(toSample);
      if (samples.length === 0)
        throw new Error(
          `There are no recorded completions for the question “${asked.slice(0, 120)}”: only questions of the file can be answered from it.`,
        );
      const texts = [...new Set(samples.map(({ sql }) => sql))];
      const rewards = await totals?.(asked, texts, signal);
      pool = samples.map((sample) => ({
        sample,
        total: rewards === undefined ? null : (rewards[texts.indexOf(sample.sql)] ?? LOWEST),
      }));
      known.set(asked, pool);
    }
    return pool;
  };

  /** Features are made when they are asked for: they take more room than texts, and have a memory of their own. */
  const withFeatures = (question: string, { sample }: Pooled): Sample => ({
    ...sample,
    features: featuresOf(question, sample.sql),
  });

  const logits = (
    pool: readonly Pooled[],
    { question, policy, temperature }: Omit<SampleRequest, 'random'>,
  ): number[] =>
    pool.map(({ sample, total }) => {
      const hints = hintScore(featuresOf(question, sample.sql), policy);
      return total === null ? hints : (total + hints) / temperature;
    });

  return {
    id,
    label,
    isLanguageModel: true,
    async generateGroup(request: SampleRequest, count: number): Promise<Sample[]> {
      const { question, random, signal } = request;
      const pool = await poolOf(question, signal);
      return drawn(pool, totals === undefined ? pool.map(() => 0) : logits(pool, request), count, random).map((one) =>
        withFeatures(question, one),
      );
    },
    async greedy(request: SampleRequest): Promise<Sample> {
      const { question, signal } = request;
      const pool = await poolOf(question, signal);
      const scores = logits(pool, request);
      const highest = Math.max(...scores);
      const masses = new Map<string, number>();
      pool.forEach(({ sample: { sql } }, i) =>
        masses.set(sql, (masses.get(sql) ?? 0) + exp((scores[i] ?? 0) - highest)),
      );
      const massOf = ({ sample: { sql } }: Pooled): number => masses.get(sql) ?? 0;
      return withFeatures(
        question,
        pool.reduce((best, one) => (massOf(one) > massOf(best) ? one : best)),
      );
    },
    distribution: () => null,
  };
}

function toSample({ source, text }: PoolCompletion): Sample {
  const { sql } = extractSql(text);
  return {
    text,
    sql,
    features: [],
    logProbability: null,
    referenceLogProbability: null,
    decisions: [],
    origin: { model: source === '' ? UNNAMED : source, how: 'recorded' },
  };
}

/** `count` different ones, or all, one after the other ∝ exp(logit) among those that are left. */
function drawn<T>(pool: readonly T[], logits: readonly number[], count: number, random: Random): T[] {
  const rest = pool.map((item, i) => ({ item, logit: logits[i] ?? 0 }));
  const taken: T[] = [];
  while (taken.length < count && rest.length > 0) {
    // Relative to the highest that is left, so that one weight is always 1.
    const highest = rest.reduce((most, { logit }) => Math.max(most, logit), -Infinity);
    const [one] = rest.splice(
      drawIndex(
        rest.map(({ logit }) => exp(logit - highest)),
        random,
      ),
      1,
    );
    if (one !== undefined) taken.push(one.item);
  }
  return taken;
}
