/** A page that holds one module of the source, as its `window.underTest`, on a host of its own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

export interface ModulePage {
  /** http://127.0.0.1:PORT */
  readonly origin: string;
  close(): Promise<void>;
}

/** `entry`: the module's path from the root of the repository. */
export async function serveModule(entry: string): Promise<ModulePage> {
  const code = await bundle(fileURLToPath(new URL(`../../${entry}`, import.meta.url)));
  const server = createServer((request, response) => {
    if (request.url === '/module.js') response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(code);
    else
      response
        .writeHead(200, { 'Content-Type': 'text/html' })
        .end(
          '<!doctype html><title>page</title><link rel="icon" href="data:,"><script type="module">import * as underTest from "/module.js"; window.underTest = underTest;</script>',
        );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bundle(entry: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, minify: false, target: 'es2022', lib: { entry, formats: ['es'] } },
  });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) => ('output' in one ? one.output : []));
  const [chunk] = outputs.filter((one) => one.type === 'chunk');
  if (chunk === undefined) throw new Error('Nothing was built.');
  return chunk.code;
}
