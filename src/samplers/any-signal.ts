/**
 * Aborts when the first of the signals does, with its reason; undefined ones are left out. `AbortSignal.any` where the
 * browser has it: it forgets what nobody listens to any more.
 */
export function anySignal(signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const given = signals.filter((signal) => signal !== undefined);
  const native = (AbortSignal as { readonly any?: (signals: AbortSignal[]) => AbortSignal }).any;
  if (native !== undefined) return native.call(AbortSignal, given);
  const first = new AbortController();
  for (const signal of given) {
    const abort = (): void => first.abort(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true, signal: first.signal });
  }
  return first.signal;
}
