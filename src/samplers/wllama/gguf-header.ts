/**
 * Reads the head of a GGUF file: what it is, before anything is made of it.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import { ModelError } from '../language/model.ts';

export interface GgufHeader {
  readonly architecture: string;
  /** The name its maker gave the model; null for none. */
  readonly name: string | null;
  /** Tokens it was trained for; null when the file does not say. */
  readonly contextLength: number | null;
  readonly hasChatTemplate: boolean;
}

const MAGIC = 0x46554747; // "GGUF", little-endian
const FIRST_READ = 1 << 20;
/** More than any vocabulary takes. */
const LONGEST_HEADER = 256 << 20;
const LARGEST_COUNT = 1_000_000;
const GET_ANOTHER = 'Download the file again, or choose another.';

function badFile(message: string, remedy = GET_ANOTHER): ModelError {
  return new ModelError('bad-file', message, remedy);
}

/** The first four bytes of a GGUF file. */
export function startsLikeGguf(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true) === MAGIC;
}

/**
 * Throws ModelError 'bad-file' when it is not a GGUF file, is of a version or kind that cannot be used, or ends too
 * early ('unsupported' for a file that is whole but is no model that writes). The weights themselves are for the
 * runtime to judge.
 */
export async function readGgufHeader(file: Blob, name: string): Promise<GgufHeader> {
  if (file.size === 0) throw badFile(`${name} is empty.`);
  for (let length = FIRST_READ; ; length *= 4) {
    const head = await readStart(file, Math.min(length, LONGEST_HEADER), name);
    try {
      return parse(new DataView(head), file.size, name);
    } catch (error) {
      // The head of the head was not enough: a large vocabulary. A file that has no more to give is cut off.
      if (!(error instanceof RangeError)) throw error;
      if (head.byteLength >= file.size || length >= LONGEST_HEADER)
        throw badFile(`${name} ends in the middle of its header: it is cut off or damaged.`);
    }
  }
}

async function readStart(file: Blob, length: number, name: string): Promise<ArrayBuffer> {
  try {
    return await file.slice(0, length).arrayBuffer();
  } catch (error) {
    throw new ModelError(
      'bad-file',
      `${name} could not be read: it may have been moved, changed or deleted since it was chosen.`,
      'Choose the file again.',
      { cause: error },
    );
  }
}

/** Reads on through a header. Throws RangeError past its end. */
class Cursor {
  readonly #view: DataView;
  #at = 0;

  constructor(view: DataView) {
    this.#view = view;
  }

  get position(): number {
    return this.#at;
  }

  skip(bytes: number): void {
    this.#at += bytes;
    if (this.#at > this.#view.byteLength) throw new RangeError('past the end');
  }

  u32(): number {
    const value = this.#view.getUint32(this.#at, true);
    this.#at += 4;
    return value;
  }

  u64(): number {
    const value = Number(this.#view.getBigUint64(this.#at, true));
    this.#at += 8;
    return value;
  }

  string(): string {
    const start = this.#skipString();
    return new TextDecoder().decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, this.#at - start));
  }

  #skipString(): number {
    const length = this.u64();
    const start = this.#at;
    this.skip(length);
    return start;
  }

  /** Bytes of a value of fixed size, by the format's numbers for types. */
  static readonly #SIZES: Readonly<Record<number, number>> = {
    0: 1,
    1: 1,
    2: 2,
    3: 2,
    4: 4,
    5: 4,
    6: 4,
    7: 1,
    10: 8,
    11: 8,
    12: 8,
  };

  /** A value; numbers as numbers, lists only skipped. */
  value(type: number): string | number | boolean | null {
    if (type === 8) return this.string();
    if (type === 9) {
      this.#skipList();
      return null;
    }
    const size = Cursor.#SIZES[type];
    if (size === undefined) throw new SyntaxError(`a value of the unknown type ${type}`);
    const at = this.#at;
    this.skip(size);
    if (type === 7) return this.#view.getUint8(at) !== 0;
    if (type === 4) return this.#view.getUint32(at, true);
    if (type === 5) return this.#view.getInt32(at, true);
    if (type === 2) return this.#view.getUint16(at, true);
    if (type === 10) return Number(this.#view.getBigUint64(at, true));
    return null;
  }

  #skipList(): void {
    const type = this.u32();
    const count = this.u64();
    const size = Cursor.#SIZES[type];
    if (size !== undefined) this.skip(size * count);
    else if (type === 8) for (let left = count; left > 0; left--) this.#skipString();
    else throw new SyntaxError(`a list of the unknown type ${type}`);
  }
}

