/** The hints of a policy by key, each with what every step asks about it, so that a step looks a key up once. */
import { actingWeight, type ActingConfig } from './acting.ts';
import type { PolicyHint } from './types.ts';

/** The place of one hint. */
export interface Slot {
  /** Replaced at each change, never changed in place. */
  hint: PolicyHint;
  /** The logit it adds where it fires (acting.ts). */
  acting: number;
  /** Its weight at the start of the run, 0 for a hint that the run learned. */
  start: number;
  /** Index into `learned`; −1 for a hint that the run started from. */
  place: number;
  /** False once the hint is gone. */
  present: boolean;
}

export class HintTable {
  readonly #slots = new Map<string, Slot>();
  readonly #learned: Slot[] = [];

  get size(): number {
    return this.#slots.size;
  }
  /** In order of arrival. */
  get hints(): PolicyHint[] {
    return Array.from(this.#slots.values(), ({ hint }) => hint);
  }
  /** Those that the run did not start from, in no order. */
  get learned(): readonly Slot[] {
    return this.#learned;
  }
  get(key: string): Slot | undefined {
    return this.#slots.get(key);
  }

  add(hint: PolicyHint, acting: ActingConfig, start: number): Slot {
    const slot = { hint, acting: actingWeight(hint, acting), start: 0, place: this.#learned.length, present: true };
    this.#learned.push(slot);
    this.#slots.set(hint.key, slot);
    this.setStart(slot, start);
    return slot;
  }

  /** Calculates again how much each acts. */
  configure(acting: ActingConfig): void {
    for (const slot of this.#slots.values()) slot.acting = actingWeight(slot.hint, acting);
  }

  setStart(slot: Slot, start: number): void {
    slot.start = start;
    if (start === 0) {
      if (slot.place < 0) slot.place = this.#learned.push(slot) - 1;
    } else this.#unlearn(slot);
  }

  drop(slot: Slot): void {
    this.#slots.delete(slot.hint.key);
    this.#unlearn(slot);
    slot.present = false;
  }

  /** Takes it from the learned ones: the last of them takes its place. */
  #unlearn(slot: Slot): void {
    const last = slot.place < 0 ? undefined : this.#learned.pop();
    if (last === undefined) return;
    if (last !== slot) {
      this.#learned[slot.place] = last;
      last.place = slot.place;
    }
    slot.place = -1;
  }
}
