/**
 * `npm start`: installs what is missing, serves the app for development, prints
 * its address and opens it where there is a desktop.
 *
 * `npm start -- --port 4000` chooses the port, `--host` serves the local network,
 * `--no-open` leaves the browser alone.
 */
import { parseArgs } from 'node:util';
import { prepare, ROOT } from './install.mjs';

function hasDesktop() {
  if (process.env.CI) return false;
  if (process.platform === 'darwin' || process.platform === 'win32') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      host: { type: 'boolean', default: false },
      'no-open': { type: 'boolean', default: false },
    },
  });
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw new Error(`--port must be a whole number from 1 to 65535, not ${values.port}`);
  }
  return { host: values.host, open: !values['no-open'] && hasDesktop(), ...(port === undefined ? {} : { port }) };
}

async function start() {
  const options = readOptions();
  prepare();
  const { createServer } = await import('vite');
  const server = await createServer({ root: ROOT, server: options });
  await server.listen();
  console.log('\nGRPO SQL Lab is running (Ctrl-C ends it):');
  server.printUrls();
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    // `on`, not `once`: npm forwards the Ctrl-C that the terminal has sent already.
    process.on(signal, () => {
      void server.close().finally(() => process.exit(0));
    });
  }
}

try {
  await start();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
