import type { SqlValue } from '../grpo/types.ts';
import { Meter, STEPS_PER_TICK } from './meter.ts';
import type { Pointer, SqliteRuntime } from './sqlite.ts';

/** Result codes of sqlite3.h that are told apart here (primary codes). */
export const CODE = {
  OK: 0,
  ERROR: 1,
  NOMEM: 7,
  READONLY: 8,
  INTERRUPT: 9,
  CORRUPT: 11,
  TOOBIG: 18,
  AUTH: 23,
  NOTADB: 26,
  ROW: 100,
  DONE: 101,
} as const;

const TYPE = { INTEGER: 1, FLOAT: 2, TEXT: 3, BLOB: 4 } as const;

/** What a failed call left behind. */
export interface Failure {
  readonly code: number;
  readonly message: string;
  /** UTF-8 byte offset into the SQL, or -1. */
  readonly byteOffset: number;
}

/** Compiled: address of the statement (0 when the text holds none), and where the text after it begins, in bytes. */
export interface Prepared {
  readonly statement: Pointer;
  readonly tail: number;
}

const encoder = new TextEncoder();

/** Tells SQLite to copy what it is given. */
const TRANSIENT = -1;

/**
 * One database in SQLite's memory, at the level of prepare, step and read. Knows nothing of what is allowed;
 * `lockSandbox` adds that.
 */
export class Connection {
  readonly runtime: SqliteRuntime;
  readonly db: Pointer;
  readonly meter = new Meter();

  private readonly handle: InstanceType<SqliteRuntime['api']['oo1']['DB']>;
  private readonly slots: Pointer;
  private readonly handlers: Pointer[] = [];
  private text: Pointer = 0;
  private textCapacity = 0;

  /** Opens an empty database in memory, with the meter attached. */
  constructor(runtime: SqliteRuntime) {
    this.runtime = runtime;
    this.handle = new runtime.api.oo1.DB(':memory:', 'c');
    this.db = this.handle.pointer as Pointer;
    this.slots = runtime.native.sqlite3_malloc(16);
    const onProgress = this.install('i(p)', () => this.meter.tick());
    runtime.native.sqlite3_progress_handler(this.db, STEPS_PER_TICK, onProgress, 0);
  }

  /** Replaces the database by a read-only image. SQLite says OK to anything here; the first query tells. */
  load(image: Uint8Array): void {
    const { capi } = this.runtime.api;
    const address = this.runtime.copyIn(image);
    if (address === 0) throw new RangeError('the database does not fit into the memory of the sandbox');
    const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_READONLY;
    const code = capi.sqlite3_deserialize(this.db, 'main', address, image.byteLength, image.byteLength, flags);
    if (code !== CODE.OK) throw new Error(`SQLite could not open the image: ${this.failure(code).message}`);
  }

  /** The database as bytes. */
  image(): Uint8Array {
    return this.runtime.api.capi.sqlite3_js_db_export(this.db);
  }

  /** Makes a JavaScript function callable from SQLite, until the connection closes. */
  install(signature: string, handler: (...addresses: Pointer[]) => number): Pointer {
    const address = this.runtime.api.wasm.installFunction(signature, handler);
    this.handlers.push(address);
    return address;
  }

  /** Defines a function of SQL, in place of a built-in one of the same name and number of arguments. */
  define(name: string, argumentCount: number, body: (...values: SqlValue[]) => SqlValue): void {
    this.handle.createFunction({
      name,
      arity: argumentCount,
      directOnly: false,
      innocuous: true,
      xFunc: (_context: unknown, ...values: unknown[]) => body(...(values as SqlValue[])),
    });
  }

  /** Puts SQL where SQLite can read it; the returned number is its length in bytes. */
  write(sql: string): number {
    const needed = sql.length * 3 + 1;
    if (needed > this.textCapacity) {
      this.runtime.native.sqlite3_free(this.text);
      this.textCapacity = Math.max(needed, 4096);
      this.text = this.runtime.native.sqlite3_malloc(this.textCapacity);
      if (this.text === 0) {
        this.textCapacity = 0;
        throw new RangeError('the SQL text does not fit into the memory of the sandbox');
      }
    }
    const bytes = this.runtime.bytes;
    const { written } = encoder.encodeInto(sql, bytes.subarray(this.text, this.text + this.textCapacity - 1));
    bytes[this.text + written] = 0;
    return written;
  }

