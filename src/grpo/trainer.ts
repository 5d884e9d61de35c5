/**
 * GRPO over a policy layer: sample a group, run it, score it, compare it, move the hints. The sampler is frozen.
 * Reads top to bottom like Algorithm 1 of DeepSeekMath (arXiv 2402.03300), with the hints in the place of θ.
 */
import type { GroupAdvantages } from './advantage.ts';
import type { GRPOConfig } from './config.ts';
import { ddofOf, rewardWeights, queryBudget } from './derived-settings.ts';
import { advantagesOf } from './estimators/compare.ts';
import { AnswerMemory, isRight, temperatureOf } from './exploration.ts';
import { featureGradients, type TaughtCompletion } from './gradient.ts';
import type { retraced } from './iterations.ts';
import { addToSummary, EMPTY_SUMMARY, hintCounts, stepMetrics } from './metrics.ts';
import { PolicyLayer } from './policy.ts';
import { restoreRandom, seededRandom, shuffled, type SeededRandom } from './random.ts';
import { runAndScore, type ScoredSql } from './run-once.ts';
import { stepReport } from './step-report.ts';
import type {
  Completion,
  Database,
  Distribution,
  Execution,
  FeatureUse,
  Group,
  HintEdit,
  HintEvent,
  HintFeature,
  HintReason,
  PolicyHint,
  Question,
  RewardModel,
  RewardWeights,
  Sample,
  Sampler,
  ScoredRewards,
  Step,
  TrainerState,
  TrainingSummary,
  Verdict,
} from './types.ts';

/** Rows of a result kept in a step's record. Rewards see all rows; the record is for reading. */
export const SHOWN_ROWS = 20;

export interface TrainerOptions {
  readonly config: GRPOConfig;
  readonly sampler: Sampler;
  readonly database: Database;
  /** Makes the reward model for a setting of the weights. */
  readonly rewards: (weights: RewardWeights) => RewardModel;
  readonly seed: number;
  /** Continues a stored run; seed and random state come from it. */
  readonly state?: TrainerState;
  /**
   * Controls. off: the loop runs and changes no hint. shuffled: each group's advantages are dealt out at random among
   * its completions. Default on.
   */
  readonly learning?: 'on' | 'off' | 'shuffled';
  /** Whether entropy and KL of the policy that draws are computed at every step. Default true. */
  readonly distribution?: boolean;
  /**
   * The hints to steer by and to move, where several trainers share them (one for each database); hints of its own
   * unless given. Not together with `state`.
   */
  readonly policy?: PolicyLayer;
  /** Whether a feature may become a hint or move one; every feature may unless given. */
  readonly learns?: (feature: HintFeature) => boolean;
  /** Is told every step that was taken, sample by sample, in lines of text (step-report.ts). */
  readonly verbose?: (line: string) => void;
}

/** One completion on its way through the loop: sampled, executed, scored. */
export interface ScoredCompletion {
  readonly sample: Sample;
  readonly execution: Execution;
  readonly rewards: ScoredRewards;
  /** True for an earlier right answer in the place of one that was drawn. */
  readonly replayed?: boolean;
}

/** The completions of one question, and what it took to get them. */
interface DrawnGroup {
  readonly completions: readonly ScoredCompletion[];
  /** Groups drawn before it and thrown away. */
  readonly resampled: number;
  readonly temperature: number;
  /** Of the first draw; null when it is not computed. */
  readonly distribution: Distribution | null;
}

export class GRPOTrainer {
  readonly policy: PolicyLayer;
  readonly #sampler: Sampler;
  readonly #database: Database;
  readonly #rewards: TrainerOptions['rewards'];
  readonly #seed: number;
  readonly #learning: NonNullable<TrainerOptions['learning']>;
  readonly #measured: boolean;
  readonly #answers: AnswerMemory;
  /** Questions whose answer was shown, which is replayed whatever the settings say. */
  readonly #shown = new Set<string>();
  readonly #learns: TrainerOptions['learns'];
  readonly #verbose: TrainerOptions['verbose'];
  #random: SeededRandom;
  #config: GRPOConfig;
  #rewardModel: RewardModel;
  #step: number;
  #queue: readonly string[];
  #summary: TrainingSummary;

