/** Entry of the Web Worker that holds SQLite; spawned by `web.ts`. */
import { RequestGate } from '../network/request-gate.ts';
import type { FromDatabaseWorker, ToDatabaseWorker } from './protocol.ts';
import { serveDatabase } from './serve.ts';
import { sharedSqlite } from './sqlite.ts';

/** The part of DedicatedWorkerGlobalScope that is used; the project's types are those of a page. */
interface WorkerScope {
  postMessage(message: FromDatabaseWorker): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToDatabaseWorker>) => void): void;
}

// SQL of anybody runs here: what it might do to SQLite, it asks nobody but this site.
new RequestGate(self);

const scope = globalThis as unknown as WorkerScope;

serveDatabase({
  post: (message) => scope.postMessage(message),
  listen: (onMessage) => scope.addEventListener('message', (event) => onMessage(event.data)),
});

// Fetched and compiled while the database is on its way. Should it fail, whoever opens one tries again and is told.
sharedSqlite().catch(() => undefined);
