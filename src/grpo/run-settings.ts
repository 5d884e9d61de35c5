/** Seed, settings and name of a run, checked; and what to say when it cannot be kept. */
import { checkField, ConfigError, makeConfig } from './config.ts';
import type { GRPOConfig } from './config.ts';
import { messageOf } from './message-of.ts';

/** Throws ConfigError. */
export function checkSeed(seed: number): void {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new ConfigError(`A seed is a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, not ${seed}.`);
}

/** Characters of a run's name. */
const LONGEST_NAME = 80;

/** What a run is called until a reader names it: its dataset, and when it was begun (the clock as `begun` shows it). */
export function runName(dataset: string, begun: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [begun.getFullYear(), begun.getMonth() + 1, begun.getDate()].map(two).join('-');
  return `${dataset}, ${day} ${two(begun.getHours())}:${two(begun.getMinutes())}`;
}

/** A reader's name for a run. Throws ConfigError for one that is empty or too long. */
export function checkName(name: string): string {
  const text = name.replace(/\s+/g, ' ').trim();
  if (text === '' || text.length > LONGEST_NAME) throw new ConfigError(`A name has 1 to ${LONGEST_NAME} characters.`);
  return text;
}

export function notSavedBecause(error: unknown): string {
  return `This run is not saved: it will be gone when the page is closed. ${messageOf(error)}`;
}

/** Stored settings against today's table: what it refuses falls back to its default and is named. */
export function readSettings(settings: Readonly<Record<string, unknown>>): { config: GRPOConfig; dropped: string[] } {
  const kept: Record<string, unknown> = {};
  const dropped: string[] = [];
  for (const [name, value] of Object.entries(settings)) {
    try {
      kept[name] = checkField(name, value);
    } catch {
      dropped.push(name);
    }
  }
  return { config: makeConfig(kept), dropped };
}