  constructor({
    config,
    sampler,
    database,
    rewards,
    seed,
    state,
    learning = 'on',
    distribution = true,
    policy,
    learns,
    verbose,
  }: TrainerOptions) {
    if (policy !== undefined && state !== undefined)
      throw new Error('A stored run has hints of its own and cannot share others.');
    this.#sampler = sampler;
    this.#database = database;
    this.#rewards = rewards;
    this.#config = config;
    this.#rewardModel = rewards(rewardWeights(config));
    this.#seed = state?.seed ?? seed;
    this.#learning = learning;
    this.#measured = distribution;
    this.#answers = new AnswerMemory(state?.answers);
    this.#learns = learns;
    this.#verbose = verbose;
    this.#random = state === undefined ? seededRandom(seed) : restoreRandom(state.randomState);
    this.#step = state?.step ?? 0;
    this.#queue = state?.queue ?? [];
    // Runs stored by earlier versions lack the newer counts.
    this.#summary = { ...EMPTY_SUMMARY, ...state?.summary };
    this.policy = policy ?? new PolicyLayer(state?.hints, state?.eventCount, state?.start);
    this.policy.configure(config);
  }

  get config(): GRPOConfig {
    return this.#config;
  }
  get sampler(): Sampler {
    return this.#sampler;
  }
  get seed(): number {
    return this.#seed;
  }
  /** Steps taken. */
  get step(): number {
    return this.#step;
  }

  /** Applies from the next step. */
  configure(config: GRPOConfig): void {
    this.#config = config;
    this.#rewardModel = this.#rewards(rewardWeights(config));
    this.policy.configure(config);
  }

