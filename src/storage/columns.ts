/**
 * Many records of one shape as one block of bytes, column by column: what differs from record to record stands side by
 * side, every text once. Any plain data goes in (whatever structured clone takes of objects, lists, texts, numbers,
 * big integers and bytes) and comes back to the bit, so a record may change its shape without a new format.
 *
 * A column is a kind for each value (one byte in all where they agree), then the values of each kind: numbers as the
 * smallest integers that hold them, or as doubles in planes of their bytes, which deflate better; texts as places in
 * the one table of texts; lists as their lengths and one column of all elements; objects as a column for each field.
 */

const ABSENT = 0;
const NULL = 1;
const FALSE = 2;
const TRUE = 3;
const NUMBER = 4;
const TEXT = 5;
const LIST = 6;
const OBJECT = 7;
const BIGINT = 8;
const BYTES = 9;
const KINDS = 10;

/** Before the kinds of a column that do not agree. */
const MIXED = 255;
const DOUBLES = 8;
/** Raised when packed bytes of earlier versions would be read wrongly. */
const FORMAT = 1;

type Fields = Readonly<Record<string, unknown>>;

function kindOf(value: unknown): number {
  switch (typeof value) {
    case 'number':
      return NUMBER;
    case 'string':
      return TEXT;
    case 'boolean':
      return value ? TRUE : FALSE;
    case 'undefined':
      return ABSENT;
    case 'bigint':
      return BIGINT;
    case 'object':
      if (value === null) return NULL;
      if (Array.isArray(value)) return LIST;
      return value instanceof Uint8Array ? BYTES : OBJECT;
    case 'function':
    case 'symbol':
    default:
      throw new TypeError(`A ${typeof value} cannot be stored.`);
  }
}

/** Packs a list of values. Throws TypeError for a function or a symbol. */
export function pack(values: readonly unknown[]): Uint8Array<ArrayBuffer> {
  const texts = new Map<string, number>();
  const body = new Writer();
  body.whole(values.length);
  writeColumn(body, values, texts);
  const head = new Writer();
  head.byte(FORMAT);
  const table = new TextEncoder().encode(JSON.stringify([...texts.keys()]));
  head.whole(table.length);
  head.bytes(table);
  head.bytes(body.done());
  return head.done();
}

function writeColumn(out: Writer, values: readonly unknown[], texts: Map<string, number>): void {
  const kinds = new Uint8Array(values.length);
  const seen: unknown[][] = [];
  values.forEach((value, i) => {
    const kind = kindOf(value);
    kinds[i] = kind;
    (seen[kind] ??= []).push(value);
  });
  const present = Object.keys(seen).map(Number);
  if (present.length <= 1) out.byte(present[0] ?? ABSENT);
  else {
    out.byte(MIXED);
    out.bytes(kinds);
  }
  for (const kind of present) {
    const own = seen[kind] as unknown[];
    if (kind === NUMBER) writeNumbers(out, own as number[]);
    else if (kind === TEXT) writeTexts(out, own as string[], texts);
    else if (kind === BIGINT) writeTexts(out, own.map(String), texts);
    else if (kind === LIST) {
      writeNumbers(
        out,
        (own as unknown[][]).map(({ length }) => length),
      );
      writeColumn(out, (own as unknown[][]).flat(), texts);
    } else if (kind === BYTES) {
      writeNumbers(
        out,
        (own as Uint8Array[]).map(({ length }) => length),
      );
      for (const bytes of own as Uint8Array[]) out.bytes(bytes);
    } else if (kind === OBJECT) writeObjects(out, own as Fields[], texts);
  }
}

function writeObjects(out: Writer, objects: readonly Fields[], texts: Map<string, number>): void {
  const names = new Set<string>();
  for (const object of objects) for (const name of Object.keys(object)) names.add(name);
  writeTexts(out, [...names], texts, true);
  for (const name of names)
    writeColumn(
      out,
      objects.map((object) => (Object.hasOwn(object, name) ? object[name] : undefined)),
      texts,
    );
}

