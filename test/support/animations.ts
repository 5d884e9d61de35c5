/**
 * Resolves when what moves on the page has come to rest. Runs in the page: it has no names from outside. What moves
 * for ever is not waited for.
 */
export async function atRest(): Promise<void> {
  const passing = (animation: Animation): boolean =>
    animation.playState === 'running' && animation.effect?.getComputedTiming().endTime !== Infinity;
  for (;;) {
    // A frame, for changes that have not reached the page yet.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const moving = document.getAnimations().filter(passing);
    if (moving.length === 0) return;
    await Promise.allSettled(moving.map(({ finished }) => finished));
  }
}
