/** Hints and events as versions up to 0.3 kept them: whole hints in every event, and sentences. */
import type { HintEvent, PolicyHint } from './types.ts';

export interface EarlierHint extends PolicyHint {
  readonly hintType?: 'prefer' | 'avoid';
  readonly description?: string;
}

export interface EarlierEvent extends Omit<HintEvent, 'reason' | 'hint'> {
  readonly reason: string;
  /** null for a hint that is gone. */
  readonly hint: EarlierHint | null;
}

/** The hint without its sentence, which is made where it is read. */
export function hintOfEarlier({ hintType: _told, description: _said, ...hint }: EarlierHint): PolicyHint {
  return hint;
}

/** The event with its sentence as it was: the values in it are not to be had any more. */
export function eventOfEarlier({ reason, hint, ...event }: EarlierEvent): HintEvent {
  return { ...event, reason: { id: 'told', text: reason }, ...(hint === null ? {} : { hint: hintOfEarlier(hint) }) };
}
