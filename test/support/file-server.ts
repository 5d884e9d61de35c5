/** A server of one file that runs in memory, behind the signature of fetch: with or without ranges, and with faults. */

export interface FileServer {
  readonly fetch: typeof globalThis.fetch;
  /** The Range header of each request, null for none. */
  readonly ranges: (string | null)[];
  /** Bytes that left the server. */
  sent: number;
}

export interface FileServerOptions {
  readonly etag?: string;
  /** False answers every request with the whole file. */
  readonly acceptsRanges?: boolean;
  readonly chunkBytes?: number;
  /** Bytes after which the connection breaks, once. */
  readonly breakAfter?: number;
  /** Bytes after which the body ends as if it were whole. */
  readonly endAfter?: number;
  /** Bytes after which nothing more comes; 0 for no answer at all. */
  readonly stallAfter?: number;
  /** Headers of files other than the right ones; null leaves one out. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly status?: number;
  /** Called before each chunk. */
  readonly beforeChunk?: () => Promise<void>;
}

export function serveFile(file: Uint8Array<ArrayBuffer>, options: FileServerOptions = {}): FileServer {
  const { etag = '"1"', acceptsRanges = true, chunkBytes = 64 * 1024, status, beforeChunk } = options;
  let breaks = options.breakAfter !== undefined;
  const server: FileServer = { ranges: [], sent: 0, fetch: respond };

  async function respond(_input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    init?.signal?.throwIfAborted();
    const range = new Headers(init?.headers).get('range');
    server.ranges.push(range);
    if (status !== undefined) return new Response('no', { status });
    if (options.stallAfter === 0) await new Promise(() => undefined);
    const start = acceptsRanges && range !== null ? Number(/^bytes=(\d+)-$/.exec(range)?.[1]) : 0;
    if (start >= file.length && start > 0)
      return new Response(null, { status: 416, headers: { 'content-range': `bytes */${file.length}` } });
    const headers = new Headers({ etag, 'content-length': String(file.length - start) });
    if (start > 0) headers.set('content-range', `bytes ${start}-${file.length - 1}/${file.length}`);
    for (const [name, value] of Object.entries(options.headers ?? {}))
      if (value === null) headers.delete(name);
      else if (name !== 'content-range' || start > 0) headers.set(name, value);
    return new Response(body(start, init?.signal ?? undefined), { status: start > 0 ? 206 : 200, headers });
  }

  function body(start: number, signal: AbortSignal | undefined): ReadableStream<Uint8Array<ArrayBuffer>> {
    let at = start;
    return new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        start(controller) {
          signal?.addEventListener('abort', () => {
            if (at < file.length) controller.error(signal.reason);
          });
        },
        async pull(controller) {
          await beforeChunk?.();
          if (signal?.aborted === true) return;
          if (breaks && at >= (options.breakAfter ?? 0)) {
            breaks = false;
            controller.error(new TypeError('network error'));
            return;
          }
          if (at >= (options.stallAfter ?? Infinity)) return new Promise(() => undefined);
          const end = Math.min(file.length, options.endAfter ?? Infinity);
          const chunk = file.slice(at, Math.min(end, at + chunkBytes));
          at += chunk.length;
          server.sent += chunk.length;
          if (chunk.length > 0) controller.enqueue(chunk);
          if (at >= end) controller.close();
        },
      },
      { highWaterMark: 0 },
    );
  }

  return server;
}
