/** What is being recorded of the run in hand, or was: a recording ends with its run, and can be saved after that. */
import type { Question, Step } from '../../grpo/types.ts';
import type { Recorder, RecorderMark } from '../../recording/recorder.ts';
import type { RecordingView } from '../protocol.ts';

export class RecordingInHand {
  #recorder: Recorder | null = null;
  /** The run that is recorded; null once it was left. */
  #runId: string | null = null;
  #steps = 0;
  /** What was recorded when the run was stored last. */
  #mark: RecorderMark | null = null;

  /** Records that run, in the place of what was recorded before. */
  start(recorder: Recorder, runId: string): void {
    this.#recorder = recorder;
    this.#runId = runId;
    this.#steps = 0;
  }

  /** The recorder of that run; null when it is not being recorded. */
  of(runId: string): Recorder | null {
    return this.#runId === runId && this.#recorder?.ended === null ? this.#recorder : null;
  }

  /** Adds a step of that run, if it is being recorded; see Recorder.step. */
  step(runId: string, step: Step, pool: readonly Question[] | null): void {
    const recorder = this.of(runId);
    if (recorder === null) return;
    recorder.step(step, pool);
    this.#steps++;
  }

  /**
   * A run that was left and is taken up again may have moved on elsewhere, and its trainer is another: the file ends
   * where it was left.
   */
  leave(): void {
    this.#runId = null;
  }

  /** What stands now is stored. */
  mark(runId: string): void {
    this.#mark = this.of(runId)?.mark() ?? null;
  }

  /** Forgets what was recorded since it was stored last. */
  rollback(runId: string): void {
    if (this.#mark !== null) this.of(runId)?.rollback(this.#mark);
  }

  /** Null when nothing was recorded. */
  view(runId: string): RecordingView | null {
    const recorder = this.#recorder;
    if (recorder === null) return null;
    return { steps: this.#steps, size: recorder.size, on: this.of(runId) !== null, ended: recorder.ended };
  }

  /** The file of what was recorded last; null when nothing was. */
  text(): string | null {
    return this.#recorder?.text() ?? null;
  }
}
