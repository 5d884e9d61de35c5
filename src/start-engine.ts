/**
 * Starts the engine's worker before anything else of the page is there: the built index.html loads this file first, so
 * that page and worker are fetched and compiled side by side. main.ts takes the worker over.
 */
import './network/trusted-types.ts';

const spawn = (): Worker =>
  new Worker(new URL('./engine/worker.ts', import.meta.url), { type: 'module', name: 'engine' });

let started: Worker | null = spawn();
// Nobody listens yet who could tell it: whoever takes over starts another one, and hears how that fails.
started.addEventListener('error', (event) => {
  event.preventDefault();
  started = null;
});

/** The worker that runs `engine/worker.ts`: the one that was started with the page, and a new one each time after. */
export function engineWorker(): Worker {
  const worker = started ?? spawn();
  started = null;
  return worker;
}
