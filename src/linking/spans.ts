/** How two stretches of a question lie to each other. */
import type { Span } from './types.ts';

/** Whether they share a token, or lie at most `reach` tokens from doing so. */
export function overlaps(a: Span, b: Span, reach = 0): boolean {
  return a.first <= b.last + reach && b.first <= a.last + reach;
}

/** Whether the token at `at` is one of it. */
export function covers(span: Span, at: number): boolean {
  return span.first <= at && at <= span.last;
}

/** Whether all of `inner` is in it. */
export function contains(outer: Span, inner: Span): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}
