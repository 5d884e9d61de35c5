import { messageOf } from '../grpo/message-of.ts';
import type { Database, Execution, ExecutionBudget, Schema } from '../grpo/types.ts';
import { DEFAULT_BUDGET } from './budget.ts';
import { abortError, DatabaseImportError } from './errors.ts';
import { executeOne } from './execute.ts';
import { importDatabase, openImage, type CheckedImage, type DatabaseSource } from './import.ts';
import { introspect } from './introspect.ts';
import { ALL_LAYERS, lockSandbox, type Sandbox, type SandboxLayers } from './sandbox.ts';

/** Milliseconds of work after which other events get their turn, so that an abort can arrive. */
const TURN_MS = 30;

/** A database that was opened before: image and schema need no second look. */
export interface OpenedDatabase extends CheckedImage {
  readonly schema: Schema;
}

/**
 * SQLite in this thread. A statement that one of its instructions never ends blocks the thread for good, so pages
 * use `WatchedDatabase`; this one is for command lines, tests, and the worker behind the watchdog.
 */
export class SqliteDatabase implements Database, OpenedDatabase {
  readonly schema: Schema;
  readonly image: Uint8Array;
  readonly notes: readonly string[];

  private sandbox: Sandbox | null;
  private readonly layers: SandboxLayers;

  private constructor(opened: OpenedDatabase, sandbox: Sandbox, layers: SandboxLayers) {
    this.schema = opened.schema;
    this.image = opened.image;
    this.notes = opened.notes;
    this.sandbox = sandbox;
    this.layers = layers;
  }

  /**
   * Opens a SQLite file or a dump. Bytes are kept by reference: do not change them while the database is open.
   *
   * @param layers guards of the sandbox; all but in tests
   * @throws DatabaseImportError with a message for the reader
   */
  static async open(source: DatabaseSource, layers: SandboxLayers = ALL_LAYERS): Promise<SqliteDatabase> {
    const { connection, image, notes } = await importDatabase(source);
    try {
      const { schema, notes: leftOut } = introspect(connection);
      if (schema.tables.length === 0)
        throw new DatabaseImportError('No table or view of the database can be read. Open another one.');
      return new SqliteDatabase(
        { schema, image, notes: [...notes, ...leftOut] },
        lockSandbox(connection, tableNames(schema), layers),
        layers,
      );
    } catch (error) {
      connection.close();
      if (error instanceof DatabaseImportError) throw error;
      throw new DatabaseImportError(
        `The schema of the database cannot be read; SQLite says: ${messageOf(error)}. The file may be damaged.`,
        { cause: error },
      );
    }
  }

  /** Opens again what `open` gave, without checks and introspection. */
  static async reopen(opened: OpenedDatabase, layers: SandboxLayers = ALL_LAYERS): Promise<SqliteDatabase> {
    return new SqliteDatabase(opened, await openSandbox(opened, layers), layers);
  }

  async execute(
    sql: readonly string[],
    options: { readonly budget?: Partial<ExecutionBudget>; readonly signal?: AbortSignal } = {},
  ): Promise<Execution[]> {
    const { signal } = options;
    const budget = { ...DEFAULT_BUDGET, ...options.budget };
    const known = new Map<string, Execution>();
    const executions: Execution[] = [];
    let turn = performance.now();
    for (const text of sql) {
      if (signal !== undefined && performance.now() - turn > TURN_MS) {
        await nextTurn();
        turn = performance.now();
      }
      if (signal?.aborted === true) throw abortError();
      const execution = known.get(text) ?? (await this.executeOne(text, budget));
      known.set(text, execution);
      executions.push(execution);
    }
    return executions;
  }

  /** One statement; the budget is complete. Async only when SQLite has to be started again. */
  async executeOne(sql: string, budget: ExecutionBudget): Promise<Execution> {
    if (this.sandbox === null) throw new Error('the database is closed');
    if (this.sandbox.connection.runtime.broken) this.sandbox = await openSandbox(this, this.layers);
    try {
      return executeOne(this.sandbox, sql, budget);
    } catch {
      // WebAssembly itself failed: its memory may be in any state. The next statement gets a fresh one.
      this.sandbox.connection.runtime.broken = true;
      return {
        status: 'killed',
        columns: [],
        rows: [],
        truncated: false,
        error: 'SQLite broke down on it, and is started again for the next one',
      };
    }
  }

  close(): void {
    if (this.sandbox !== null && !this.sandbox.connection.runtime.broken) this.sandbox.connection.close();
    this.sandbox = null;
  }
}

async function openSandbox(opened: OpenedDatabase, layers: SandboxLayers): Promise<Sandbox> {
  return lockSandbox(await openImage(opened.image), tableNames(opened.schema), layers);
}

function tableNames(schema: Schema): string[] {
  return schema.tables.map((table) => table.name);
}

/** Lets timers, messages and clicks run. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
