/**
 * The policy layer: weighted, readable hints, changed only through events.
 *
 * π_h(y|q) ∝ π_0(y|q) · exp(Σ_k w_k f_k(q, y)): the form of the KL-regularised optimum π* ∝ π_0 exp(r/β)
 * (e.g. DPO, arXiv 2305.18290, eq. 4). A hint is one w_k with its f_k as data.
 */
import { isWithin } from './wording.ts';
import { patternKey } from './feature-key.ts';
import { ACTS_IN_FULL, actingShare, actingWeight, isAllowed, type ActingConfig } from './acting.ts';
import type { GRPOConfig } from './config.ts';
import type { FeatureGradient } from './gradient.ts';
import { HintTable, type Slot } from './hint-table.ts';
import { weakestHints } from './room.ts';
import type {
  HintCause,
  HintEdit,
  HintEvent,
  HintEventType,
  HintEvidence,
  HintReason,
  PolicyHint,
  PolicyView,
} from './types.ts';

/** A weight smaller than this with the evidence against it is pruned. */
export const PRUNE_WEIGHT = 0.02;
/** Teaching completions before a hint may be pruned or merged: below it, nothing is known about it. */
export const SETTLED_SUPPORT = 6;
/** The published group size, for which `new_hint_threshold` is stated. */
const REFERENCE_COMPLETIONS = 4;
/** A change of a weight smaller than this is the rounding of terms that cancel: nothing happened. */
export const LEAST_CHANGE = 1e-12;
const NO_EVIDENCE: HintEvidence = { support: 0, positive: 0, advantage: 0, steps: 0 };

/** An event while it is put together. */
type Draft = { -readonly [K in keyof HintEvent]: HintEvent[K] };

/** What becomes of one hint by another way than training; null when it goes. */
export interface HintChange {
  readonly type: HintEventType;
  readonly key: string;
  readonly hint: PolicyHint | null;
  readonly reason: HintReason;
  readonly causes?: readonly HintCause[];
}

/**
 * The hints and their log's length. All changes go through methods that return the events they made.
 *
 * Hints restored at step 0, before anything was learned, are the policy the run starts from: regularisation pulls
 * towards their weights, and they are given up only for evidence against them.
 */
export class PolicyLayer implements PolicyView {
  readonly #table = new HintTable();
  /** Weights at the start of the run: never 0. */
  readonly #start: Map<string, number>;
  #acting = ACTS_IN_FULL;
  #eventCount: number;
  #version = 0;

  constructor(hints: readonly PolicyHint[] = [], eventCount = 0, start: Readonly<Record<string, number>> = {}) {
    this.#start = new Map(Object.entries(start));
    for (const hint of hints) this.#put(hint.key, hint);
    this.#eventCount = eventCount;
  }

  get hints(): readonly PolicyHint[] {
    return this.#table.hints;
  }
  get size(): number {
    return this.#table.size;
  }
  get eventCount(): number {
    return this.#eventCount;
  }
  get version(): number {
    return this.#version;
  }
  has(key: string): boolean {
    return this.#table.get(key) !== undefined;
  }
  hintOf(key: string): PolicyHint | undefined {
    return this.#table.get(key)?.hint;
  }
  /** The logit a feature adds: its hint's weight as far as it acts (acting.ts), 0 without one. */
  weightOf(key: string): number {
    return this.#table.get(key)?.acting ?? 0;
  }
  /** The weights the run started from, those that are not 0. */
  get start(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#start);
  }

