/**
 * The policy layer: weighted, readable hints, changed only through events.
 *
 * π_h(y|q) ∝ π_0(y|q) · exp(Σ_k w_k f_k(q, y)): the form of the KL-regularised optimum π* ∝ π_0 exp(r/β)
 * (e.g. DPO, arXiv 2305.18290, eq. 4). A hint is one w_k with its f_k in words.
 */
import { ACTS_IN_FULL, actingShare, actingWeight, isAllowed, type ActingConfig } from './acting.ts';
import type { GRPOConfig } from './config.ts';
import type { FeatureGradient } from './gradient.ts';
import type {
  HintCause,
  HintEvent,
  HintEventType,
  HintEvidence,
  HintFeature,
  PolicyHint,
  PolicyView,
} from './types.ts';

/** A weight smaller than this with the evidence against it is pruned. */
export const PRUNE_WEIGHT = 0.02;
/** Teaching completions before a hint may be pruned or merged: below it, nothing is known about it. */
export const SETTLED_SUPPORT = 6;
/** Steps for which a new or freshly taught hint is safe from making room: long enough to be met again. */
export const FRESH_STEPS = 50;
/** The published group size, for which `new_hint_threshold` is stated. */
const REFERENCE_COMPLETIONS = 4;
/** Two hints conflict only when both weigh at least this much. */
export const CONFLICT_WEIGHT = 0.2;

const NO_EVIDENCE: HintEvidence = { support: 0, positive: 0, advantage: 0, steps: 0 };

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

/** Characters of a cue or pattern that a sentence repeats. */
const LONGEST_IN_SENTENCE = 400;

/** A hint in one sentence. */
export function describeHint(feature: HintFeature, weight: number, evidence: HintEvidence): string {
  if (feature.template === 'guidance') {
    const shown = `Mean advantage ${signed(evidence.advantage / evidence.support)} in ${evidence.support} completion${evidence.support === 1 ? '' : 's'} that ${evidence.support === 1 ? 'was' : 'were'} given it.`;
    return evidence.support === 0 ? feature.pattern : `${feature.pattern} ${shown}`;
  }
  const when = feature.cue === null ? 'For every question' : `When the question says “${feature.cue}”`;
  const what = weight < 0 ? 'avoid' : 'prefer';
  if (evidence.support === 0) return `${when}, ${what} ${feature.pattern}.`;
  const average = evidence.advantage / evidence.support;
  return `${when}, ${what} ${feature.pattern}: mean advantage ${signed(average)} in ${evidence.support} completion${evidence.support === 1 ? '' : 's'}.`;
}

/** What becomes of one hint by another way than training; null when it goes. */
export interface HintChange {
  readonly type: HintEventType;
  readonly key: string;
  readonly hint: PolicyHint | null;
  /** Why, in words. */
  readonly reason: string;
  readonly causes?: readonly HintCause[];
}

/**
 * The hints and their log's length. All changes go through methods that return the events they made.
 *
 * Hints restored at step 0, before anything was learned, are the policy the run starts from: regularisation pulls
 * towards their weights, and they are given up only for evidence against them.
 */
export class PolicyLayer implements PolicyView {
  readonly #hints = new Map<string, PolicyHint>();
  /** What `weightOf` answers: never 0. */
  readonly #weights = new Map<string, number>();
  /** Weights at the start of the run: never 0. */
  readonly #start: Map<string, number>;
  #acting = ACTS_IN_FULL;
  #eventCount: number;
  #version = 0;

  constructor(hints: readonly PolicyHint[] = [], eventCount = 0, start: Readonly<Record<string, number>> = {}) {
    this.#start = new Map(Object.entries(start));
    for (const hint of hints) this.#put(hint);
    this.#eventCount = eventCount;
  }

