/** Seed and settings of a run, checked; and what to say when it cannot be kept. */
import { checkField, ConfigError, makeConfig } from './config.ts';
import type { GRPOConfig } from './config.ts';

/** Throws ConfigError. */
export function checkSeed(seed: number): void {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new ConfigError(`A seed is a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, not ${seed}.`);
}

export function notSavedBecause(error: unknown): string {
  return `This run is not saved: it will be gone when the page is closed. ${error instanceof Error ? error.message : String(error)}`;
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
