/**
 * A model server for the tests of WebLLM: a folder as a host of models has it, with the faults that real ones have.
 * The weights are zeros and the program is none: no weights are needed to see what happens before them.
 */
import { createServer, type ServerResponse } from 'node:http';

/** What happens to a request for a file, by its name. */
export type Fault = 'missing' | 'cut-short' | 'cut-short-unannounced' | 'hang' | 'refuse' | 'slow';

export interface ModelServer {
  /** Address of the model, as a record has it. */
  readonly model: string;
  readonly program: string;
  readonly shardBytes: number;
  readonly shards: number;
  /** Files asked for since the last `reset`, in order. */
  readonly asked: string[];
  /** Requests whose connection the browser closed before they were answered in full. */
  readonly brokenOff: string[];
  /** Faults by file name. */
  readonly faults: Map<string, Fault>;
  reset(): void;
  close(): Promise<void>;
}

const SHARD_BYTES = 512 * 1024;
const SHARDS = 6;
/** The smallest module there is: eight bytes, no memory, no functions. */
const EMPTY_WASM = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

const FILES: ReadonlyMap<string, Buffer> = new Map([
  [
    'mlc-chat-config.json',
    Buffer.from(
      JSON.stringify({
        tokenizer_files: ['tokenizer.json'],
        vocab_size: 8,
        context_window_size: 4096,
        conv_template: {},
      }),
    ),
  ],
  [
    'tensor-cache.json',
    Buffer.from(
      JSON.stringify({
        metadata: { ParamSize: SHARDS },
        records: Array.from({ length: SHARDS }, (_, index) => ({
          dataPath: `params_shard_${index}.bin`,
          format: 'raw-shard',
          nbytes: SHARD_BYTES,
          records: [],
        })),
      }),
    ),
  ],
  ['tokenizer.json', Buffer.from('{"version":"1.0","model":{"type":"BPE","vocab":{},"merges":[]}}')],
  ['program.wasm', EMPTY_WASM],
  ...Array.from({ length: SHARDS }, (_, index): [string, Buffer] => [
    `params_shard_${index}.bin`,
    Buffer.alloc(SHARD_BYTES),
  ]),
]);

/** Listens on a free port of this machine, for pages of any origin. */
export async function serveModel(): Promise<ModelServer> {
  const asked: string[] = [];
  const brokenOff: string[] = [];
  const faults = new Map<string, Fault>();
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '', 'http://localhost').pathname.split('/').at(-1) ?? '';
    const file = FILES.get(name);
    asked.push(name);
    response.on('close', () => {
      if (!response.writableFinished) brokenOff.push(name);
    });
    response.setHeader('access-control-allow-origin', '*');
    if (file === undefined) response.writeHead(404).end();
    else answer(response, file, faults.get(name));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the model server has no port');
  const origin = `http://127.0.0.1:${address.port}`;
  return {
    model: `${origin}/tiny`,
    program: `${origin}/programs/program.wasm`,
    shardBytes: SHARD_BYTES,
    shards: SHARDS,
    asked,
    brokenOff,
    faults,
    reset() {
      asked.length = 0;
      brokenOff.length = 0;
      faults.clear();
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, file: Buffer, fault: Fault | undefined): void {
  switch (fault) {
    case 'missing':
      response.writeHead(404).end();
      return;
    case 'refuse':
      response.destroy();
      return;
    case 'hang':
      // Headers and a first piece, and then nothing.
      response.writeHead(200, { 'content-length': file.length }).write(file.subarray(0, 1000));
      return;
    case 'cut-short':
      response.writeHead(200, { 'content-length': file.length });
      response.write(file.subarray(0, file.length / 2), () => response.destroy());
      return;
    case 'cut-short-unannounced':
      // Ends as if it were whole.
      response.writeHead(200, { 'transfer-encoding': 'chunked' }).end(file.subarray(0, file.length / 2));
      return;
    case 'slow':
      response.writeHead(200, { 'content-length': file.length });
      void (async () => {
        for (let at = 0; at < file.length && !response.destroyed; at += 64 * 1024) {
          response.write(file.subarray(at, at + 64 * 1024));
          await new Promise((resolve) => setTimeout(resolve, 150));
        }
        response.end();
      })();
      return;
    case undefined:
      response.writeHead(200, { 'content-length': file.length }).end(file);
  }
}