  get hints(): readonly PolicyHint[] {
    return [...this.#hints.values()];
  }
  get size(): number {
    return this.#hints.size;
  }
  get eventCount(): number {
    return this.#eventCount;
  }
  get version(): number {
    return this.#version;
  }
  has(key: string): boolean {
    return this.#hints.has(key);
  }
  /** The logit a feature adds: its hint's weight as far as it acts (acting.ts), 0 without one. */
  weightOf(key: string): number {
    return this.#weights.get(key) ?? 0;
  }
  /** The weights the run started from, those that are not 0. */
  get start(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#start);
  }

  /** Which hints act, and how much, from now on. No weight changes, so there is no event. */
  configure(acting: ActingConfig): void {
    const same = (Object.keys(ACTS_IN_FULL) as (keyof ActingConfig)[]).every(
      (name) => acting[name] === this.#acting[name],
    );
    if (same) return;
    this.#acting = acting;
    for (const hint of this.hints) this.#put(hint);
  }

  /**
   * One GRPO update for the features active in the step, clipped to ±weight_limit:
   *
   *   Δw_k = learning_rate · s_k · g_k − learning_rate · kl_coef · (w_k − w_k,start)
   *
   * s_k = n/(n + evidence_hold) is the chain rule for a hint that acts with s_k·w_k (1 without a hold-down). n counts
   * this step's completions too: a new hint has w = 0, where every s gives the same policy, and would never move with n
   * = 0. With learning_rate 0 nothing changes and no event is made.
   */
  update(gradients: readonly FeatureGradient[], config: GRPOConfig, step: number): HintEvent[] {
    this.configure(config);
    if (config.learning_rate === 0) return [];
    // The gradient is a mean over the step's completions: its spread by chance shrinks with the root of their number.
    const threshold =
      config.new_hint_threshold * Math.sqrt(REFERENCE_COMPLETIONS / (config.group_size * config.questions_per_step));
    const events: HintEvent[] = [];
    const settled: PolicyHint[] = [];
    for (const taught of gradients) {
      if (!isAllowed(taught.feature, config)) continue;
      const hint = this.#hints.get(taught.feature.key);
      if (hint?.enabled === false) continue;
      // A sentence for the prompt is proposed, never made of what was seen: once it is deleted, it is gone.
      if (hint === undefined && taught.feature.template === 'guidance') continue;
      const evidence = addEvidence(hint?.evidence ?? NO_EVIDENCE, taught);
      const share = actingShare(evidence.support, config.evidence_hold);
      if (hint === undefined && (Math.abs(taught.gradient) < threshold || share === 0)) continue;
      const before = hint?.weight ?? 0;
      const start = this.#startOf(taught.feature.key);
      const gradientTerm = config.learning_rate * taught.gradient * share;
      const decayTerm = before === start ? 0 : -config.learning_rate * config.kl_coef * (before - start);
      const after = Math.min(config.weight_limit, Math.max(-config.weight_limit, before + gradientTerm + decayTerm));
      if (hint !== undefined && gradientTerm === 0 && decayTerm === 0 && taught.support === 0) continue;
      const next: PolicyHint = {
        ...(hint ?? { ...taught.feature, enabled: true, createdAt: step }),
        weight: after,
        evidence,
        updatedAt: step,
        hintType: after < 0 ? 'avoid' : 'prefer',
        description: describeHint(taught.feature, after, evidence),
      };
      const type: HintEventType = hint === undefined ? 'create' : gradientTerm === 0 ? 'decay' : 'update';
      events.push(
        this.#record({
          step,
          type,
          key: next.key,
          before: hint?.weight ?? null,
          after,
          gradientTerm,
          decayTerm,
          causes: taught.causes,
          reason: reasonFor(type, taught, start),
          hint: next,
          ...(start === 0 ? {} : { pulledTo: start }),
          ...(share === 1 ? {} : { share }),
        }),
      );
      settled.push(next);
    }
    for (const hint of settled) {
      const start = this.#startOf(hint.key);
      // A hint the run started from may come near 0 with the evidence of earlier runs still for it: then it stays.
      const against =
        start !== 0
          ? start * hint.evidence.advantage < 0
          : hint.weight === 0 || Math.sign(hint.weight) !== Math.sign(hint.evidence.advantage);
      if (Math.abs(hint.weight) < PRUNE_WEIGHT && hint.evidence.support >= SETTLED_SUPPORT && against) {
        events.push(
          this.#remove(
            hint,
            step,
            'prune',
            `Weight ${signed(hint.weight)} and the evidence (${hint.evidence.positive} of ${hint.evidence.support} completions above their group) no longer support it.`,
          ),
        );
      }
    }
    events.push(...this.#mergeTwins(settled, step, config.weight_limit), ...this.#makeRoom(config.max_hints, step));
    return events;
  }

  /** A reader's change. `weight` must be finite and within ±limit. Throws RangeError or, for an unknown key, Error. */
  edit(
    key: string,
    change: { readonly weight?: number; readonly enabled?: boolean },
    step: number,
    weightLimit: number,
  ): HintEvent[] {
    const hint = this.#hints.get(key);
    if (hint === undefined) throw new Error('This hint is no longer part of the policy.');
    const events: HintEvent[] = [];
    let current = hint;
    const { weight, enabled } = change;
    if (weight !== undefined && weight !== current.weight) {
      if (!Number.isFinite(weight) || Math.abs(weight) > weightLimit)
        throw new RangeError(`A weight is a number from −${weightLimit} to ${weightLimit}.`);
      const next: PolicyHint = {
        ...current,
        weight,
        hintType: weight < 0 ? 'avoid' : 'prefer',
        description: describeHint(current, weight, current.evidence),
        updatedAt: step,
      };
      events.push(
        this.#record({
          step,
          type: 'edit',
          key,
          before: current.weight,
          after: weight,
          gradientTerm: 0,
          decayTerm: 0,
          causes: [],
          reason: 'Changed by hand.',
          hint: next,
        }),
      );
      current = next;
    }
    if (enabled !== undefined && enabled !== current.enabled) {
      const next: PolicyHint = { ...current, enabled, updatedAt: step };
      events.push(
        this.#record({
          step,
          type: enabled ? 'enable' : 'disable',
          key,
          before: current.weight,
          after: current.weight,
          gradientTerm: 0,
          decayTerm: 0,
          causes: [],
          reason: enabled ? 'Switched on by hand.' : 'Switched off by hand.',
          hint: next,
        }),
      );
    }
    return events;
  }

  /** Makes changes that are neither training's nor a weight set by hand (guidance.ts), each an event. */
  amend(changes: readonly HintChange[], step: number): HintEvent[] {
    return changes.map(({ type, key, hint, reason, causes = [] }) =>
      this.#record({
        step,
        type,
        key,
        before: this.#hints.get(key)?.weight ?? null,
        after: hint?.weight ?? null,
        gradientTerm: 0,
        decayTerm: 0,
        causes,
        reason,
        hint,
      }),
    );
  }

  /**
   * Adds hints from outside (a file, a snapshot) in place of those with the same key. At step 0 they are the start of
   * the run.
   */
  restore(hints: readonly PolicyHint[], step: number, reason: string): HintEvent[] {
    return hints.map((hint) =>
      this.#record({
        step,
        type: 'restore',
        key: hint.key,
        before: this.#hints.get(hint.key)?.weight ?? null,
        after: hint.weight,
        gradientTerm: 0,
        decayTerm: 0,
        causes: [],
        reason,
        hint,
      }),
    );
  }

  /** Goes back to a snapshot: what has come since is pruned, what has changed or gone is restored. */
  reinstate(snapshot: readonly PolicyHint[], step: number, reason: string): HintEvent[] {
    const kept = new Set(snapshot.map(({ key }) => key));
    const pruned = this.hints
      .filter(({ key }) => !kept.has(key))
      .map((hint) => this.#remove(hint, step, 'prune', reason));
    // Hints are never changed in place: the same object is the same hint.
    return [
      ...pruned,
      ...this.restore(
        snapshot.filter((hint) => this.#hints.get(hint.key) !== hint),
        step,
        reason,
      ),
    ];
  }

  /** Puts one event of the log into effect: replaying a whole log from empty gives the policy that wrote it. */
  apply(event: HintEvent): void {
    if (event.hint === null) this.#drop(event.key);
    else this.#put(event.hint);
    if (event.type === 'restore' && event.step === 0) this.#setStart(event.key, event.after ?? 0);
    this.#eventCount = event.sequence + 1;
  }

  #startOf(key: string): number {
    return this.#start.get(key) ?? 0;
  }

  #setStart(key: string, weight: number): void {
    if (weight === 0) this.#start.delete(key);
    else this.#start.set(key, weight);
  }

  #record(event: Omit<HintEvent, 'sequence'>): HintEvent {
    const recorded: HintEvent = { sequence: this.#eventCount, ...event };
    this.apply(recorded);
    return recorded;
  }

  #remove(hint: PolicyHint, step: number, type: 'prune' | 'merge', reason: string): HintEvent {
    return this.#record({
      step,
      type,
      key: hint.key,
      before: hint.weight,
      after: null,
      gradientTerm: 0,
      decayTerm: 0,
      causes: [],
      reason,
      hint: null,
    });
  }

  /**
   * Two hints for one pattern whose cues contain one another and whose evidence is the same have always fired
   * together: the shorter cue takes both weights, so no logit seen so far changes. A hint the run started from may have
   * fired apart elsewhere, so it stays.
   */
  #mergeTwins(touched: readonly PolicyHint[], step: number, limit: number): HintEvent[] {
    const events: HintEvent[] = [];
    const byPattern = new Map<string, PolicyHint[]>();
    for (const hint of touched) {
      const same = byPattern.get(hint.pattern);
      if (same === undefined) byPattern.set(hint.pattern, [hint]);
      else same.push(hint);
    }
    for (const twin of touched) {
      const longer = this.#hints.get(twin.key);
      if (
        longer === undefined ||
        longer.cue === null ||
        longer.evidence.support < SETTLED_SUPPORT ||
        this.#start.has(twin.key)
      )
        continue;
      for (const shorter of byPattern.get(longer.pattern) ?? []) {
        const target = this.#hints.get(shorter.key);
        if (
          target === undefined ||
          target === longer ||
          target.cue === null ||
          !sameEvidence(target.evidence, longer.evidence)
        )
          continue;
        if (this.#start.has(target.key)) continue;
        if (longer.cue.length <= target.cue.length || !` ${longer.cue} `.includes(` ${target.cue} `)) continue;
        const weight = target.weight + longer.weight;
        // Beyond the limit the sum would have to be cut, and the logits would move.
        if (Math.abs(weight) > limit) continue;
        const merged: PolicyHint = {
          ...target,
          weight,
          hintType: weight < 0 ? 'avoid' : 'prefer',
          description: describeHint(target, weight, target.evidence),
          updatedAt: step,
        };
        events.push(
          this.#remove(
            longer,
            step,
            'merge',
            `Always fired together with “${target.cue}”, which says the same in fewer words.`,
          ),
        );
        events.push(
          this.#record({
            step,
            type: 'merge',
            key: target.key,
            before: target.weight,
            after: weight,
            gradientTerm: 0,
            decayTerm: 0,
            causes: [],
            reason: `Took over the weight of “${longer.cue}”, which always fired together with it.`,
            hint: merged,
          }),
        );
        break;
      }
    }
    return events;
  }

  /**
   * Prunes the weakest hints beyond `most`, those not taught lately first, those switched off by hand last. Those the
   * run started from neither count nor go.
   */
  #makeRoom(most: number, step: number): HintEvent[] {
    const learned = this.hints.filter(({ key }) => !this.#start.has(key));
    const excess = learned.length - most;
    if (excess <= 0) return [];
    const fresh = (hint: PolicyHint): number => (!hint.enabled ? 2 : step - hint.updatedAt < FRESH_STEPS ? 1 : 0);
    return learned
      .sort(
        (a, b) =>
          fresh(a) - fresh(b) ||
          Math.abs(a.weight) - Math.abs(b.weight) ||
          a.updatedAt - b.updatedAt ||
          (a.key < b.key ? -1 : 1),
      )
      .slice(0, excess)
      .map((hint) =>
        this.#remove(
          hint,
          step,
          'prune',
          `Made room: the policy keeps ${most} hints, and this one weighed ${signed(hint.weight)}.`,
        ),
      );
  }

  #put(hint: PolicyHint): void {
    this.#hints.set(hint.key, hint);
    const weight = actingWeight(hint, this.#acting);
    if (weight !== 0) this.#weights.set(hint.key, weight);
    else this.#weights.delete(hint.key);
    this.#version++;
  }

  #drop(key: string): void {
    this.#hints.delete(key);
    this.#weights.delete(key);
    this.#version++;
  }
}

