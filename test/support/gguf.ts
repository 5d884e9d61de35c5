/**
 * Writes a small GGUF file with random weights: a real llama model for a real runtime, about 0.5 MB, that has learnt
 * nothing. Made anew by each test that wants one, in Node or in a page, and the same for the same options.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (version 3, little-endian).
 */
import { seededRandom } from '../../src/grpo/random.ts';

export interface GgufOptions {
  /** Of the weights. */
  readonly seed?: number;
  /** Tokens the model is said to be trained for. */
  readonly contextLength?: number;
  /** Jinja; null leaves it out. */
  readonly chatTemplate?: string | null;
  readonly name?: string;
  readonly architecture?: string;
  readonly layers?: number;
  /** Width of a token's vector, a multiple of 16. */
  readonly width?: number;
  /** Tokens that are never meant, to make the vocabulary as large as that of a real model. */
  readonly extraTokens?: number;
  /** Metadata beside what a model needs. */
  readonly more?: readonly (readonly [string, GgufValue])[];
}

/** Each message after a line that names its role. */
export const TEST_CHAT_TEMPLATE =
  "{% for message in messages %}[{{ message['role'] }}]\n{{ message['content'] }}\n{% endfor %}{% if add_generation_prompt %}[assistant]\n{% endif %}";

const HEADS = 4;
const ALIGNMENT = 32;

export type GgufValue =
  | string
  | number
  | boolean
  | { readonly float: number }
  | { readonly strings: readonly string[] }
  | { readonly floats: readonly number[] }
  | { readonly integers: readonly number[] };

/** Value types as the format numbers them. */
const TYPE = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;

/** A buffer that grows, written little-endian. */
class Bytes {
  #bytes = new Uint8Array(1 << 20);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  #reserve(size: number): number {
    const at = this.length;
    this.length += size;
    if (this.length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }

  u32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value >>> 0, true);
  }

  u64(value: number): void {
    const at = this.#reserve(8);
    this.#view.setBigUint64(at, BigInt(value), true);
  }

  f32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setFloat32(at, value, true);
  }

  byte(value: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  string(text: string): void {
    const encoded = new TextEncoder().encode(text);
    this.u64(encoded.length);
    const at = this.#reserve(encoded.length);
    this.#bytes.set(encoded, at);
  }

  value(value: GgufValue): void {
    if (typeof value === 'string') {
      this.u32(TYPE.string);
      this.string(value);
    } else if (typeof value === 'boolean') {
      this.u32(TYPE.bool);
      this.byte(value ? 1 : 0);
    } else if (typeof value === 'number') {
      this.u32(TYPE.u32);
      this.u32(value);
    } else if ('float' in value) {
      this.u32(TYPE.f32);
      this.f32(value.float);
    } else if ('strings' in value) {
      this.#array(TYPE.string, value.strings, (item) => this.string(item));
    } else if ('floats' in value) {
      this.#array(TYPE.f32, value.floats, (item) => this.f32(item));
    } else {
      this.#array(TYPE.i32, value.integers, (item) => this.u32(item));
    }
  }

  #array<T>(type: number, items: readonly T[], write: (item: T) => void): void {
    this.u32(TYPE.array);
    this.u32(type);
    this.u64(items.length);
    for (const item of items) write(item);
  }

  pad(): void {
    while (this.length % ALIGNMENT !== 0) this.byte(0);
  }

  taken(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length);
  }
}

interface Token {
  readonly text: string;
  /** 1 normal, 2 unknown, 3 control, 6 byte. */
  readonly type: number;
}

/**
 * SentencePiece pieces: the specials, every byte, every printable ASCII character (▁ is a space), some words of SQL.
 */
