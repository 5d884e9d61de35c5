/** The parts of the policy's place, in their order; the address names one. */
export const PARTS = {
  hints: 'Hints',
  patterns: 'Patterns',
  prompt: 'Prompt',
  snapshots: 'Snapshots',
  feedback: 'Feedback',
  files: 'Take home',
} as const;

export type Part = keyof typeof PARTS;

/** The first one for an address that names none. */
export const partOf = (name: string): Part => (Object.hasOwn(PARTS, name) ? (name as Part) : 'hints');