function parse(view: DataView, size: number, name: string): GgufHeader {
  if (view.byteLength < 4 || view.getUint32(0, true) !== MAGIC) {
    throw badFile(
      `${name} is not a GGUF file.`,
      'Choose a file that ends in .gguf: language models for llama.cpp come as such files.',
    );
  }
  const cursor = new Cursor(view);
  cursor.skip(4);
  const version = cursor.u32();
  if (version !== 2 && version !== 3) {
    const reason =
      (version & 0xffff) === 0 && version !== 0
        ? 'was written for machines with the other byte order'
        : `is of GGUF version ${version}; versions 2 and 3 can be read`;
    throw badFile(`${name} ${reason}.`, 'Choose another file of the same model.');
  }
  const tensors = cursor.u64();
  const entries = cursor.u64();
  if (tensors > LARGEST_COUNT || entries > LARGEST_COUNT)
    throw badFile(`${name} is damaged: its header makes no sense.`);
  const metadata = new Map<string, string | number | boolean | null>();
  try {
    for (let left = entries; left > 0; left--) metadata.set(cursor.string(), cursor.value(cursor.u32()));
  } catch (error) {
    if (error instanceof SyntaxError) throw badFile(`${name} is damaged: its header has ${error.message}.`);
    throw error;
  }
  checkKind(metadata, tensors, name);
  checkLength(cursor, tensors, Number(metadata.get('general.alignment') ?? 32), size, name);
  const architecture = String(metadata.get('general.architecture'));
  const contextLength = metadata.get(`${architecture}.context_length`);
  const title = metadata.get('general.name');
  return {
    architecture,
    name: typeof title === 'string' && title.trim() !== '' ? title : null,
    contextLength: typeof contextLength === 'number' && contextLength > 0 ? contextLength : null,
    hasChatTemplate: metadata.has('tokenizer.chat_template'),
  };
}

/** Throws ModelError for a file that is no model, not a whole one, or none that writes text. */
function checkKind(
  metadata: ReadonlyMap<string, string | number | boolean | null>,
  tensors: number,
  name: string,
): void {
  const architecture = metadata.get('general.architecture');
  if (typeof architecture !== 'string' || tensors === 0)
    throw badFile(`${name} is a GGUF file without a model in it.`, 'Choose the file with the weights.');
  const parts = metadata.get('split.count');
  if (typeof parts === 'number' && parts > 1) {
    throw badFile(
      `${name} is one of ${parts} parts of a model.`,
      'Join the parts with `llama-gguf-split --merge`, or choose a model that comes as one file.',
    );
  }
  if (architecture === 'clip' || metadata.get(`${architecture}.attention.causal`) === false) {
    throw new ModelError(
      'unsupported',
      `${name} holds a model of the kind "${architecture}", which does not write text.`,
      'Choose a model that was made to chat ("instruct").',
    );
  }
}

/**
 * Weights of a block and its bytes, by the format's numbers for types; of a type that is not here one byte is counted.
 */
const BLOCKS: Readonly<Record<number, readonly [weights: number, bytes: number]>> = {
  0: [1, 4],
  1: [1, 2],
  2: [32, 18],
  3: [32, 20],
  6: [32, 22],
  7: [32, 24],
  8: [32, 34],
  9: [32, 36],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210],
  15: [256, 292],
  16: [256, 66],
  17: [256, 74],
  18: [256, 98],
  19: [256, 50],
  20: [32, 18],
  21: [256, 110],
  22: [256, 82],
  23: [256, 136],
  24: [1, 1],
  25: [1, 2],
  26: [1, 4],
  27: [1, 8],
  28: [1, 8],
  29: [256, 56],
  30: [1, 2],
  34: [256, 54],
  35: [256, 66],
  39: [32, 17],
};

/** Throws ModelError when the weights go on after the file's end. */
function checkLength(cursor: Cursor, tensors: number, alignment: number, size: number, name: string): void {
  let end = 0;
  for (let left = tensors; left > 0; left--) {
    cursor.string();
    let weights = 1;
    for (let dimensions = cursor.u32(); dimensions > 0; dimensions--) weights *= cursor.u64();
    const [blockWeights, blockBytes] = BLOCKS[cursor.u32()] ?? [weights, 1];
    end = Math.max(end, cursor.u64() + (weights / blockWeights) * blockBytes);
  }
  const whole = Math.ceil(cursor.position / alignment) * alignment + end;
  if (whole > size)
    throw badFile(
      `${name} is cut off: it has ${size.toLocaleString('en')} of at least ${whole.toLocaleString('en')} bytes.`,
    );
}
