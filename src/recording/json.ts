/**
 * JSON from which every number comes back to the bit: `JSON.stringify` writes −0 as 0, and NaN and infinities as null.
 * Throws RangeError for a number that is not finite.
 */
export function exactJson(value: unknown): string {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError(`A recording cannot hold the number ${value}.`);
    return Object.is(value, -0) ? '-0' : String(value);
  }
  if (Array.isArray(value)) return `[${value.map(exactJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${exactJson(field)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
