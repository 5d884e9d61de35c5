/** Lists of numbers as a recording has them, checked. */
import type { Entry } from '../formats/entry.ts';

/** A list of whole numbers from 0. */
export function wholeNumbers(read: Entry, name: string, count: number, most: number): number[] {
  return numbers(read, name, count).map((value) => {
    if (!Number.isInteger(value) || value < 0 || value > most)
      throw read.error(`needs whole numbers from 0 to ${most} in "${name}", but one is ${value}`);
    return value;
  });
}

/** A list of finite numbers. */
export function numbers(read: Entry, name: string, count: number): number[] {
  return read.list(name, count).map((value) => {
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw read.error(`needs numbers in "${name}", but one is not`);
    return value;
  });
}
