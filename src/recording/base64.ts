/** Bytes as text and back, some at a time: a database is far more than a call takes arguments. */

/** Bytes at a time; a multiple of 3, so that the parts can be joined. Longer parts take longer. */
const PART = 768;

export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += PART)
    parts.push(btoa(Reflect.apply(String.fromCharCode, null, bytes.subarray(at, at + PART)) as string));
  return parts.join('');
}

/** Throws DOMException for what is no base64. */
export function fromBase64(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let end = 0;
  for (let at = 0; at < text.length; at += (PART / 3) * 4) {
    const part = atob(text.slice(at, at + (PART / 3) * 4));
    for (let i = 0; i < part.length; i++) bytes[end++] = part.charCodeAt(i);
  }
  return bytes.slice(0, end);
}