  /** The same of the start: its weights, acting as its hints do now; null where the run started from none. */
  get startWeightOf(): ((key: string) => number) | null {
    if (this.#start.size === 0) return null;
    return (key) => {
      const weight = this.#startOf(key);
      const hint = weight === 0 ? undefined : this.#table.get(key)?.hint;
      return hint === undefined ? weight : actingWeight({ ...hint, weight, enabled: true }, this.#acting);
    };
  }

  /** Which hints act, and how much, from now on. No weight changes, so there is no event. */
  configure(acting: ActingConfig): void {
    const same = (Object.keys(ACTS_IN_FULL) as (keyof ActingConfig)[]).every(
      (name) => acting[name] === this.#acting[name],
    );
    if (same) return;
    this.#acting = acting;
    this.#table.configure(acting);
    this.#version++;
  }

  /**
   * One GRPO update for the features active in the step, clipped to ±weight_limit:
   *
   *   Δw_k = learning_rate · s_k · g_k − learning_rate · kl_coef · (w_k − w_k,start)
   *
   * s_k = n/(n + evidence_hold) is the chain rule for a hint that acts with s_k·w_k (1 without a hold-down). n counts
   * this step's completions too: a new hint has w = 0, where every s gives the same policy, and would never move with n
   * = 0. With learning_rate 0 nothing changes and no event is made. `iteration`: which update on the step's groups it
   * is, of `num_iterations`; hints are pruned, merged and given up after the last.
   *
   * A Δw below `LEAST_CHANGE` is no event and no evidence: completions that cancel, or push against the limit, taught
   * nothing. Where only the second term moves a hint, it is a decay, and no evidence either. What is created stays for
   * this step: a new hint that would have to make room at once is not created, and twins merge when they are next
   * taught.
   */
  update(gradients: readonly FeatureGradient[], config: GRPOConfig, step: number, iteration = 1): HintEvent[] {
    this.configure(config);
    const { learning_rate, kl_coef, weight_limit } = config;
    if (learning_rate === 0) return [];
    // The gradient is a mean over the step's completions: its spread by chance shrinks with the root of their number.
    const threshold =
      config.new_hint_threshold * Math.sqrt(REFERENCE_COMPLETIONS / (config.group_size * config.questions_per_step));
    const events: HintEvent[] = [];
    const settled: Slot[] = [];
    const created: Draft[] = [];
    for (const taught of gradients) {
      const { feature, gradient, support } = taught;
      if (!isAllowed(feature, config)) continue;
      const { key } = feature;
      const slot = this.#table.get(key);
      const hint = slot?.hint;
      if (hint?.enabled === false || hint?.pinned === true) continue;
      // A sentence for the prompt is proposed, never made of what was seen: once it is deleted, it is gone.
      if (hint === undefined && feature.template === 'guidance') continue;
      // A completion is evidence once, however often its group is gone over.
      const counted = iteration > 1 && hint !== undefined;
      const known = hint?.evidence ?? NO_EVIDENCE;
      const share = actingShare(known.support + (counted ? 0 : support), config.evidence_hold);
      if (hint === undefined && (Math.abs(gradient) < threshold || share === 0)) continue;
      const before = hint?.weight ?? 0;
      const start = slot?.start ?? this.#startOf(key);
      const gradientTerm = learning_rate * gradient * share;
      const decayTerm = before === start ? 0 : -learning_rate * kl_coef * (before - start);
      const after = Math.min(weight_limit, Math.max(-weight_limit, before + gradientTerm + decayTerm));
      if (Math.abs(after - before) < LEAST_CHANGE) continue;
      const type: HintEventType =
        hint === undefined ? 'create' : Math.abs(gradientTerm) < LEAST_CHANGE ? 'decay' : 'update';
      // Some hundred a step: built up, since every part spread into it would be an object of its own.
      const event: Draft = {
        sequence: this.#eventCount,
        step,
        type,
        key,
        before: hint?.weight ?? null,
        after,
        gradientTerm,
        decayTerm,
        causes: taught.causes,
        reason: type === 'decay' ? { id: 'pulled', support } : { id: 'taught', support, advantage: taught.advantage },
      };
      if (start !== 0) event.pulledTo = start;
      if (share !== 1) event.share = share;
      if (hint === undefined) {
        const evidence = addEvidence(known, taught);
        event.hint = { ...feature, weight: after, evidence, createdAt: step, updatedAt: step, enabled: true };
        created.push(event);
        continue;
      }
      if (type === 'update' && !counted) event.evidence = addEvidence(known, taught);
      events.push(event);
      settled.push(this.#apply(event, slot) as Slot);
    }
    // What goes, goes after the last update: nothing is given up in the middle of a step and made again.
    if (iteration < config.num_iterations) return [...events, ...this.#create(created)];
    for (const slot of settled) {
      const { hint, start } = slot;
      if (hint.createdAt === step) continue;
      // A hint the run started from may come near 0 with the evidence of earlier runs still for it: then it stays.
      const against =
        start !== 0
          ? start * hint.evidence.advantage < 0
          : hint.weight === 0 || Math.sign(hint.weight) !== Math.sign(hint.evidence.advantage);
      if (Math.abs(hint.weight) < PRUNE_WEIGHT && hint.evidence.support >= SETTLED_SUPPORT && against) {
        const { positive, support } = hint.evidence;
        events.push(this.#remove(hint, step, 'prune', { id: 'unsupported', positive, support }));
      }
    }
    events.push(...this.#mergeTwins(settled, step, weight_limit));
    // Nearly always there is room, and nobody is looked at.
    if (this.#table.learned.length + created.length <= config.max_hints) return [...events, ...this.#create(created)];
    // Those an earlier update of this step made stay for it, and pinned ones for good.
    const older = this.#table.learned.filter(({ hint }) => hint.createdAt !== step && hint.pinned !== true);
    const leaving = weakestHints(
      [...older, ...created.filter(({ key }) => this.#startOf(key) === 0)].flatMap(({ hint }) => hint ?? []),
      Math.max(0, config.max_hints - (this.#table.learned.length - older.length)),
      step,
    );
    for (const hint of leaving)
      if (this.has(hint.key)) events.push(this.#remove(hint, step, 'prune', { id: 'room', most: config.max_hints }));
    const goes = new Set(leaving.map(({ key }) => key));
    return [...events, ...this.#create(created.filter(({ key }) => !goes.has(key)))];
  }

  #create(created: readonly Draft[]): HintEvent[] {
    for (const event of created) {
      event.sequence = this.#eventCount;
      this.apply(event);
    }
    return [...created];
  }

  /** A reader's change. `weight` must be finite and within ±limit. Throws RangeError or, for an unknown key, Error. */
  edit(key: string, change: HintEdit, step: number, weightLimit: number): HintEvent[] {
    const hint = this.#table.get(key)?.hint;
    if (hint === undefined) throw new Error('This hint is no longer part of the policy.');
    const events: HintEvent[] = [];
    const by = (type: HintEventType, before: number, after: number): void => {
      events.push(this.#change({ step, type, key, before, after, reason: { id: 'by-hand' } }));
    };
    const { weight = hint.weight, enabled = hint.enabled, pinned = hint.pinned === true } = change;
    if (weight !== hint.weight) {
      if (!Number.isFinite(weight) || Math.abs(weight) > weightLimit)
        throw new RangeError(`A weight is a number from −${weightLimit} to ${weightLimit}.`);
      by('edit', hint.weight, weight);
    }
    if (enabled !== hint.enabled) by(enabled ? 'enable' : 'disable', weight, weight);
    if (pinned !== (hint.pinned === true)) by(pinned ? 'pin' : 'unpin', weight, weight);
    return events;
  }

  /** Makes changes that are neither training's nor a weight set by hand (guidance.ts), each an event. */
  amend(changes: readonly HintChange[], step: number): HintEvent[] {
    return changes.map(({ type, key, hint, reason, causes }) =>
      this.#change({
        step,
        type,
        key,
        before: this.#table.get(key)?.hint.weight ?? null,
        after: hint?.weight ?? null,
        reason,
        ...(causes === undefined ? {} : { causes }),
        ...(hint === null ? {} : { hint }),
      }),
    );
  }

  /**
   * Adds hints from outside (a file, a snapshot) in place of those with the same key. At step 0 they are the start of
   * the run.
   */
  restore(hints: readonly PolicyHint[], step: number, reason: HintReason): HintEvent[] {
    return this.amend(
      hints.map((hint) => ({ type: 'restore', key: hint.key, hint, reason })),
      step,
    );
  }

  /** Goes back to a snapshot: what has come since is pruned, what has changed or gone is restored. */
  reinstate(snapshot: readonly PolicyHint[], step: number, reason: HintReason): HintEvent[] {
    const kept = new Set(snapshot.map(({ key }) => key));
    const pruned = this.hints
      .filter(({ key }) => !kept.has(key))
      .map((hint) => this.#remove(hint, step, 'prune', reason));
    // Hints are never changed in place: the same object is the same hint.
    return [
      ...pruned,
      ...this.restore(
        snapshot.filter((hint) => this.#table.get(hint.key)?.hint !== hint),
        step,
        reason,
      ),
    ];
  }

  /**
   * Puts one event of the log into effect: replaying a whole log from empty gives the policy that wrote it. Throws
   * Error for an event of a hint that is not there.
   */
  apply(event: HintEvent): void {
    this.#apply(event, this.#table.get(event.key));
  }

  /** `slot`: of the event's key. Returns where the hint is then; undefined where it went. */
  #apply(event: HintEvent, slot: Slot | undefined): Slot | undefined {
    const { type, key, step, after, sequence } = event;
    let changed: Slot | undefined;
    if (after !== null) changed = this.#put(key, event.hint ?? this.#changed(event, after, slot?.hint), slot);
    else this.#drop(slot);
    if (type === 'restore' && step === 0) this.#setStart(key, after ?? 0, changed);
    this.#eventCount = sequence + 1;
    return changed;
  }

  #changed({ type, key, step, evidence }: HintEvent, weight: number, hint: PolicyHint | undefined): PolicyHint {
    if (hint === undefined) throw new Error(`The log changes the hint “${key}”, which is not there.`);
    const { cue, pattern, tables, template, general, words, createdAt } = hint;
    const changed: PolicyHint = {
      key: hint.key,
      cue,
      pattern,
      tables,
      template,
      general,
      words,
      weight,
      evidence: evidence ?? hint.evidence,
      createdAt,
      updatedAt: step,
      enabled: type === 'enable' || (type !== 'disable' && hint.enabled),
    };
    const isPinned = type === 'pin' || (type !== 'unpin' && hint.pinned === true);
    return isPinned ? { ...changed, pinned: true } : changed;
  }

  #startOf(key: string): number {
    return this.#start.get(key) ?? 0;
  }

  #setStart(key: string, weight: number, slot: Slot | undefined): void {
    if (weight === 0) this.#start.delete(key);
    else this.#start.set(key, weight);
    if (slot !== undefined) this.#table.setStart(slot, weight);
  }

  #record(event: Omit<HintEvent, 'sequence'>): HintEvent {
    const recorded: HintEvent = { sequence: this.#eventCount, ...event };
    this.apply(recorded);
    return recorded;
  }

  /** An event that no gradient made. */
  #change(
    event: Omit<HintEvent, 'sequence' | 'gradientTerm' | 'decayTerm' | 'causes'> & Pick<Partial<HintEvent>, 'causes'>,
  ): HintEvent {
    return this.#record({ gradientTerm: 0, decayTerm: 0, causes: [], ...event });
  }

  #remove({ key, weight }: PolicyHint, step: number, type: 'prune' | 'merge', reason: HintReason): HintEvent {
    return this.#change({ step, type, key, before: weight, after: null, reason });
  }

  /**
   * Two hints for one pattern whose cues contain one another and whose evidence is the same have always fired
   * together: the shorter cue takes both weights, so no logit seen so far changes. A hint the run started from may have
   * fired apart elsewhere, so it stays.
   */
  #mergeTwins(touched: readonly Slot[], step: number, limit: number): HintEvent[] {
    const events: HintEvent[] = [];
    const byPattern = new Map<string, Slot[]>();
    // Twins have the same evidence, so either has enough of it or neither.
    const settled = touched.filter(
      ({ present, start, hint }) =>
        present && start === 0 && hint.cue !== null && hint.evidence.support >= SETTLED_SUPPORT,
    );
    for (const slot of settled) {
      const pattern = patternKey(slot.hint.pattern);
      const same = byPattern.get(pattern);
      if (same === undefined) byPattern.set(pattern, [slot]);
      else same.push(slot);
    }
    for (const slot of settled) {
      if (!slot.present) continue;
      const longer = slot.hint;
      for (const shorter of byPattern.get(patternKey(longer.pattern)) ?? []) {
        if (!shorter.present || shorter === slot) continue;
        const target = shorter.hint;
        if (target.cue === null || longer.cue === null || !sameEvidence(target.evidence, longer.evidence)) continue;
        if (isWithin(longer.cue, target.cue) || !isWithin(target.cue, longer.cue)) continue;
        const weight = target.weight + longer.weight;
        // Beyond the limit the sum would have to be cut, and the logits would move.
        if (Math.abs(weight) > limit) continue;
        events.push(
          this.#remove(longer, step, 'merge', { id: 'merged-into', cue: target.cue }),
          this.#change({
            step,
            type: 'merge',
            key: target.key,
            before: target.weight,
            after: weight,
            reason: { id: 'merged-from', cue: longer.cue },
          }),
        );
        break;
      }
    }
    return events;
  }

  #put(key: string, hint: PolicyHint, slot = this.#table.get(key)): Slot {
    this.#version++;
    if (slot === undefined) return this.#table.add(hint, this.#acting, this.#startOf(key));
    slot.hint = hint;
    slot.acting = actingWeight(hint, this.#acting);
    return slot;
  }

  #drop(slot: Slot | undefined): void {
    if (slot !== undefined) this.#table.drop(slot);
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
