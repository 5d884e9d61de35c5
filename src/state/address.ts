/** Settings, seed and start in the page's address: what a link carries. Other parameters are left alone. */
import {
  configToParams,
  DEFAULT_SEED,
  FIELD_NAMES,
  FIELDS,
  makeConfig,
  valuesFromParams,
  type GRPOConfig,
} from '../grpo/config.ts';
import { messageOf } from '../grpo/message-of.ts';
import { START_CHOICES, type StartChoice } from '../grpo/run-store.ts';

const SEED_KEY = 'seed';
const START_KEY = 'start';
/** Only in a link that somebody made to share (link.ts): once the page has opened, the run has them. */
export const DATASET_KEY = 'data';
export const HINTS_KEY = 'hints';
/** Characters of the hints in a link: what servers take of an address, with room for the rest. */
export const LONGEST_HINTS = 6000;
export const MAX_SEED = 2 ** 32 - 1;

export interface AddressValues {
  /** By setting name; only what the address names and what is in range. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** null when the address names none. */
  readonly seed: number | null;
  /** What the run is to start from; null when the address does not say. */
  readonly start: StartChoice | null;
  /** The dataset to begin a run on; absent when the address names none. */
  readonly dataset?: string;
  /** Hints to begin with, packed; the engine reads and checks them. Absent for none. */
  readonly hints?: string;
  /** One sentence per parameter that was refused. */
  readonly problems: readonly string[];
}

/** Reads a whole number from 0 to 2³² − 1; null for anything else. */
export function parseSeed(text: string): number | null {
  const seed = Number(text);
  return /^\d{1,10}$/.test(text.trim()) && seed <= MAX_SEED ? seed : null;
}

/** Reads `?lr=0.2&seed=7`. A value out of range is left at its default and named in `problems`, once. */
export function readAddress(search: string): AddressValues {
  const problems: string[] = [];
  let settings: Record<string, unknown> = {};
  let seed: number | null = null;
  let start: StartChoice | null = null;
  const shared: { dataset?: string; hints?: string } = {};
  for (const [key, value] of new URLSearchParams(search)) {
    if (key === SEED_KEY) {
      seed = parseSeed(value);
      if (seed === null)
        problems.push(`seed must be a whole number from 0 to ${MAX_SEED}, not "${value.slice(0, 60)}".`);
      continue;
    }
    if (key === START_KEY) {
      start = START_CHOICES.find((choice) => choice === value) ?? null;
      if (start === null) problems.push(`start must be ${START_CHOICES.join(' or ')}, not "${value.slice(0, 60)}".`);
      continue;
    }
    if (key === DATASET_KEY) {
      if (/^\w{1,80}$/.test(value)) shared.dataset = value;
      else problems.push(`data must be the name of a dataset, not "${value.slice(0, 60)}".`);
      continue;
    }
    if (key === HINTS_KEY) {
      if (value.length > LONGEST_HINTS)
        problems.push(`hints has ${value.length} characters, at most ${LONGEST_HINTS} are read.`);
      else if (!/^[\w-]+$/.test(value))
        problems.push('hints is not what this page writes: the link was cut or changed.');
      else shared.hints = value;
      continue;
    }
    try {
      settings = { ...settings, ...valuesFromParams([[key, value]]) };
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  try {
    makeConfig(settings);
  } catch (error) {
    problems.push(messageOf(error));
    settings = {};
  }
  return { settings, seed, start, ...shared, problems: [...new Set(problems)] };
}

/**
 * The query of a link to these settings, '' when all are the defaults; keeps the parameters of `search` that are not
 * settings.
 */
export function writeAddress(search: string, config: GRPOConfig, seed: number, start: StartChoice): string {
  const params = new URLSearchParams(search);
  for (const name of FIELD_NAMES) params.delete(FIELDS[name].url);
  params.delete(SEED_KEY);
  for (const key of [START_KEY, DATASET_KEY, HINTS_KEY]) params.delete(key);
  for (const [key, value] of Object.entries(configToParams(config))) params.set(key, value);
  if (seed !== DEFAULT_SEED) params.set(SEED_KEY, String(seed));
  if (start !== 'none') params.set(START_KEY, start);
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

export function sameSettings(a: GRPOConfig, b: GRPOConfig): boolean {
  return FIELD_NAMES.every((name) => a[name] === b[name]);
}