function writeTexts(out: Writer, own: readonly string[], texts: Map<string, number>, counted = false): void {
  const places = own.map((text) => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    texts.set(text, texts.size);
    return texts.size - 1;
  });
  if (counted) out.whole(places.length);
  writeNumbers(out, places);
}

/** Bytes that hold every one of these numbers as an integer without a sign; 8 when they do not fit in 4. */
function widthOf(numbers: readonly number[]): number {
  let most = 0;
  for (const number of numbers) {
    if (!Number.isInteger(number) || number < 0 || number > 0xffffffff || Object.is(number, -0)) return DOUBLES;
    if (number > most) most = number;
  }
  return most < 0x100 ? 1 : most < 0x10000 ? 2 : 4;
}

function writeNumbers(out: Writer, numbers: readonly number[]): void {
  const width = widthOf(numbers);
  out.byte(width);
  const view = width === DOUBLES ? new Float64Array(numbers) : null;
  const raw = view === null ? null : new Uint8Array(view.buffer);
  for (let plane = 0; plane < width; plane++)
    for (let i = 0; i < numbers.length; i++)
      out.byte(raw === null ? ((numbers[i] as number) >>> (8 * plane)) & 255 : (raw[8 * i + plane] as number));
}

/** Bytes one after another, in a buffer that grows. */
class Writer {
  #buffer = new Uint8Array(1024);
  #length = 0;

