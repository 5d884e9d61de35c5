import type { DatabaseWorkerLike, FromDatabaseWorker } from './protocol.ts';

/** A Web Worker with SQLite in it. Works in a page and, nested, in another worker. */
export function spawnWebDatabase(): DatabaseWorkerLike {
  const worker = new Worker(new URL('./database-worker.ts', import.meta.url), { type: 'module', name: 'database' });
  // It may fail before anybody listens.
  let crash: string | null = null;
  let tell = (why: string): void => void (crash = why);
  worker.addEventListener('error', (event) => {
    event.preventDefault(); // reported through onCrash
    tell(event.message || 'its script could not be loaded');
  });
  return {
    post: (message) => worker.postMessage(message),
    listen: (onMessage, onCrash) => {
      worker.addEventListener('message', (event: MessageEvent<FromDatabaseWorker>) => onMessage(event.data));
      worker.addEventListener('messageerror', () => onCrash('a message could not be read'));
      tell = onCrash;
      if (crash !== null) onCrash(crash);
    },
    terminate: () => worker.terminate(),
  };
}

/**
 * `spawnWebDatabase`, with the first worker started now: its script and SQLite are fetched and compiled before somebody
 * asks for it.
 */
export function spawnAhead(): () => DatabaseWorkerLike {
  let ahead: DatabaseWorkerLike | null = spawnWebDatabase();
  return () => {
    const worker = ahead ?? spawnWebDatabase();
    ahead = null;
    return worker;
  };
}