function vocabulary(extra: number): Token[] {
  const specials: Token[] = [
    { text: '<unk>', type: 2 },
    { text: '<s>', type: 3 },
    { text: '</s>', type: 3 },
  ];
  const bytes = Array.from({ length: 256 }, (_, byte) => ({
    text: `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
    type: 6,
  }));
  const printable = Array.from({ length: 94 }, (_, offset) => String.fromCharCode(33 + offset));
  const words = ['SELECT', 'FROM', 'WHERE', 'GROUP', 'ORDER', 'BY', 'count', 'name', 'id', 'er', 'in', 'on'];
  const filler = Array.from({ length: extra }, (_, index) => `ŧ${index.toString(36)}`);
  const pieces = ['▁', '\n', ...printable, ...words, ...words.map((word) => `▁${word}`), ...filler];
  return [...specials, ...bytes, ...pieces.map((text) => ({ text, type: 1 }))];
}

/** The file's bytes. */
export const makeGguf = (options: GgufOptions = {}): Uint8Array<ArrayBuffer> => makeGgufWithWeights(options).bytes;

/** The file's bytes, and of each tensor that is random its bytes among them. */
export function makeGgufWithWeights(options: GgufOptions = {}): {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly weights: readonly Uint8Array<ArrayBuffer>[];
} {
  const {
    seed = 1,
    contextLength = 2048,
    chatTemplate = TEST_CHAT_TEMPLATE,
    name = 'Random llama',
    architecture = 'llama',
    layers = 2,
    width = 64,
    extraTokens = 0,
    more = [],
  } = options;
  const random = seededRandom(seed).next;
  const tokens = vocabulary(extraTokens);
  const hidden = width * 2;

  const metadata: (readonly [string, GgufValue])[] = [
    ['general.architecture', architecture],
    ['general.name', name],
    ['general.alignment', ALIGNMENT],
    [`${architecture}.context_length`, contextLength],
    [`${architecture}.embedding_length`, width],
    [`${architecture}.block_count`, layers],
    [`${architecture}.feed_forward_length`, hidden],
    [`${architecture}.attention.head_count`, HEADS],
    [`${architecture}.attention.head_count_kv`, HEADS],
    [`${architecture}.attention.layer_norm_rms_epsilon`, { float: 1e-5 }],
    [`${architecture}.rope.dimension_count`, width / HEADS],
    [`${architecture}.vocab_size`, tokens.length],
    ['tokenizer.ggml.model', 'llama'],
    ['tokenizer.ggml.tokens', { strings: tokens.map(({ text }) => text) }],
    // Longer pieces are joined first.
    ['tokenizer.ggml.scores', { floats: tokens.map(({ text, type }) => (type === 1 ? text.length - 100 : 0)) }],
    ['tokenizer.ggml.token_type', { integers: tokens.map(({ type }) => type) }],
    ['tokenizer.ggml.bos_token_id', 1],
    ['tokenizer.ggml.eos_token_id', 2],
    ['tokenizer.ggml.unknown_token_id', 0],
    ['tokenizer.ggml.add_bos_token', true],
    ['tokenizer.ggml.add_space_prefix', false],
  ];
  metadata.push(...more);
  if (chatTemplate !== null) metadata.push(['tokenizer.chat_template', chatTemplate]);

  /** Name, shape with the fastest dimension first, and half the width of the weights' range; null for ones. */
  const tensors: [string, readonly number[], number | null][] = [
    ['token_embd.weight', [width, tokens.length], 1],
    ['output_norm.weight', [width], null],
    // Logits with a spread of about 2.
    ['output.weight', [width, tokens.length], 2 * Math.sqrt(3 / width)],
  ];
  for (let layer = 0; layer < layers; layer++) {
    const matrix = (from: number, to: number): [readonly number[], number] => [[from, to], Math.sqrt(3 / from)];
    tensors.push(
      [`blk.${layer}.attn_norm.weight`, [width], null],
      [`blk.${layer}.attn_q.weight`, ...matrix(width, width)],
      [`blk.${layer}.attn_k.weight`, ...matrix(width, width)],
      [`blk.${layer}.attn_v.weight`, ...matrix(width, width)],
      [`blk.${layer}.attn_output.weight`, ...matrix(width, width)],
      [`blk.${layer}.ffn_norm.weight`, [width], null],
      [`blk.${layer}.ffn_gate.weight`, ...matrix(width, hidden)],
      [`blk.${layer}.ffn_up.weight`, ...matrix(width, hidden)],
      [`blk.${layer}.ffn_down.weight`, ...matrix(hidden, width)],
    );
  }

  const out = new Bytes();
  for (const letter of 'GGUF') out.byte(letter.charCodeAt(0));
  out.u32(3);
  out.u64(tensors.length);
  out.u64(metadata.length);
  for (const [key, value] of metadata) {
    out.string(key);
    out.value(value);
  }
  const size = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);
  let offset = 0;
  for (const [tensor, shape] of tensors) {
    out.string(tensor);
    out.u32(shape.length);
    for (const side of shape) out.u64(side);
    out.u32(0); // 32-bit floats
    out.u64(offset);
    offset += Math.ceil((size(shape) * 4) / ALIGNMENT) * ALIGNMENT;
  }
  const places: (readonly [start: number, end: number])[] = [];
  for (const [, shape, range] of tensors) {
    out.pad();
    const start = out.length;
    for (let left = size(shape); left > 0; left--) out.f32(range === null ? 1 : (random() * 2 - 1) * range);
    if (range !== null) places.push([start, out.length]);
  }
  out.pad();
  const bytes = out.taken();
  return { bytes, weights: places.map(([start, end]) => bytes.slice(start, end)) };
}
