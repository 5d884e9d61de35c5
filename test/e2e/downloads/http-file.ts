/** A file on a host of models, which may pass the reader on to a store as such hosts do, with faults of real ones. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** What the host does, by what is asked of it. */
export type Way =
  /** Gives the file, or the range that is asked for. */
  | 'gives'
  /** The whole file packed, whatever is asked for, with the length of what is packed. */
  | 'packs'
  /** 302 to the store, which gives. */
  | 'passes on'
  | 'passes on to nobody'
  | 'passes on in a circle'
  /** 302 to a page of the network, which lets other pages read it. */
  | 'login'
  | 'login unreadable'
  /** Takes the request, and does not answer. */
  | 'silent'
  /** Falls silent after half of what it was asked for. */
  | 'stalls'
  /** Breaks the connection there. */
  | 'breaks'
  /** Ends there, as if that were all. */
  | 'ends early';

export interface HttpFile {
  readonly url: string;
  readonly host: string;
  way: Way;
  /** Ranges that were asked of the host and of the store, '' for none. */
  readonly asked: { readonly host: string[]; readonly store: string[] };
  /** Answers whose reader went away. */
  readonly left: () => number;
  close(): Promise<void>;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

export async function serveOverHttp(file: Uint8Array): Promise<HttpFile> {
  const asked: { readonly host: string[]; readonly store: string[] } = { host: [], store: [] };
  let left = 0;
  const onStore = createServer((request, response) => {
    allowPages(response);
    asked.store.push(request.headers.range ?? '');
    give(request, response, file, file.length);
  });
  const onHost = createServer((request, response) => {
    if (request.url === '/login' && served.way === 'login') allowPages(response);
    if (request.url === '/login')
      return void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Log in</title>');
    allowPages(response);
    asked.host.push(request.headers.range ?? '');
    response.on('close', () => {
      if (!response.writableFinished) left++;
    });
    const half = file.length - Math.floor((file.length - startOf(request)) / 2);
    switch (served.way) {
      case 'gives':
        return give(request, response, file, file.length);
      case 'packs': {
        const packed = gzipSync(file);
        const headers = { 'Content-Encoding': 'gzip', 'Content-Length': packed.length };
        return void response.writeHead(200, headers).end(packed);
      }
      case 'passes on':
        return passOn(response, `http://127.0.0.1:${portOf(onStore)}/signed?until=1`);
      case 'passes on to nobody':
        return passOn(response, 'http://127.0.0.1:1/');
      case 'passes on in a circle':
        return passOn(response, request.url ?? '/');
      case 'login':
      case 'login unreadable':
        return passOn(response, '/login');
      case 'silent':
        return;
      case 'stalls':
        return give(request, response, file, half);
      case 'breaks':
        return give(request, response, file, half, () => void response.socket?.resetAndDestroy());
      case 'ends early':
        // Without a length, so that nothing on the way finds anything missing.
        return void response.writeHead(200).end(file.subarray(0, half));
    }
  });
  await Promise.all(
    [onStore, onHost].map((one) => new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))),
  );
  const host = `127.0.0.1:${portOf(onHost)}`;
  const served: HttpFile = {
    url: `http://${host}/a/model.gguf`,
    host,
    way: 'gives',
    asked,
    left: () => left,
    close: async () => {
      for (const one of [onHost, onStore]) {
        one.closeAllConnections();
        await new Promise((resolve) => one.close(resolve));
      }
    },
  };
  return served;
}

function allowPages(response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Access-Control-Expose-Headers', 'Content-Range, ETag');
}

const passOn = (response: ServerResponse, to: string): void => void response.writeHead(302, { Location: to }).end();

const startOf = (request: IncomingMessage): number =>
  Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);

/** The file from where it is asked for, with the headers of all of that; only up to `end`, and then `then`. */
function give(
  request: IncomingMessage,
  response: ServerResponse,
  file: Uint8Array,
  end: number,
  then: () => void = () => undefined,
): void {
  const from = startOf(request);
  response.writeHead(from > 0 ? 206 : 200, {
    ETag: '"1"',
    'Content-Length': file.length - from,
    ...(from > 0 ? { 'Content-Range': `bytes ${from}-${file.length - 1}/${file.length}` } : {}),
  });
  response.write(file.subarray(from, end), then);
  if (end === file.length) response.end();
}
