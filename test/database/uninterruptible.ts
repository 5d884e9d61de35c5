/**
 * One row of 30 instructions, each about a second: two strings within the limit that agree for a long time at
 * every position. SQLite looks at its budget only after a thousand instructions.
 */
export const UNINTERRUPTIBLE = `SELECT ${Array.from(
  { length: 30 },
  (_, i) => `instr(replace(hex(zeroblob(16000)), '0', 'aa'), replace(hex(zeroblob(8000)), '0', 'aa') || 'b${i}')`,
).join(' + ')}`;