function addEvidence(evidence: HintEvidence, taught: FeatureGradient): HintEvidence {
  return {
    support: evidence.support + taught.support,
    positive: evidence.positive + taught.positive,
    advantage: evidence.advantage + taught.advantage,
    steps: evidence.steps + (taught.support > 0 ? 1 : 0),
  };
}

function sameEvidence(a: HintEvidence, b: HintEvidence): boolean {
  return (
    a.support === b.support &&
    a.positive === b.positive &&
    a.steps === b.steps &&
    Math.abs(a.advantage - b.advantage) < 1e-9
  );
}

function reasonFor(type: HintEventType, taught: FeatureGradient, start: number): string {
  const used = `${taught.support} teaching completion${taught.support === 1 ? '' : 's'} used it`;
  if (type === 'decay')
    return `${used}; regularisation pulls it towards ${start === 0 ? 'the reference policy' : 'the policy the run started from'}.`;
  const mean = taught.support === 0 ? null : taught.advantage / taught.support;
  const what =
    mean === null
      ? 'Completions that left it out differed from their group'
      : `${used}, with a mean advantage of ${signed(mean)}`;
  return type === 'create' ? `New: ${what.charAt(0).toLowerCase()}${what.slice(1)}.` : `${what}.`;
}

/** Rebuilds the policy after the first `count` events of a log. */
export function replayEvents(events: readonly HintEvent[], count = events.length): PolicyLayer {
  const policy = new PolicyLayer();
  for (const event of events.slice(0, count)) policy.apply(event);
  return policy;
}

