/**
 * A question in, the best SQL out: a group of candidates is drawn, run, scored without gold and ranked.
 *
 * What the score is made of depends on where the hints act:
 *   - a sampler whose draws the hints steer (the sketch sampler): the reference-free total. With the starter policy on
 *     the held-out questions of 16 databases it is right for 48.5 % of the questions in the mean, the greedy answer for
 *     45.4, the vote for 44.6, the total with agreement for 45.3, with a tenth of the log-probability for 47.4
 *     (docs/learning.md, “What answers a question”; test/bench/ask-choice.ts): draws of one policy repeat its mistakes,
 *     so their agreement is weak evidence.
 *   - a language model or recorded completions, which agree for better reasons: total with the agreement component at
 *     .5 (measured best, docs/learning.md) + Σ w f, the weights of the hints that fire.
 * Gold is never looked at.
 */
import { choiceScores, hintScore } from '../grpo/choice.ts';
import { ConfigError, type GRPOConfig } from '../grpo/config.ts';
import { seededRandom } from '../grpo/random.ts';
import { rewardModeWeights } from '../grpo/reward-modes.ts';
import { rewardWeights, queryBudget } from '../grpo/derived-settings.ts';
import { runAndScore, type ScoredSql } from '../grpo/run-once.ts';
import { SHOWN_ROWS } from '../grpo/trainer.ts';
import type {
  Database,
  Execution,
  PolicyView,
  Question,
  RewardModel,
  RewardWeights,
  Sample,
  Sampler,
  ScoredRewards,
} from '../grpo/types.ts';
import { fixedPolicy } from '../lab/evaluate.ts';
import { agreeingResults } from '../sql/agreeing.ts';
import { normaliseSql } from '../sql/normalise.ts';
import {
  AGREEMENT_WEIGHT,
  MOST_SAMPLES,
  SHOWN_HINTS,
  type ActedHint,
  type AskAnswer,
  type AskCandidate,
  type AskRequest,
} from './types.ts';
import { noteOn, whyItLost } from './why.ts';
import { ownQuestion } from '../grpo/questions.ts';
import { checkSeed } from '../grpo/run-settings.ts';

export type { AskAnswer, AskRequest };

export interface AskParts {
  readonly sampler: Sampler;
  readonly policy: PolicyView;
  readonly database: Database;
  readonly rewards: (weights: RewardWeights) => RewardModel;
  readonly config: GRPOConfig;
  readonly signal?: AbortSignal;
}

/** One of the group, as it was drawn. */
interface Ran {
  readonly sample: Sample;
  readonly execution: Execution;
  readonly rewards: ScoredRewards;
  /** Equal for results that agree; null without a result. */
  readonly result: number | null;
  readonly hintScore: number;
  readonly score: number | null;
}

/**
 * Rejects with QuestionError (empty or too long), ConfigError (samples, seed), what the sampler rejects with
 * (ModelError), and AbortError.
 */
export async function ask(
  request: AskRequest,
  { sampler, policy, database, rewards, config, signal }: AskParts,
): Promise<AskAnswer> {
  const { samples, seed, hints } = request;
  if (!(Number.isInteger(samples) && samples >= 1 && samples <= MOST_SAMPLES))
    throw new ConfigError(`The number of candidates must be a whole number from 1 to ${MOST_SAMPLES}, not ${samples}.`);
  checkSeed(seed);
  // Held-out questions may be asked: nothing is learned from asking.
  const question = ownQuestion(request.question, []);
  const acting = hints ? policy : fixedPolicy([]);

  const group = await draw(question, samples, seed, {
    sampler,
    policy: acting,
    config,
    ...(signal === undefined ? {} : { signal }),
  });
  // Draws that the hints steered carry their choices; elsewhere the hints have yet to act.
  const steered = group.every(({ choices }) => choices !== undefined);
  const byHints = !steered && hints && config.hints_in_choice;
  const ran = await run(question, group, {
    database,
    rewards: rewards(weightsFor(config, steered)),
    policy: acting,
    config,
    byHints,
    ...(signal === undefined ? {} : { signal }),
  });
  const candidates = rank(ran, acting, byHints);
  return {
    question: question.question,
    hints,
    seed,
    samples: group.length,
    scoredBy: byHints ? 'reward+hints' : 'reward',
    sampler: { id: sampler.id, label: sampler.label, isLanguageModel: sampler.isLanguageModel },
    candidates,
    note: noteOn(candidates, database.schema),
  };
}