  /**
   * Makes these hints the policy the run starts from: regularisation pulls towards them. Throws Error once a step was
   * taken.
   */
  startFrom(hints: readonly PolicyHint[], from: 'starter' | 'file'): HintEvent[] {
    if (this.#step > 0) throw new Error('A run can be given its start only before its first step.');
    return this.policy.restore(hints, 0, { id: 'start', from });
  }

  /** From now on a group of this question that is all wrong gets this right answer, as with the setting `replay`. */
  showAnswer(questionId: string, choices: readonly number[]): void {
    this.#shown.add(questionId);
    this.#answers.remember(questionId, choices);
  }

  /** STEP 1. G completions for one question from the frozen sampler, steered by the hints. */
  generateGroup(
    question: Question,
    count = this.#config.group_size,
    signal?: AbortSignal,
    temperature = this.#config.temperature,
  ): Promise<Sample[]> {
    return this.#sampler.generateGroup(
      { question: question.question, policy: this.policy, temperature, random: this.#random.next, signal },
      count,
    );
  }

  /** STEP 2. Runs every completion and scores it with the reward functions. */
  async computeRewards(
    samples: readonly Sample[],
    question: Question,
    signal?: AbortSignal,
  ): Promise<ScoredCompletion[]> {
    const runs = await runAndScore(
      question,
      samples.map(({ sql }) => sql),
      { database: this.#database, rewards: this.#rewardModel, budget: queryBudget(this.#config), signal },
    );
    return samples.map((sample, i) => ({ sample, ...(runs[i] as ScoredSql) }));
  }

  /** STEP 3. Rewards relative to their group, for every group of the batch at once. */
  computeAdvantages(batch: readonly (readonly ScoredCompletion[])[]): GroupAdvantages[] {
    return advantagesOf(batch, this.#config);
  }

  /**
   * STEP 4. Moves the hints along the policy gradient; the sampler stays as it is. `iteration`: which update on these
   * groups it is.
   */
  updatePolicyLayer(groups: readonly Group[], iteration = 1): HintEvent[] {
    const taught = groups.map((group, g) =>
      group.completions.map((completion): TaughtCompletion => ({
        group: g,
        index: completion.index,
        advantage: completion.advantage,
        teaches: completion.teaches,
        features:
          this.#learns === undefined
            ? completion.features
            : completion.features.filter(({ feature }) => this.#learns?.(feature) === true),
      })),
    );
    const gradients = featureGradients(taught, this.#config.gradient, (key) => this.policy.has(key));
    return this.policy.update(gradients, this.#config, this.#step, iteration);
  }

  /**
   * One step on one or more questions. Rejects with AbortError when aborted; nothing has changed then but the random
   * state. Rejects with ConfigError for more updates on a group than the sampler can serve.
   */
  async runStep(questions: readonly Question[], signal?: AbortSignal): Promise<Step> {
    // Most runs go over a group once, and a page that opens need not fetch the rest.
    const later = this.#config.num_iterations > 1 ? await import('./iterations.ts') : null;
    later?.checkIterations(this.#config, this.#sampler);
    const drawn: DrawnGroup[] = [];
    for (const question of questions) drawn.push(await this.#drawGroup(question, signal));
    const compared = this.computeAdvantages(drawn.map(({ completions }) => completions));
    const groups = questions.map((question, g) =>
      this.#group(question, drawn[g] as DrawnGroup, compared[g] as GroupAdvantages),
    );

    this.#step++;
    if (this.#config.replay) for (const group of groups) this.#remember(group);
    const { events, updated } = this.#learn(groups, later?.retraced);
    this.#summary = addToSummary(this.#summary, updated, events, this.policy.size);
    const step: Step = {
      number: this.#step,
      groups: updated.map(forTheRecord),
      events,
      ...hintCounts(events),
      metrics: stepMetrics(updated, ddofOf(this.#config), this.policy.size),
    };
    if (this.#verbose !== undefined) for (const line of stepReport(step)) this.#verbose(line);
    return step;
  }

  /** All updates on the groups of a step. `updated`: the groups with what the later updates met. */
  #learn(
    groups: readonly Group[],
    again: typeof retraced | undefined,
  ): { events: HintEvent[]; updated: readonly Group[] } {
    if (this.#learning === 'off') return { events: [], updated: groups };
    const events = this.updatePolicyLayer(groups);
    if (again === undefined) return { events, updated: groups };
    let gone = groups;
    const parts = { config: this.#config, sampler: this.#sampler, policy: this.policy };
    for (let iteration = 2; iteration <= this.#config.num_iterations; iteration++) {
      gone = gone.map((group) => again(group, parts));
      events.push(...this.updatePolicyLayer(gone, iteration));
    }
    return { events, updated: groups.map((group, g) => withUpdates(group, gone[g])) };
  }

  /** The next `questions_per_step` of a shuffled pass over the pool; a new pass begins when it is used up. */
  nextQuestions(pool: readonly Question[]): Question[] {
    if (pool.length === 0) throw new Error('There is no training question: every question is held out.');
    const byId = new Map(pool.map((question) => [question.id, question]));
    const taken: Question[] = [];
    while (taken.length < this.#config.questions_per_step) {
      if (this.#queue.length === 0) {
        this.#queue = shuffled([...byId.keys()], this.#random.next);
        this.#summary = { ...this.#summary, epochs: this.#summary.epochs + 1 };
      }
      const [id = '', ...rest] = this.#queue;
      this.#queue = rest;
      const question = byId.get(id);
      if (question !== undefined) taken.push(question);
    }
    return taken;
  }

  editHint(key: string, change: HintEdit): HintEvent[] {
    return this.policy.edit(key, change, this.#step, this.#config.weight_limit);
  }

  /** Goes back to a snapshot of the hints, as events. */
  reinstate(snapshot: readonly PolicyHint[], reason: HintReason): HintEvent[] {
    return this.policy.reinstate(snapshot, this.#step, reason);
  }

  getTrainingSummary(): TrainingSummary {
    return { ...this.#summary, hints: this.policy.size };
  }

  /** Plain data from which a run continues to the bit. */
  state(): TrainerState {
    return {
      seed: this.#seed,
      randomState: this.#random.state(),
      step: this.#step,
      hints: this.policy.hints,
      eventCount: this.policy.eventCount,
      queue: this.#queue,
      summary: this.getTrainingSummary(),
      start: this.policy.start,
      answers: this.#answers.state(),
    };
  }

  /** A group for one question: the first with a signal, or the last the budget allows. */
  async #drawGroup(question: Question, signal?: AbortSignal): Promise<DrawnGroup> {
    let distribution: Distribution | null = null;
    for (let again = 0; ; again++) {
      const temperature = temperatureOf(this.#config.temperature, again);
      const samples = await this.generateGroup(question, undefined, signal, temperature);
      if (again === 0 && this.#measured)
        distribution = this.#sampler.distribution(
          { question: question.question, policy: this.policy, temperature, signal },
          samples,
        );
      const completions = await this.#withReplay(
        await this.computeRewards(samples, question, signal),
        question,
        temperature,
        signal,
      );
      const [compared] = this.computeAdvantages([completions]);
      // Where all are known to be right there is nothing left to look for.
      const settled = compared?.noSignal !== true || completions.some(({ rewards }) => isRight(rewards));
      if (settled || again >= this.#config.resample_budget)
        return { completions, resampled: again, temperature, distribution };
    }
  }

  /**
   * An all-wrong group of a question whose right answer was found earlier gets that answer in the place of its last
   * completion, and is scored again as a whole (agreement looks at all of them). Off the policy like a hotter draw, and
   * like it taken without an importance weight: what was once right is imitated again, whatever its probability is now
   * (self-imitation learning, arXiv 1806.05635).
   */
  async #withReplay(
    completions: ScoredCompletion[],
    question: Question,
    temperature: number,
    signal?: AbortSignal,
  ): Promise<ScoredCompletion[]> {
    const replays = this.#config.replay || this.#shown.has(question.id);
    const choices = replays ? this.#answers.of(question.id) : null;
    if (choices === null || completions.some(({ rewards }) => isRight(rewards))) return completions;
    const answer =
      this.#sampler.replay?.({ question: question.question, policy: this.policy, temperature, signal }, choices) ??
      null;
    if (answer === null) return completions;
    const scored = await this.computeRewards(
      [...completions.slice(0, -1).map(({ sample }) => sample), answer],
      question,
      signal,
    );
    return scored.map((completion, i) => (i === scored.length - 1 ? { ...completion, replayed: true } : completion));
  }

  #remember({ questionId, completions }: Group): void {
    const found = completions.find(({ rewards, choices }) => choices !== undefined && isRight(rewards));
    if (found?.choices !== undefined) this.#answers.remember(questionId, found.choices);
  }

  /** The control that must not improve: the same advantages, on completions that did not earn them. */
  #dealt({ advantages, ...compared }: GroupAdvantages, scored: readonly ScoredCompletion[]): GroupAdvantages {
    const rewarded = scored.flatMap(({ rewards }, i) => (rewards.total === null ? [] : [i]));
    const dealt = [...advantages];
    shuffled(rewarded, this.#random.next).forEach((from, i) => {
      dealt[rewarded[i] ?? from] = advantages[from] ?? 0;
    });
    return { ...compared, advantages: dealt };
  }

  #group(question: Question, drawn: DrawnGroup, earned: GroupAdvantages): Group {
    const { completions: scored, resampled, temperature, distribution } = drawn;
    const compared = this.#learning === 'shuffled' ? this.#dealt(earned, scored) : earned;
    return {
      questionId: question.id,
      question: question.question,
      mean: compared.mean,
      sd: compared.sd,
      scale: compared.scale,
      noSignal: compared.noSignal,
      distribution,
      ...(resampled === 0 ? {} : { resampled, temperature }),
      completions: scored.map(({ sample, execution, rewards, replayed }, index): Completion => {
        const advantage = compared.advantages[index] ?? 0;
        // What the reader cut off says nothing about the policy.
        const teaches =
          sample.origin?.finish !== 'stopped' &&
          !compared.noSignal &&
          rewards.total !== null &&
          Math.abs(advantage) >= this.#config.min_advantage_threshold &&
          advantage !== 0;
        return {
          ...sample,
          index,
          execution,
          rowCount: execution.rows.length,
          rewards,
          advantage,
          teaches,
          verdict: verdictOf(advantage, teaches, compared.noSignal),
          ...(replayed === true ? { replayed } : {}),
        };
      }),
    };
  }
}

/** The group as it was drawn, with the ratios of the updates after the first. */
function withUpdates(group: Group, again: Group | undefined): Group {
  if (again === undefined) return group;
  const completions = group.completions.map((completion, i) => {
    const updates = again.completions[i]?.updates;
    return updates === undefined ? completion : { ...completion, updates };
  });
  return { ...group, completions };
}

function verdictOf(advantage: number, teaches: boolean, noSignal: boolean): Verdict {
  if (noSignal) return 'no-signal';
  if (!teaches) return 'neutral';
  return advantage > 0 ? 'reinforce' : 'penalize';
}

/**
 * Leaves out what only the update needed: rows beyond the first few, and features that were possible but not chosen.
 */
function forTheRecord(group: Group): Group {
  return {
    ...group,
    completions: group.completions.map((completion) => ({
      ...completion,
      execution: { ...completion.execution, rows: completion.execution.rows.slice(0, SHOWN_ROWS) },
      features: completion.features.filter((use: FeatureUse) => use.value > 0),
    })),
  };
}
