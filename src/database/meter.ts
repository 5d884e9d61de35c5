/** SQLite calls the progress handler once for so many VM instructions. */
export const STEPS_PER_TICK = 1000;

/**
 * Counts what one statement costs and says when it has had enough. Fed by SQLite's progress handler, which must
 * not throw: it asks, and the answer stops the statement with SQLITE_INTERRUPT.
 */
export class Meter {
  /** Why the running statement was stopped; null while it was not. */
  stoppedBy: 'steps' | 'deadline' | null = null;
  /** VM steps seen since `start`, in whole ticks. */
  steps = 0;

  private maxSteps = Infinity;
  private deadline = Infinity;

  /** @param maxSteps VM instructions; @param milliseconds from now */
  start(maxSteps: number, milliseconds: number): void {
    this.stoppedBy = null;
    this.steps = 0;
    this.maxSteps = maxSteps;
    this.deadline = performance.now() + milliseconds;
  }

  /** One tick of the progress handler; non-zero stops the statement. */
  tick(): 0 | 1 {
    this.steps += STEPS_PER_TICK;
    if (this.steps >= this.maxSteps) this.stoppedBy = 'steps';
    else if (performance.now() > this.deadline) this.stoppedBy = 'deadline';
    return this.stoppedBy === null ? 0 : 1;
  }
}