/** The greedy answer and the draws, which do not depend on whether the greedy answer used chance. */
async function draw(
  question: Question,
  samples: number,
  seed: number,
  { sampler, policy, config, signal }: Pick<AskParts, 'sampler' | 'policy' | 'config' | 'signal'>,
): Promise<Sample[]> {
  const request = () => ({
    question: question.question,
    policy,
    temperature: config.temperature,
    random: seededRandom(seed).next,
    ...(signal === undefined ? {} : { signal }),
  });
  const greedy = await sampler.greedy(request());
  signal?.throwIfAborted();
  return samples === 1 ? [greedy] : [greedy, ...(await sampler.generateGroup(request(), samples - 1))];
}

/** Reference-free whatever the run is rewarded with; what people said of the question counts where it has a weight. */
function weightsFor(config: GRPOConfig, steered: boolean): RewardWeights {
  const set = rewardWeights(config);
  const own = set.validity + set.execution + set.quality + set.format > 0;
  const free = own ? set : rewardWeights({ ...config, ...rewardModeWeights('reference-free') });
  return { ...free, gold: 0, feedback: set.feedback, agreement: steered ? 0 : AGREEMENT_WEIGHT };
}

interface RunParts {
  readonly database: Database;
  readonly rewards: RewardModel;
  readonly policy: PolicyView;
  readonly config: GRPOConfig;
  readonly byHints: boolean;
  readonly signal?: AbortSignal;
}

async function run(
  question: Question,
  group: readonly Sample[],
  { database, rewards, policy, config, byHints, signal }: RunParts,
): Promise<Ran[]> {
  const runs = await runAndScore(
    question,
    group.map(({ sql }) => sql),
    { database, rewards, budget: queryBudget(config), signal },
  );
  signal?.throwIfAborted();
  const classes = await agreeingResults(runs, database, signal);
  const totals = runs.map((one) => one.rewards.total);
  const scores = choiceScores(
    group.map(({ features }, i) => ({ total: totals[i] ?? null, features })),
    policy,
    byHints,
  );
  return group.map((sample, i): Ran => ({
    sample,
    execution: (runs[i] as ScoredSql).execution,
    rewards: (runs[i] as ScoredSql).rewards,
    result: classes[i] ?? null,
    hintScore: hintScore(sample.features, policy),
    score: totals[i] === null ? null : (scores[i] ?? null),
  }));
}

/** The same SQL once; with a result before without, then by score, then by how many agree, then as drawn. */
function rank(group: readonly Ran[], policy: PolicyView, byHints: boolean): AskCandidate[] {
  const others = group.filter(({ result }) => result !== null).length - 1;
  const agreementOf = ({ result }: Ran): AskCandidate['agreement'] =>
    result === null ? null : { same: group.filter((other) => other.result === result).length - 1, others };
  const bySql = new Map<string, Ran[]>();
  for (const one of group) {
    const key = normaliseSql(one.sample.sql);
    bySql.set(key, [...(bySql.get(key) ?? []), one]);
  }
  const ranked = [...bySql.values()]
    .flatMap((same) => {
      const [first] = same;
      return first === undefined ? [] : [{ first, same, agreement: agreementOf(first) }];
    })
    .sort(
      (a, b) =>
        Number(b.first.result !== null) - Number(a.first.result !== null) ||
        difference(b.first.score, a.first.score) ||
        (b.agreement?.same ?? 0) - (a.agreement?.same ?? 0),
    );
  const [best] = ranked;
  return ranked.map(({ first, same, agreement }, place): AskCandidate => {
    const { sample, execution, rewards, hintScore: score } = first;
    const acted = actedHints(sample, policy);
    return {
      sql: sample.sql,
      text: sample.text,
      ...(sample.origin === undefined ? {} : { origin: sample.origin }),
      count: same.length,
      greedy: same.some((one) => one === group[0]),
      execution: { ...execution, rows: execution.rows.slice(0, SHOWN_ROWS) },
      rowCount: execution.rows.length,
      rewards,
      hintScore: score,
      hints: acted.slice(0, SHOWN_HINTS),
      hintCount: acted.length,
      agreement,
      score: first.score,
      logProbability: sample.logProbability,
      why:
        place === 0 || best === undefined
          ? ''
          : whyItLost({ ...first, agreement }, { ...best.first, agreement: best.agreement }, byHints),
    };
  });
}

const difference = (a: number | null, b: number | null): number =>
  a === b ? 0 : a === null ? -1 : b === null ? 1 : a - b;

function actedHints({ features }: Sample, policy: PolicyView): ActedHint[] {
  return features
    .map(({ feature, value }) => ({ feature, weight: policy.weightOf(feature.key), times: value }))
    .filter(({ weight, times }) => weight !== 0 && times > 0)
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight) || (a.feature.key < b.feature.key ? -1 : 1))
    .map(({ feature: { key, cue, pattern, template }, weight, times }) => ({
      ...{ key, cue, pattern, template },
      ...{ weight, times },
    }));
}
