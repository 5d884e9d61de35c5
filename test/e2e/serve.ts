import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The production build that `npm run build` writes. */
export const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.sql': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

/** A running static server. */
export interface StaticServer {
  /** Address of the served folder, ending in "/". */
  readonly url: string;
  /**
   * Paths below it that were asked for since it was started, in order; those of workers in workers too, which a
   * browser's own log leaves out.
   */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/**
 * Serves a folder as a plain static host (GitHub Pages) does: no COOP/COEP headers,
 * no fall-back page, 404 for everything outside the base path.
 *
 * @param base path the folder is served under, beginning and ending in "/"
 * @param folder what to serve; by default the production build
 * @param onask called with every path that is asked for, as it is noted in `asked`
 * @param alter what is answered otherwise than a plain host would: other headers, another body
 */
export async function serve(
  base = '/some/path/',
  folder = DIST,
  onask: (path: string) => void = () => undefined,
  alter: (path: string) => { readonly headers?: Readonly<Record<string, string>>; readonly body?: string } = () => ({}),
): Promise<StaticServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice(base.length);
    asked.push(path);
    onask(path);
    void (async () => {
      const file = await fileFor(request.url ?? '/', base, folder);
      if (file === undefined) {
        response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
        return;
      }
      const { headers, body } = alter(path);
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', ...headers });
      if (body === undefined) createReadStream(file).pipe(response);
      else response.end(body);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no port');
  return {
    url: `http://127.0.0.1:${address.port}${base}`,
    asked,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

async function fileFor(requested: string, base: string, folder: string): Promise<string | undefined> {
  try {
    const path = decodeURIComponent(new URL(requested, 'http://localhost').pathname);
    if (!path.startsWith(base)) return undefined;
    const relative = path.slice(base.length);
    const file = normalize(
      join(folder, relative === '' || relative.endsWith('/') ? `${relative}index.html` : relative),
    );
    if (!file.startsWith(folder + sep)) return undefined;
    return (await stat(file)).isFile() ? file : undefined;
  } catch {
    return undefined; // no such file, or a path that does not decode
  }
}
