/** Tells a whole file of a model from one that was cut short and from something else, where no list has its length. */
import { fileName } from './errors.ts';

const WASM_START = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/**
 * Whether the body is what its address says: JSON that can be read, a WebAssembly module or a SentencePiece model whose
 * last section ends where the file does. True for any other kind of file that is not empty.
 */
export async function isWhole(url: string, body: Blob): Promise<boolean> {
  const name = fileName(url);
  if (name.endsWith('.json')) return isJson(await body.text());
  const bytes = new Uint8Array(await body.arrayBuffer());
  // Sections are numbered from 0 to 13.
  if (name.endsWith('.wasm'))
    return (
      WASM_START.every((byte, at) => bytes[at] === byte) && endsWithSection(bytes, WASM_START.length, (id) => id < 14)
    );
  // The fields of its protocol buffer all say how long they are: wire type 2.
  if (name.endsWith('.model')) return bytes.length > 0 && endsWithSection(bytes, 0, (tag) => (tag & 7) === 2);
  return bytes.length > 0;
}

function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

/** Whether sections (a byte that tells the kind, the length as LEB128, so many bytes) fill the file to its end. */
function endsWithSection(bytes: Uint8Array, start: number, isKind: (byte: number) => boolean): boolean {
  let at = start;
  while (at < bytes.length) {
    if (!isKind(bytes[at++] ?? 0xff)) return false;
    let length = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || factor > 128 ** 4) return false;
      length += (byte & 127) * factor;
      if (byte < 128) break;
    }
    at += length;
  }
  return at === bytes.length;
}
