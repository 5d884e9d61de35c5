/** Days since 1970-01-01 (UTC) and ISO dates, without the clock or the time zone of the machine. */
const DAY_MS = 86_400_000;

/** Day number of an ISO date such as '2024-02-29'. */
export function dayOf(iso: string): number {
  return Date.parse(`${iso}T00:00:00Z`) / DAY_MS;
}

/** ISO date of a day number. */
export function isoOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Month (0 to 11), year and weekday (0 is Sunday) of a day number. */
export function partsOf(day: number): { year: number; month: number; weekday: number } {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth(), weekday: date.getUTCDay() };
}