export interface PatternPreference {
  readonly pattern: string;
  readonly weight: number;
  readonly hints: number;
}

/**
 * Hints summed by pattern, strongest first: the policy's pattern preferences. Sentences for the prompt are no patterns.
 */
export function patternPreferences(hints: readonly PolicyHint[]): PatternPreference[] {
  const sums = new Map<string, { weight: number; hints: number }>();
  for (const hint of hints) {
    if (!hint.enabled || hint.template === 'guidance') continue;
    const sum = sums.get(hint.pattern) ?? { weight: 0, hints: 0 };
    sums.set(hint.pattern, { weight: sum.weight + hint.weight, hints: sum.hints + 1 });
  }
  return [...sums.entries()]
    .map(([pattern, sum]) => ({ pattern, ...sum }))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight) || (a.pattern < b.pattern ? -1 : 1));
}

/** Pairs that pull one pattern both ways on the same questions: opposite signs, one cue within the other. */
export function conflicts(hints: readonly PolicyHint[]): (readonly [PolicyHint, PolicyHint])[] {
  const byPattern = new Map<string, PolicyHint[]>();
  for (const hint of hints) {
    if (!hint.enabled || Math.abs(hint.weight) < CONFLICT_WEIGHT) continue;
    byPattern.set(hint.pattern, [...(byPattern.get(hint.pattern) ?? []), hint]);
  }
  const within = (inner: string | null, outer: string | null): boolean =>
    inner === null || (outer !== null && ` ${outer} `.includes(` ${inner} `));
  return [...byPattern.values()].flatMap((group) =>
    group.flatMap((a, i) =>
      group
        .slice(i + 1)
        .filter((b) => a.weight * b.weight < 0 && (within(a.cue, b.cue) || within(b.cue, a.cue)))
        .map((b) => [a, b] as const),
    ),
  );
}

