/**
 * A question in, the best SQL out: a group of candidates is drawn, run, scored without gold and ranked.
 *
 * What the score is made of depends on where the hints act:
 *   - a sampler whose draws the hints steer (the built-in one): the reference-free total + LIKELIHOOD · ln π
 *     (choose.ts; measured against other rules in docs/answers.md). Agreement has no part in it: draws of one policy
 *     repeat its mistakes. How likely the answer is to be right is said beside it (calibration.ts).
 *   - a language model or recorded completions, which agree for better reasons: total with the agreement component at
 *     .5 (measured best, docs/learning.md) + Σ w f, the weights of the hints that fire.
 * What the reader said of answers to this very question stands above both. Gold is never looked at.
 */
import { choiceScores, hintScore } from '../grpo/choice.ts';
import { ConfigError, type GRPOConfig } from '../grpo/config.ts';
import { queryBudget, rewardWeights } from '../grpo/derived-settings.ts';
import { ownQuestion } from '../grpo/questions.ts';
import { seededRandom } from '../grpo/random.ts';
import { rewardModeWeights } from '../grpo/reward-modes.ts';
import { checkSeed } from '../grpo/run-settings.ts';
import { runAndScore, type ScoredSql } from '../grpo/run-once.ts';
import type { Database, PolicyView, Question, RewardModel, RewardWeights, Sample, Sampler } from '../grpo/types.ts';
import { fixedPolicy } from '../lab/evaluate.ts';
import { agreeingResults } from '../sql/agreeing.ts';
import { normaliseSql } from '../sql/normalise.ts';
import { SHIPPED, type Calibration } from './calibration.ts';
import { scoredMembers } from './choose.ts';
import { quickFirst } from './quick-first.ts';
import { rank, type Ran } from './rank.ts';
import { sureOf } from './sure.ts';
import { AGREEMENT_WEIGHT, MOST_SAMPLES, type AskAnswer, type AskRequest, type ScoredBy } from './types.ts';
import { noteOn } from './why.ts';

export type { AskAnswer, AskRequest };

export interface AskParts {
  readonly sampler: Sampler;
  readonly policy: PolicyView;
  readonly database: Database;
  readonly rewards: (weights: RewardWeights) => RewardModel;
  readonly config: GRPOConfig;
  /** SQL that the reader wrote as the answer to a question, in these words; none unless given. */
  readonly written?: (question: string) => readonly string[];
  /** What makes a probability of the evidence; the shipped fit unless given. */
  readonly calibration?: Calibration;
  readonly signal?: AbortSignal;
}

/**
 * Rejects with QuestionError (empty or too long), ConfigError (samples, seed), what the sampler rejects with
 * (ModelError), and AbortError.
 */
export async function ask(
  request: AskRequest,
  { sampler, policy, database, rewards, config, written = () => [], calibration = SHIPPED, signal }: AskParts,
): Promise<AskAnswer> {
  const { samples, seed, hints } = request;
  if (!(Number.isInteger(samples) && samples >= 1 && samples <= MOST_SAMPLES))
    throw new ConfigError(`The number of candidates must be a whole number from 1 to ${MOST_SAMPLES}, not ${samples}.`);
  checkSeed(seed);
  // Held-out questions may be asked: nothing is learned from asking.
  const question = ownQuestion(request.question, []);
  const acting = hints ? policy : fixedPolicy([]);

  const drawn = await draw(question, samples, seed, {
    sampler,
    policy: acting,
    config,
    ...(signal === undefined ? {} : { signal }),
  });
  // What the reader wrote stands among them, where the sampler did not find it.
  const texts = new Set(drawn.map(({ sql }) => normaliseSql(sql)));
  const own = written(question.question).filter((sql) => !texts.has(normaliseSql(sql)));
  const group = [...drawn, ...own.map(asSample)];
  // Draws that the hints steered carry their choices; elsewhere the hints have yet to act.
  const steered = drawn.every(({ choices }) => choices !== undefined);
  const scoredBy: ScoredBy = steered
    ? 'reward+likelihood'
    : hints && config.hints_in_choice
      ? 'reward+hints'
      : 'reward';
  const ran = await run(question, group, {
    database,
    rewards: rewards(weightsFor(config, steered)),
    policy: acting,
    config,
    scoredBy,
    ...(signal === undefined ? {} : { signal }),
  });
  const { schema } = database;
  const candidates = rank(ran, acting, scoredBy);
  const sure = sureOf(question, { group: ran, candidates, steered, calibration, schema });
  return {
    question: question.question,
    hints,
    seed,
    samples: drawn.length,
    scoredBy,
    sampler: { id: sampler.id, label: sampler.label, isLanguageModel: sampler.isLanguageModel },
    candidates,
    note: noteOn(candidates, schema, sure.sure?.unlinked ?? null),
    ...sure,
  };
}

const asSample = (sql: string): Sample => ({
  ...{ text: sql, sql, features: [], decisions: [] },
  ...{ logProbability: null, referenceLogProbability: null },
});

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

/** Reference-free whatever the run is rewarded with; what people said of the question always counts. */
function weightsFor(config: GRPOConfig, steered: boolean): RewardWeights {
  const set = rewardWeights(config);
  const own = set.validity + set.execution + set.quality + set.format > 0;
  const free = own ? set : rewardWeights({ ...config, ...rewardModeWeights('reference-free') });
  return {
    ...free,
    gold: 0,
    feedback: Math.max(1, set.feedback),
    agreement: steered ? 0 : AGREEMENT_WEIGHT,
  };
}

interface RunParts {
  readonly database: Database;
  readonly rewards: RewardModel;
  readonly policy: PolicyView;
  readonly config: GRPOConfig;
  readonly scoredBy: ScoredBy;
  readonly signal?: AbortSignal;
}

async function run(
  question: Question,
  group: readonly Sample[],
  { database, rewards, policy, config, scoredBy, signal }: RunParts,
): Promise<Ran[]> {
  const runs = await runAndScore(
    question,
    group.map(({ sql }) => sql),
    { database: quickFirst(database), rewards, budget: queryBudget(config), signal },
  );
  signal?.throwIfAborted();
  const classes = await agreeingResults(runs, database, signal);
  const members = scoredMembers(
    group.map((sample, i) => {
      const { execution, rewards: scored } = runs[i] as ScoredSql;
      return {
        ...{ sample, execution, rewards: scored, hintScore: hintScore(sample.features, policy) },
        ...{ sql: normaliseSql(sample.sql), logProbability: sample.logProbability },
        ...{ total: scored.total, result: classes[i] ?? null, rows: execution.rows.length },
        said: scored.components.feedback?.value ?? null,
      };
    }),
  );
  if (scoredBy === 'reward+likelihood') return members;
  const scores = choiceScores(
    members.map(({ total, sample: { features } }) => ({ total, features })),
    policy,
    scoredBy === 'reward+hints',
  );
  return members.map((member, i) => ({ ...member, score: member.total === null ? null : (scores[i] ?? null) }));
}
