/**
 * Lets everything that is ready happen, so many times over. Timers of one length fire in the order in which they were
 * set: what goes on by itself without a longer wait would have gone on as often when this resolves.
 */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve, 1));
}