/** |weight| from which a hint is worded as strong, and as usual. */
const STRONG_WEIGHT = 1;
const USUAL_WEIGHT = 0.4;

/**
 * A hint as a prompt says it: “When the question says “how many”, usually prefer COUNT(*).” `weight` is that with which
 * it acts.
 */
export function hintSentence(hint: Pick<HintFeature, 'cue' | 'pattern' | 'template'>, weight: number): string {
  const pattern = oneLine(hint.pattern);
  if (hint.template === 'guidance') return pattern;
  const size = Math.abs(weight);
  const advice = `${size >= STRONG_WEIGHT ? 'strongly' : size >= USUAL_WEIGHT ? 'usually' : 'slightly'} ${weight < 0 ? 'avoid' : 'prefer'} ${pattern}.`;
  return hint.cue === null
    ? `${advice.charAt(0).toUpperCase()}${advice.slice(1)}`
    : `When the question ${cueInWords(oneLine(hint.cue))}, ${advice}`;
}

/** Hints may come from anybody's file: none writes more than its own line into a prompt. */
function oneLine(text: string): string {
  return text
    .slice(0, LONGEST_IN_SENTENCE)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
}

/** `^` marks the first words of a question, `<…>` alone what is true of it or stands for a value. */
function cueInWords(cue: string): string {
  if (cue.startsWith('^')) return `begins with “${cue.slice(1)}”`;
  return /^<[^<>]+>$/.test(cue) ? `has ${cue}` : `says “${cue}”`;
}

/** The strongest hints as sentences: the guidance a language model's system prompt gets. */
export function guidance(hints: readonly PolicyHint[], limit = 20): string[] {
  return [...hints]
    .filter((hint) => hint.enabled && (hint.template === 'guidance' ? hint.weight > 0 : hint.weight !== 0))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, limit)
    .map((hint) => hintSentence(hint, hint.weight));
}
