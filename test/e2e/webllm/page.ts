/** The page that test/e2e/webllm.test.ts drives: the provider, in a worker as in the app, and the real package. */
import * as Comlink from 'comlink';
import type { WorkerApi } from './worker.ts';

declare global {
  interface Window {
    underTest: Comlink.Remote<WorkerApi>;
  }
}

window.underTest = Comlink.wrap<WorkerApi>(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }));
