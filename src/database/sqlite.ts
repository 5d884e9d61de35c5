/**
 * SQLite as WebAssembly, in Node and in browsers, with a ceiling on its memory.
 *
 * The package's own wrappers convert every argument of every call; here the exported C functions are called
 * directly, which is what keeps thousands of tiny statements cheap.
 */
import sqlite3InitModule, { type Sqlite3Static } from '@sqlite.org/sqlite-wasm';
import { messageOf } from '../grpo/message-of.ts';

const PAGE_BYTES = 65_536;
const INITIAL_PAGES = 128;
/** Memory ceiling of one SQLite: past it an allocation fails with SQLITE_NOMEM, and the next statement works. */
export const MEMORY_LIMIT_BYTES = 4096 * PAGE_BYTES;

/** Addresses in SQLite's memory are numbers; 0 is NULL. */
export type Pointer = number;

/** The C functions used here, as exported by the WebAssembly module: same names, same argument order as sqlite3.h. */
export interface NativeCalls {
  sqlite3_prepare_v3(
    db: Pointer,
    sql: Pointer,
    bytes: number,
    flags: number,
    statement: Pointer,
    tail: Pointer,
  ): number;
  sqlite3_step(statement: Pointer): number;
  sqlite3_reset(statement: Pointer): number;
  sqlite3_bind_null(statement: Pointer, index: number): number;
  sqlite3_bind_int64(statement: Pointer, index: number, value: bigint): number;
  sqlite3_bind_double(statement: Pointer, index: number, value: number): number;
  sqlite3_bind_text(statement: Pointer, index: number, text: Pointer, bytes: number, destructor: number): number;
  sqlite3_finalize(statement: Pointer): number;
  sqlite3_stmt_readonly(statement: Pointer): number;
  sqlite3_stmt_isexplain(statement: Pointer): number;
  sqlite3_column_count(statement: Pointer): number;
  sqlite3_column_name(statement: Pointer, column: number): Pointer;
  sqlite3_column_type(statement: Pointer, column: number): number;
  sqlite3_column_double(statement: Pointer, column: number): number;
  sqlite3_column_int64(statement: Pointer, column: number): bigint;
  sqlite3_column_text(statement: Pointer, column: number): Pointer;
  sqlite3_column_blob(statement: Pointer, column: number): Pointer;
  sqlite3_column_bytes(statement: Pointer, column: number): number;
  sqlite3_errmsg(db: Pointer): Pointer;
  sqlite3_error_offset(db: Pointer): number;
  sqlite3_get_autocommit(db: Pointer): number;
  sqlite3_progress_handler(db: Pointer, every: number, handler: Pointer, argument: Pointer): void;
  sqlite3_set_authorizer(db: Pointer, handler: Pointer, argument: Pointer): number;
  sqlite3_malloc(bytes: number): Pointer;
  sqlite3_free(address: Pointer): void;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** One SQLite in its own memory. */
export class SqliteRuntime {
  readonly api: Sqlite3Static;
  readonly native: NativeCalls;
  /** Set when WebAssembly itself failed (a trap, a stack overflow): nothing in this memory can be trusted any more. */
  broken = false;

  private readonly memory: WebAssembly.Memory;
  private view: Uint8Array;

  constructor(api: Sqlite3Static, memory: WebAssembly.Memory) {
    this.api = api;
    this.native = api.wasm.exports as NativeCalls;
    this.memory = memory;
    this.view = new Uint8Array(memory.buffer);
  }

  /** The memory as bytes. Do not keep it: growing detaches the old view. */
  get bytes(): Uint8Array {
    if (this.view.byteLength === 0) this.view = new Uint8Array(this.memory.buffer);
    return this.view;
  }

  /** The 32-bit word at an address. */
  word(address: Pointer): number {
    const bytes = this.bytes;
    return (
      ((bytes[address] ?? 0) |
        ((bytes[address + 1] ?? 0) << 8) |
        ((bytes[address + 2] ?? 0) << 16) |
        ((bytes[address + 3] ?? 0) << 24)) >>>
      0
    );
  }

