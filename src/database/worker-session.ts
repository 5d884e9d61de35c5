import type { Execution, ExecutionBudget, Schema } from '../grpo/types.ts';
import { DatabaseImportError } from './errors.ts';
import type { DatabaseSource } from './import.ts';
import type { DatabaseWorkerLike, FromDatabaseWorker, ToDatabaseWorker } from './protocol.ts';
import type { OpenedDatabase } from './sqlite-database.ts';

/** Milliseconds past a statement's deadline after which the worker is taken to be stuck. */
const WATCHDOG_MS = 1000;
/** Milliseconds that opening may take: checks, a dump, introspection. */
const OPEN_MS = 60_000;
/**
 * Milliseconds that a worker gets to end its statement after a cancel: starting another is quicker than a long
 * deadline.
 */
const CANCEL_MS = 250;
/**
 * When this thread itself was busy, answers may be waiting behind the watchdog's timer: they get this long, in
 * milliseconds.
 */
const SECOND_LOOK_MS = 50;

/** The worker had to be given up; the message says why. */
export class WorkerStopped extends Error {
  override readonly name = 'WorkerStopped';
  /** True when it gave no sign of life for too long. */
  readonly stuck: boolean;

  constructor(message: string, stuck: boolean) {
    super(message);
    this.stuck = stuck;
  }
}

/** What the worker is doing at the moment, and how to end the wait for it. */
interface Task {
  /** Milliseconds between two signs of life that are too many. */
  patience: number;
  onMessage(message: FromDatabaseWorker): void;
  reject(error: Error): void;
}

/** One worker from its start to its end, with one task at a time and a watchdog over it. */
export class WorkerSession {
  private readonly worker: DatabaseWorkerLike;
  private task: Task | null = null;
  private batch = 0;
  private stopped: WorkerStopped | null = null;
  private lastSign = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** When the timer goes off, on the clock of performance.now(). */
  private timerDue = Infinity;

  constructor(worker: DatabaseWorkerLike) {
    this.worker = worker;
    worker.listen(
      (message) => {
        this.lastSign = performance.now();
        this.task?.onMessage(message);
      },
      (reason) => this.stop(`the database worker broke down: ${reason}`),
    );
  }

  /** @throws DatabaseImportError for what the source is, WorkerStopped for what the worker does */
  async open(source: DatabaseSource, patience = OPEN_MS): Promise<OpenedDatabase> {
    const opening = this.opening({ type: 'open', source }, patience);
    const { schema, notes, image } = await opening.catch((error: unknown): never => {
      if (!(error instanceof WorkerStopped && error.stuck)) throw error;
      throw new DatabaseImportError(
        `It could not be opened within ${patience / 1000} seconds, and SQLite could not be interrupted: a statement or a value in it is far too much work. Import it with the sqlite3 command line, without that statement, and open the database file.`,
        { cause: error },
      );
    });
    if (image === null && typeof source === 'string') throw new Error('the worker kept the image of a dump');
    return { schema, notes, image: image ?? (source as Uint8Array) };
  }

  /** @throws WorkerStopped */
  async reopen(opened: OpenedDatabase): Promise<void> {
    await this.opening({ type: 'reopen', opened });
  }

  /**
   * Runs statements in order and hands over executions as they arrive. Resolves when all are answered or the rest
   * was cancelled.
   *
   * @param oneByOne each execution arrives before the next statement begins
   * @throws WorkerStopped after the worker was terminated by the watchdog or ended by itself
   */
  execute(
    sql: readonly string[],
    budget: ExecutionBudget,
    oneByOne: boolean,
    onAnswers: (executions: readonly Execution[]) => void,
  ): Promise<void> {
    const batch = ++this.batch;
    let left = sql.length;
    return this.perform(
      { type: 'execute', batch, sql, budget, oneByOne },
      budget.deadlineMs + WATCHDOG_MS,
      (message, done) => {
        if (message.type === 'answers' && message.batch === batch) {
          onAnswers(message.executions);
          left -= message.executions.length;
          if (left === 0) done();
        } else if (message.type === 'cancelled' && message.batch === batch) done();
      },
    );
  }

  /**
   * Asks the worker to skip what is left of the running batch, and ends it when it does not listen; `execute` ends
   * then.
   */
  cancel(): void {
    if (this.task === null) return;
    this.worker.post({ type: 'cancel', batch: this.batch });
    this.task.patience = CANCEL_MS;
    this.lastSign = performance.now();
    this.watchFor(CANCEL_MS);
  }

  /** Terminates the worker; a task that waits for it fails with WorkerStopped. */
  stop(reason: string, stuck = false): void {
    if (this.stopped !== null) return;
    this.stopped = new WorkerStopped(reason, stuck);
    this.worker.terminate();
    if (this.timer !== null) clearTimeout(this.timer);
    const { task } = this;
    this.finish();
    task?.reject(this.stopped);
  }

  private opening(
    message: ToDatabaseWorker,
    patience = OPEN_MS,
  ): Promise<{ schema: Schema; notes: readonly string[]; image: Uint8Array | null }> {
    return this.perform(message, patience, (answer, done, fail) => {
      if (answer.type === 'opened') done(answer);
      else if (answer.type === 'open-failed')
        fail(answer.refused ? new DatabaseImportError(answer.message) : new Error(answer.message));
    });
  }

  private perform<T>(
    message: ToDatabaseWorker,
    patience: number,
    onMessage: (message: FromDatabaseWorker, done: (value: T) => void, fail: (error: Error) => void) => void,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.stopped !== null) {
        reject(this.stopped);
        return;
      }
      const done = (value: T) => {
        this.finish();
        resolve(value);
      };
      const fail = (error: Error) => {
        this.finish();
        reject(error);
      };
      this.task = { patience, reject, onMessage: (answer) => onMessage(answer, done, fail) };
      this.worker.post(message);
      this.lastSign = performance.now();
      this.watchFor(patience);
    });
  }

  private finish(): void {
    this.task = null;
  }

  /** Makes sure that the watchdog looks in so many milliseconds at the latest. */
  private watchFor(milliseconds: number, then: () => void = this.look): void {
    const due = performance.now() + milliseconds;
    if (this.timer !== null) {
      if (this.timerDue <= due) return;
      clearTimeout(this.timer);
    }
    this.timerDue = due;
    this.timer = setTimeout(() => {
      this.timer = null;
      then();
    }, milliseconds);
  }

  /** The watchdog: its timer outlives tasks, because setting one for each costs more than a tiny statement. */
  private readonly look = (): void => {
    const { task, lastSign } = this;
    if (task === null) return;
    const left = lastSign + task.patience - performance.now();
    if (left > 0) {
      this.watchFor(left);
      return;
    }
    this.watchFor(SECOND_LOOK_MS, () => {
      if (this.task === task && this.lastSign === lastSign)
        this.stop(`no answer within ${(task.patience / 1000).toLocaleString('en')} s`, true);
      else this.look();
    });
  };
}
