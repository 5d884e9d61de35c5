/** The speeds of the transport and the phases a step is shown in. */

export const SPEEDS = [
  { id: 'half', label: '½×', says: 'Half speed', stepMs: 4800 },
  { id: 'normal', label: '1×', says: 'Normal speed', stepMs: 2400 },
  { id: 'fast', label: '4×', says: 'Four times as fast', stepMs: 600 },
  { id: 'max', label: 'Max', says: 'As fast as it goes', stepMs: 0 },
] as const;

export type SpeedId = (typeof SPEEDS)[number]['id'];

export const DEFAULT_SPEED: SpeedId = 'normal';

export function isSpeed(id: string): id is SpeedId {
  return SPEEDS.some((speed) => speed.id === id);
}

/** Milliseconds one step is shown for; 0 at Max. */
export function stepMs(id: SpeedId): number {
  return SPEEDS.find((speed) => speed.id === id)?.stepMs ?? 0;
}

/** The loop's five stages, in order, with the share of a step's time in which each is shown. */
export const PHASES = [
  { id: 'sample', label: 'Sample', share: 0.26 },
  { id: 'execute', label: 'Execute', share: 0.12 },
  { id: 'score', label: 'Score', share: 0.16 },
  { id: 'compare', label: 'Compare', share: 0.18 },
  { id: 'update', label: 'Update', share: 0.28 },
] as const;

export type PhaseId = (typeof PHASES)[number]['id'];

/** 'rest': nothing is being shown step by step, the page is at the end state. */
export type Phase = PhaseId | 'rest';

/** True when `stage` of the step is on the screen while the page shows `phase`. */
export function reached(phase: Phase, stage: PhaseId): boolean {
  if (phase === 'rest') return true;
  const order = PHASES.map(({ id }) => id);
  return order.indexOf(phase) >= order.indexOf(stage);
}
