// The Node worker thread that holds SQLite, in plain Node or bundled; node-worker.mjs starts it.
import { parentPort } from 'node:worker_threads';
import { serveDatabase } from './serve.ts';

if (parentPort === null) throw new Error('node-serve.mjs runs in a worker thread, not by itself');
const port = parentPort;

serveDatabase({
  post: (message) => port.postMessage(message),
  listen: (onMessage) => void port.on('message', onMessage),
});
