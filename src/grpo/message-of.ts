/** Anything that was thrown, in words: its message, or what it is where it has none. */
export function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : String(error);
}
