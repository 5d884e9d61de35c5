import type { DatabaseWorkerLike, FromDatabaseWorker } from './protocol.ts';

/** A Web Worker with SQLite in it. Works in a page and, nested, in another worker. */
export function spawnWebDatabase(): DatabaseWorkerLike {
  const worker = new Worker(new URL('./database-worker.ts', import.meta.url), { type: 'module', name: 'database' });
  return {
    post: (message) => worker.postMessage(message),
    listen: (onMessage, onCrash) => {
      worker.addEventListener('message', (event: MessageEvent<FromDatabaseWorker>) => onMessage(event.data));
      worker.addEventListener('messageerror', () => onCrash('a message could not be read'));
      worker.addEventListener('error', (event) => {
        event.preventDefault(); // reported through onCrash
        onCrash(event.message || 'its script could not be loaded');
      });
    },
    terminate: () => worker.terminate(),
  };
}
