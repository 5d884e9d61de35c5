import { messageOf } from '../grpo/message-of.ts';
import type { Database, Execution, ExecutionBudget, Schema } from '../grpo/types.ts';
import { DEFAULT_BUDGET } from './budget.ts';
import { abortError } from './errors.ts';
import type { DatabaseSource } from './import.ts';
import type { DatabaseWorkerLike } from './protocol.ts';
import type { OpenedDatabase } from './sqlite-database.ts';
import { WorkerSession, WorkerStopped } from './worker-session.ts';

/**
 * SQLite in a worker, with a watchdog. Some single instructions of SQLite cannot be interrupted from inside; when
 * a statement is still silent one second after its deadline, the worker is terminated, the statement is recorded
 * as `killed`, and a fresh worker with the same database carries on with the next one.
 */
export class WatchedDatabase implements Database {
  readonly schema: Schema;
  /** What a reader should know about the import; empty when there is nothing to say. */
  readonly notes: readonly string[];

  private readonly opened: OpenedDatabase;
  private readonly spawn: () => DatabaseWorkerLike;
  private session: Promise<WorkerSession>;
  /** Ends when the last call that was made ends: the worker does one thing at a time. */
  private queue: Promise<unknown> = Promise.resolve();
  private closed = false;

  private constructor(opened: OpenedDatabase, session: WorkerSession, spawn: () => DatabaseWorkerLike) {
    this.schema = opened.schema;
    this.notes = opened.notes;
    this.opened = opened;
    this.spawn = spawn;
    this.session = Promise.resolve(session);
  }

  /**
   * Opens a SQLite file or a dump. Bytes are kept by reference: do not change them while the database is open.
   *
   * @param spawn `spawnWebDatabase` or `spawnNodeDatabase`
   * @param patience milliseconds that opening may take
   * @throws DatabaseImportError with a message for the reader; Error when no worker can be started
   */
  static async open(
    source: DatabaseSource,
    spawn: () => DatabaseWorkerLike,
    patience?: number,
  ): Promise<WatchedDatabase> {
    const session = new WorkerSession(spawn());
    try {
      return new WatchedDatabase(await session.open(source, patience), session, spawn);
    } catch (error) {
      session.stop('the database could not be opened');
      throw error;
    }
  }

  /** The SQLite file, as it was opened or made of a dump. Do not change it while the database is open. */
  get image(): Uint8Array {
    return this.opened.image;
  }

  execute(
    sql: readonly string[],
    options: { readonly budget?: Partial<ExecutionBudget>; readonly signal?: AbortSignal } = {},
  ): Promise<Execution[]> {
    const { signal } = options;
    if (this.closed) return Promise.reject(closedError());
    if (signal?.aborted === true) return Promise.reject(abortError());
    if (sql.length === 0) return Promise.resolve([]);
    const job = new Job(sql, { ...DEFAULT_BUDGET, ...options.budget });
    const work = this.queue.then(() => this.run(job));
    this.queue = work.catch(() => undefined);
    if (signal === undefined) return work;
    // The caller need not wait for the worker to notice; the queue does.
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        job.cancel();
        reject(abortError());
      };
      signal.addEventListener('abort', onAbort, { once: true });
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    });
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.session.then(
      (session) => session.stop('the database was closed'),
      () => undefined,
    );
  }

  private async run(job: Job): Promise<Execution[]> {
    while (job.unanswered.length > 0 && !job.cancelled) {
      if (this.closed) throw closedError();
      const session = await this.session.catch(() => (this.session = this.restart()));
      try {
        await job.runIn(session);
      } catch (error) {
        if (!(error instanceof WorkerStopped) || this.closed) throw this.closed ? closedError() : error;
        job.workerStopped(error.message);
        this.session = this.restart();
        this.session.catch(() => undefined); // tried again by whoever needs it
      }
    }
    return job.executions();
  }

  private async restart(): Promise<WorkerSession> {
    const session = new WorkerSession(this.spawn());
    try {
      await session.reopen(this.opened);
    } catch (error) {
      session.stop('the database could not be opened again');
      throw new Error(`The database worker was stopped and could not be started again: ${messageOf(error)}`, {
        cause: error,
      });
    }
    if (this.closed) session.stop('the database was closed');
    return session;
  }
}

/** The statements of one call. Equal texts run once: the same SQL gives the same execution. */
class Job {
  cancelled = false;

  private readonly sql: readonly string[];
  private readonly budget: ExecutionBudget;
  private readonly distinct: readonly string[];
  private readonly answers = new Map<string, Execution>();
  private session: WorkerSession | null = null;
  private oneByOne = false;

  constructor(sql: readonly string[], budget: ExecutionBudget) {
    this.sql = sql;
    this.budget = budget;
    this.distinct = [...new Set(sql)];
  }

  /** In order. */
  get unanswered(): readonly string[] {
    return this.distinct.slice(this.answers.size);
  }

  async runIn(session: WorkerSession): Promise<void> {
    if (this.cancelled) return;
    this.session = session;
    try {
      await session.execute(this.unanswered, this.budget, this.oneByOne, (executions) => {
        for (const execution of executions) this.answers.set(this.distinct[this.answers.size] ?? '', execution);
      });
    } finally {
      this.session = null;
    }
  }

  /**
   * The worker was stopped while it ran this job. Which statement did it is known when only one was left or they
   * were sent one by one; else the rest runs again that way.
   */
  workerStopped(reason: string): void {
    const [stuck, ...others] = this.unanswered;
    if (stuck !== undefined && (this.oneByOne || others.length === 0)) {
      this.answers.set(stuck, {
        status: 'killed',
        columns: [],
        rows: [],
        truncated: false,
        error: `stopped from outside, because SQLite could not be interrupted: ${reason}`,
      });
    }
    this.oneByOne = true;
  }

  cancel(): void {
    this.cancelled = true;
    this.session?.cancel();
  }

  /** One execution for each text of the call, in its order. */
  executions(): Execution[] {
    return this.sql.flatMap((text) => this.answers.get(text) ?? []);
  }
}

function closedError(): Error {
  return new Error('the database is closed');
}
