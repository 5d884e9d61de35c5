// Entry of the Node worker thread that holds SQLite; spawned by node.ts. Plain JavaScript, so that any Node can
// start it: where Node does not read TypeScript itself, tsx is asked to, found from here and not from the folder
// the process happens to run in.
import { parentPort } from 'node:worker_threads';

if (!process.features.typescript) {
  const { register } = await import('tsx/esm/api');
  register();
}
const { serveDatabase } = await import('./serve.ts');

if (parentPort === null) throw new Error('node-worker.mjs is started as a worker thread, not by itself');
const port = parentPort;

serveDatabase({
  post: (message) => port.postMessage(message),
  listen: (onMessage) => void port.on('message', onMessage),
});
