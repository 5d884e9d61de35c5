/**
 * A new id, of a run, an experiment or a file: 128 random bits in hexadecimal. Browsers keep `crypto.randomUUID` for
 * secure contexts, and a class may be served over plain http.
 */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
