// Node's own modules are for the command line and for plain JavaScript like this; `node.ts` gives it its place.
import { Worker } from 'node:worker_threads';

/**
 * A Node worker thread with SQLite in it. Keeps the process alive until it is terminated.
 *
 * @returns {import('./protocol.ts').DatabaseWorkerLike}
 */
export function spawnNodeDatabase() {
  const worker = new Worker(new URL('./node-worker.mjs', import.meta.url), { name: 'database' });
  return {
    post: (message) => worker.postMessage(message),
    listen: (onMessage, onCrash) => {
      worker.on('message', onMessage);
      worker.on('messageerror', (error) => onCrash(error.message));
      worker.on('error', (error) => onCrash(error instanceof Error ? error.message : String(error)));
      worker.on('exit', (code) => onCrash(`it ended with code ${code}`));
    },
    terminate: () => void worker.terminate(),
  };
}