  /** UTF-8 text of known length. */
  text(address: Pointer, length: number): string {
    const bytes = this.bytes;
    if (length > 24) return decoder.decode(bytes.subarray(address, address + length));
    let text = '';
    for (let at = address; at < address + length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte > 127) return decoder.decode(bytes.subarray(address, address + length));
      text += String.fromCharCode(byte);
    }
    return text;
  }

  /** UTF-8 text up to its terminating zero; '' for NULL. */
  zeroTerminated(address: Pointer): string {
    return address === 0 ? '' : this.text(address, this.bytes.indexOf(0, address) - address);
  }

  /** Copies bytes into memory obtained from sqlite3_malloc; 0 when there is not enough. The caller frees it. */
  copyIn(source: Uint8Array): Pointer {
    const address = this.native.sqlite3_malloc(Math.max(1, source.byteLength));
    if (address !== 0) this.bytes.set(source, address);
    return address;
  }
}

/** The package's typings leave out the options that its Emscripten module takes. */
type InitWithOptions = (options: {
  wasmMemory: WebAssembly.Memory;
  print: (line: string) => void;
  printErr: (line: string) => void;
}) => Promise<Sqlite3Static>;

interface BootstrapScope {
  sqlite3ApiConfig?: { disable: { vfs: Record<string, boolean> } };
}

/**
 * Starts a new SQLite in memory of its own.
 *
 * @throws Error when the WebAssembly module cannot be fetched or compiled
 */
async function startSqlite(): Promise<SqliteRuntime> {
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MEMORY_LIMIT_BYTES / PAGE_BYTES });
  // Databases live in memory only: no storage of the browser is to be reachable from SQL.
  (globalThis as BootstrapScope).sqlite3ApiConfig = {
    disable: { vfs: { kvvfs: true, opfs: true, 'opfs-vfs': true, 'opfs-sahpool': true, 'opfs-wl': true } },
  };
  const silent = () => undefined;
  try {
    const api = await (sqlite3InitModule as unknown as InitWithOptions)({
      wasmMemory: memory,
      print: silent,
      printErr: silent,
    });
    return new SqliteRuntime(api, memory);
  } catch (error) {
    throw new Error(whyNotStarted(messageOf(error)), { cause: error });
  }
}

/** What kept SQLite from starting, from what the WebAssembly loader of any browser says. */
export function whyNotStarted(detail: string): string {
  if (/magic (word|number)|doesn't (parse at byte 0|start with)/i.test(detail))
    return 'SQLite could not start: what arrived in place of sqlite3.wasm is something else, most likely the page of a filter or of a login. Use another network, or have the filter let .wasm files of this site pass, and try again.';
  if (/disallowed by embedder|unsafe-eval|content security policy|blocked by CSP/i.test(detail))
    return 'SQLite could not start: the rules of this site or of a browser extension forbid WebAssembly. It needs ‘wasm-unsafe-eval’ in the site’s content security policy.';
  if (/WebAssembly is not defined|no native wasm support/i.test(detail))
    return 'SQLite could not start: this browser has WebAssembly switched off. Switch it on, or use another browser.';
  if (/fetch|network|load failed|\b(403|404|50\d)\b/i.test(detail))
    return 'SQLite could not start: sqlite3.wasm could not be fetched. Check the connection and try again.';
  return `SQLite could not start: ${detail.replace(/^Aborted\((.*?)\)\.?.*$/s, '$1')}`;
}

let shared: Promise<SqliteRuntime> | undefined;

/** The SQLite of this thread, started on first use and again after it broke. */
export async function sharedSqlite(): Promise<SqliteRuntime> {
  shared ??= startSqlite();
  try {
    const runtime = await shared;
    if (!runtime.broken) return runtime;
  } catch (error) {
    shared = undefined; // a failed download may succeed next time
    throw error;
  }
  shared = startSqlite();
  return shared;
}