  /** Compiles the first statement at byte `from` of the text last given to `write`, which has `length` bytes. */
  prepareAt(from: number, length: number): Prepared | Failure {
    const { native } = this.runtime;
    const code = native.sqlite3_prepare_v3(this.db, this.text + from, length - from + 1, 0, this.slots, this.slots + 4);
    if (code !== CODE.OK) return this.failure(code);
    return { statement: this.runtime.word(this.slots), tail: this.runtime.word(this.slots + 4) - this.text };
  }

  /** The message and place of the error that the last call returned `code` for. */
  failure(code: number): Failure {
    const { native } = this.runtime;
    return {
      code: code & 0xff,
      message: this.runtime.zeroTerminated(native.sqlite3_errmsg(this.db)),
      byteOffset: native.sqlite3_error_offset(this.db),
    };
  }

  /**
   * Gives a statement a value for the parameter at `index`, from 1. A text goes through the memory that `write` uses.
   *
   * @throws RangeError for bytes, which nothing here binds
   */
  bind(statement: Pointer, index: number, value: SqlValue): void {
    const { native } = this.runtime;
    if (value === null) native.sqlite3_bind_null(statement, index);
    else if (typeof value === 'bigint') native.sqlite3_bind_int64(statement, index, value);
    else if (typeof value === 'string') {
      const length = this.write(value);
      native.sqlite3_bind_text(statement, index, this.text, length, TRANSIENT);
    } else if (typeof value === 'number') {
      if (Number.isSafeInteger(value)) native.sqlite3_bind_int64(statement, index, BigInt(value));
      else native.sqlite3_bind_double(statement, index, value);
    } else throw new RangeError('bytes are not bound');
  }

  columnNames(statement: Pointer): string[] {
    const { native } = this.runtime;
    const names: string[] = [];
    for (let column = 0, count = native.sqlite3_column_count(statement); column < count; column++) {
      names.push(this.runtime.zeroTerminated(native.sqlite3_column_name(statement, column)));
    }
    return names;
  }

  /** One cell of the current row. Integers beyond ±2^53 come as bigint. */
  cell(statement: Pointer, column: number): SqlValue {
    const { native } = this.runtime;
    switch (native.sqlite3_column_type(statement, column)) {
      case TYPE.INTEGER: {
        const value = native.sqlite3_column_double(statement, column);
        return Number.isSafeInteger(value) ? value : native.sqlite3_column_int64(statement, column);
      }
      case TYPE.FLOAT:
        return native.sqlite3_column_double(statement, column);
      case TYPE.TEXT: {
        const address = native.sqlite3_column_text(statement, column);
        return this.runtime.text(address, native.sqlite3_column_bytes(statement, column));
      }
      case TYPE.BLOB: {
        const address = native.sqlite3_column_blob(statement, column);
        return this.runtime.bytes.slice(address, address + native.sqlite3_column_bytes(statement, column));
      }
      default:
        return null;
    }
  }

  /**
   * All rows of one trusted statement (introspection, checks); the meter applies.
   *
   * @throws QueryError
   */
  query(sql: string): SqlValue[][] {
    const length = this.write(sql);
    const prepared = this.prepareAt(0, length);
    if ('code' in prepared) throw new QueryError(prepared);
    const { native } = this.runtime;
    try {
      const rows: SqlValue[][] = [];
      const columns = native.sqlite3_column_count(prepared.statement);
      for (;;) {
        const code = native.sqlite3_step(prepared.statement);
        if (code === CODE.DONE) return rows;
        if (code !== CODE.ROW) throw new QueryError(this.failure(code));
        rows.push(Array.from({ length: columns }, (_, column) => this.cell(prepared.statement, column)));
      }
    } finally {
      native.sqlite3_finalize(prepared.statement);
    }
  }

  close(): void {
    if (!this.handle.isOpen()) return;
    const { native, api } = this.runtime;
    this.handle.close();
    native.sqlite3_free(this.slots);
    native.sqlite3_free(this.text);
    for (const handler of this.handlers) api.wasm.uninstallFunction(handler);
  }
}

/** A trusted statement that failed. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}
