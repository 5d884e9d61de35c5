/** Takes the bytes of a file as they arrive into the part store. */
import { writing } from './download-faults.ts';
import type { About, PartStore, Stored } from './part-store.ts';

export interface ArrivingOptions {
  readonly store: PartStore;
  readonly name: string;
  /** What the answer says of the file. */
  readonly about: About;
  readonly stored: Stored | null;
  /** Where the answer begins in the file: behind what is stored, or at 0. */
  readonly from: number;
  /** Bytes that are stored at a time. */
  readonly partBytes: number;
}

/**
 * Bytes that are stored already are compared: where a server sends a file anew, nothing is lost unless it is another
 * one, and then only from the first piece on that differs. Nothing is touched before there is something to store.
 */
export class ArrivingFile {
  readonly #options: ArrivingOptions;
  /** Bytes of the file that arrived, in this answer or before it. */
  received: number;
  /** Of these, the ones that are stored. */
  #written: number;
  /** Of these, the ones from before this answer that it does not contradict. */
  #kept: number;
  #begun: boolean;
  #pending: Uint8Array<ArrayBuffer>[] = [];

  constructor(options: ArrivingOptions) {
    this.#options = options;
    this.received = options.from;
    this.#written = options.from;
    this.#kept = options.from;
    this.#begun = options.from > 0;
  }

  /** The next bytes. Rejects with ModelError when they cannot be stored. */
  async take(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const compared = this.#begun ? 0 : await this.#compare(bytes);
    if (compared === bytes.length) return;
    if (!this.#begun) {
      const { store, name, about } = this.#options;
      this.#begun = true;
      await writing(store.truncate(name, this.#written));
      await writing(store.describe(name, about));
    }
    this.#pending.push(bytes.subarray(compared));
    this.received += bytes.length - compared;
    if (this.received - this.#written >= this.#options.partBytes) await this.flush();
  }

  /** How many of the bytes, from the first on, need not be stored because they are. */
  async #compare(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    const { stored } = this.#options;
    const length = stored === null ? 0 : Math.min(bytes.length, stored.bytes - this.received);
    if (stored === null || length === 0) return 0;
    const there = new Uint8Array(await stored.blob.slice(this.received, this.received + length).arrayBuffer());
    if (!there.every((byte, index) => byte === bytes[index])) return 0;
    this.received += length;
    this.#written = this.received;
    this.#kept = this.received;
    return length;
  }

  /** Stores what has arrived. */
  async flush(): Promise<void> {
    if (this.received === this.#written) return;
    const { store, name } = this.#options;
    const part = new Blob(this.#pending);
    this.#pending = [];
    await writing(store.append(name, this.#written, part));
    this.#written = this.received;
  }

  /** That was all of it. */
  async end(): Promise<void> {
    const { store, name, about } = this.#options;
    await this.flush();
    await writing(store.truncate(name, this.received));
    await writing(store.describe(name, { ...about, totalBytes: this.received }));
  }

  /** What came was none of the file: what was there before this answer stays, as far as it is the same. */
  async discard(): Promise<void> {
    const { store, name } = this.#options;
    if (this.#begun) await (this.#kept > 0 ? store.truncate(name, this.#kept) : store.remove(name));
  }
}
