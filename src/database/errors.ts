/** A database or dump that cannot be used: the message says what happened, why, and what to do about it. */
export class DatabaseImportError extends Error {
  override readonly name = 'DatabaseImportError';
}

/** The rejection that callers of `execute` get after they aborted. */
export function abortError(): DOMException {
  return new DOMException('The execution was aborted.', 'AbortError');
}
