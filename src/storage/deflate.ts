/** Bytes made smaller, and large again, by the platform's own deflate (browsers and Node alike). */

type Bytes = Uint8Array<ArrayBuffer>;

/** Smaller by as much as repeats in it. */
export function deflate(bytes: Bytes): Promise<Bytes> {
  return through(new CompressionStream('deflate-raw'), bytes);
}

/** Rejects for what `deflate` did not write. */
export function inflate(bytes: Bytes): Promise<Bytes> {
  return through(new DecompressionStream('deflate-raw'), bytes);
}

async function through(stream: CompressionStream | DecompressionStream, bytes: Bytes): Promise<Bytes> {
  const read = new Response(stream.readable).arrayBuffer();
  const writer = stream.writable.getWriter();
  // What is wrong with the bytes shows where they are read.
  void writer.write(bytes).catch(() => undefined);
  void writer.close().catch(() => undefined);
  return new Uint8Array(await read);
}