  byte(value: number): void {
    if (this.#length === this.#buffer.length) this.#grow(1);
    this.#buffer[this.#length++] = value;
  }
  bytes(values: Uint8Array): void {
    if (this.#length + values.length > this.#buffer.length) this.#grow(values.length);
    this.#buffer.set(values, this.#length);
    this.#length += values.length;
  }
  whole(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.byte((value >>> shift) & 255);
  }
  done(): Uint8Array<ArrayBuffer> {
    return this.#buffer.slice(0, this.#length);
  }
  #grow(by: number): void {
    const larger = new Uint8Array(Math.max(2 * this.#buffer.length, this.#length + by));
    larger.set(this.#buffer);
    this.#buffer = larger;
  }
}

/** A column that was read: its values are made when they are asked for. */
interface Column {
  at(i: number): unknown;
  /** The column of that field where this is one of objects; null where none has the field. */
  field(name: string): Column | null;
}

/** Values that were packed; each is made when it is asked for. */
export interface Packed {
  readonly length: number;
  at(i: number): unknown;
  /** One field of every value, without making the values: how one record is found among many. */
  field(name: string): (i: number) => unknown;
}

/** Reads what `pack` wrote. Throws RangeError for bytes that it did not write. */
export function unpack(bytes: Uint8Array): Packed {
  const input = new Reader(bytes);
  if (input.byte() !== FORMAT) throw new RangeError('These bytes were packed in another format.');
  const texts = JSON.parse(new TextDecoder().decode(input.bytes(input.whole()))) as string[];
  const length = input.whole();
  const column = readColumn(input, length, texts);
  return {
    length,
    at: (i) => column.at(i),
    field: (name) => {
      const own = column.field(name);
      return own === null ? () => undefined : (i) => own.at(i);
    },
  };
}

/** All values that were packed. */
export function unpackAll(bytes: Uint8Array): unknown[] {
  const packed = unpack(bytes);
  return Array.from({ length: packed.length }, (_, i) => packed.at(i));
}

function readColumn(input: Reader, length: number, texts: readonly string[]): Column {
  const first = input.byte();
  const kinds = first === MIXED ? input.bytes(length) : null;
  const counts = new Uint32Array(KINDS);
  /** The place of each value among those of its kind. */
  const places = kinds === null ? null : new Uint32Array(length);
  if (kinds === null) counts[first] = length;
  else
    kinds.forEach((kind, i) => {
      (places as Uint32Array)[i] = counts[kind] as number;
      counts[kind] = (counts[kind] as number) + 1;
    });
  const parts: (Part | undefined)[] = [];
  for (let kind = 0; kind < KINDS; kind++)
    if (counts[kind] !== 0 || (kinds === null && kind === first))
      parts[kind] = readPart(input, kind, counts[kind] ?? 0, texts);
  return {
    at: (i) => parts[kinds === null ? first : (kinds[i] as number)]?.at(places === null ? i : (places[i] as number)),
    field: (name) => {
      const objects = parts[OBJECT]?.fields?.get(name);
      if (objects === undefined) return null;
      if (kinds === null) return objects;
      return {
        at: (i) => (kinds[i] === OBJECT ? objects.at((places as Uint32Array)[i] as number) : undefined),
        field: () => null,
      };
    },
  };
}

/** The values of one kind in a column. */
interface Part {
  at(i: number): unknown;
  readonly fields?: ReadonlyMap<string, Column>;
}

function readPart(input: Reader, kind: number, count: number, texts: readonly string[]): Part {
  switch (kind) {
    case ABSENT:
      return { at: () => undefined };
    case NULL:
      return { at: () => null };
    case FALSE:
      return { at: () => false };
    case TRUE:
      return { at: () => true };
    case NUMBER: {
      const numbers = readNumbers(input, count);
      return { at: (i) => numbers()[i] };
    }
    case TEXT: {
      const places = readNumbers(input, count);
      return { at: (i) => texts[places()[i] as number] };
    }
    case BIGINT: {
      const places = readNumbers(input, count);
      return { at: (i) => BigInt(texts[places()[i] as number] as string) };
    }
    case LIST: {
      const starts = sums(readNumbers(input, count)());
      const elements = readColumn(input, starts[count] as number, texts);
      return {
        at: (i) => {
          const from = starts[i] as number;
          return Array.from({ length: (starts[i + 1] as number) - from }, (_, at) => elements.at(from + at));
        },
      };
    }
    case BYTES: {
      const starts = sums(readNumbers(input, count)());
      const all = input.bytes(starts[count] as number);
      return { at: (i) => all.slice(starts[i], starts[i + 1]) };
    }
    case OBJECT:
      return readObjects(input, count, texts);
    default:
      throw new RangeError('These bytes are not what was packed.');
  }
}

function readObjects(input: Reader, count: number, texts: readonly string[]): Part {
  const names = input.whole();
  const places = readNumbers(input, names)();
  const fields = new Map<string, Column>();
  for (let i = 0; i < names; i++) fields.set(texts[places[i] as number] as string, readColumn(input, count, texts));
  return {
    fields,
    at: (i) => {
      const object: Record<string, unknown> = {};
      for (const [name, column] of fields) {
        const value = column.at(i);
        if (value === undefined) continue;
        // A field of that name would be the object's prototype.
        if (name === '__proto__')
          Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
        else object[name] = value;
      }
      return object;
    },
  };
}

/** Numbers that are put together when the first of them is asked for. */
function readNumbers(input: Reader, count: number): () => ArrayLike<number> {
  const width = input.byte();
  if (![1, 2, 4, DOUBLES].includes(width)) throw new RangeError('These bytes are not what was packed.');
  const raw = input.bytes(width * count);
  if (width === 1) return () => raw;
  let made: ArrayLike<number> | null = null;
  return () => (made ??= fromPlanes(raw, width, count));
}

function fromPlanes(raw: Uint8Array, width: number, count: number): ArrayLike<number> {
  const bytes = new Uint8Array(width * count);
  for (let plane = 0; plane < width; plane++)
    for (let i = 0; i < count; i++) bytes[width * i + plane] = raw[plane * count + i] as number;
  if (width === DOUBLES) return new Float64Array(bytes.buffer);
  return width === 4 ? new Uint32Array(bytes.buffer) : new Uint16Array(bytes.buffer);
}

/** Where each of these lengths begins, and at last where they end. */
function sums(lengths: ArrayLike<number>): Float64Array {
  const starts = new Float64Array(lengths.length + 1);
  for (let i = 0; i < lengths.length; i++) starts[i + 1] = (starts[i] as number) + (lengths[i] as number);
  return starts;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new RangeError('These bytes end early.');
    return value;
  }
  bytes(length: number): Uint8Array {
    if (!(this.#at + length <= this.#bytes.length)) throw new RangeError('These bytes end early.');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
  whole(): number {
    let value = 0;
    for (let plane = 0; plane < 4; plane++) value += this.byte() * 256 ** plane;
    return value;
  }
}
