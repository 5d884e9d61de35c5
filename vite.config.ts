import { availableParallelism } from 'node:os';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { offline } from './scripts/offline.ts';
import { startFirst } from './scripts/start-first.ts';
import { CHROMIUM_ARGS_OF_TESTS, findChromium } from './scripts/chromium.mjs';

const executablePath = findChromium();
const kept = offline();

/** What both kinds of tests that run in Node have in common. */
const IN_NODE: NonNullable<TestProjectInlineConfiguration['test']> = {
  environment: 'node',
  // All of them: one would be left free otherwise, which is half of a small machine.
  maxWorkers: availableParallelism(),
  setupFiles: ['test/support/patience.ts'],
  // Enough for a busy machine: no test is about how long it takes.
  testTimeout: 60_000,
  hookTimeout: 60_000,
};
const NOT_IN_NODE = ['test/browser/**', 'test/e2e/**', 'test/engines/**', '**/*.svelte.test.ts'];
const MOCKING = 'test/**/*.mocking.test.ts';

export default defineConfig({
  // Relative links, so that the build works from any sub-path (GitHub Pages, forks, a folder on any server).
  base: './',
  plugins: [svelte(), startFirst('./src/start-engine.ts'), kept.page],
  worker: { format: 'es', plugins: () => [kept.worker] },
  optimizeDeps: {
    // SQLite finds its .wasm beside its own module; pre-bundling would move the module away from it.
    // WebLLM is one module of 6.8 MB without imports: there is nothing to bundle, and it is fetched only when a model
    // is loaded.
    exclude: ['@sqlite.org/sqlite-wasm', '@mlc-ai/web-llm'],
    // What only the worker imports would be found late, and the page (or a test) reloaded for it.
    include: [
      '@wllama/wllama/esm/index.js',
      'axe-core',
      'comlink',
      'd3',
      'idb',
      'node-sql-parser/build/sqlite.js',
      'stemmer',
    ],
  },
  // Styles are written for the oldest browsers that README names; scripts need no more than they have.
  build: {
    target: 'es2022',
    cssTarget: ['chrome103', 'firefox115', 'safari16.4'],
    modulePreload: {
      // A part that is fetched while the page starts names what starts it, too, which is there already: to Firefox a
      // preload of what is being loaded has failed.
      resolveDependencies: (_file, dependencies, { hostType }) =>
        hostType === 'js'
          ? dependencies.filter((name) => !/(^|\/)(index|start-engine)-[^/]*\.js$/.test(name))
          : dependencies,
    },
  },
  test: {
    // Whoever waits for something waits long enough for a busy machine; what comes is not waited for any longer.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          ...IN_NODE,
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: [...NOT_IN_NODE, MOCKING],
          // A worker reads each module once for all of its files of tests, not once for each: two fifths of the work.
          isolate: false,
        },
      },
      {
        // What puts modules in the place of others has modules of its own.
        extends: true,
        test: { ...IN_NODE, name: 'node-mocking', include: [MOCKING], exclude: NOT_IN_NODE },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts', 'test/**/*.svelte.test.ts'],
          setupFiles: ['test/support/patience.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: availableParallelism(),
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { args: CHROMIUM_ARGS_OF_TESTS, ...(executablePath ? { executablePath } : {}) },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        // Node drives Chromium over the built site: run `npm run build` first.
        extends: true,
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // A page waits a fifth of its time: more files at a time than processors, each with a browser of its own.
          maxWorkers: availableParallelism() + 1,
          isolate: false,
        },
      },
      {
        // The same over Firefox and WebKit, where they are installed.
        extends: true,
        test: {
          name: 'engines',
          environment: 'node',
          include: ['test/engines/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
