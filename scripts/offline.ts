/**
 * What a build has that the dev server has not: the service worker, with the list of the files that it keeps, and the
 * page's Content-Security-Policy. (vite-plugin-pwa would do the first with 300 packages more.)
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { build, type Plugin } from 'vite';
import { PAGE_POLICY } from '../src/network/content-policy.ts';

const SERVICE_WORKER = 'src/service-worker.ts';

/** What runs language models, by what it is made of: megabytes that most never use. */
const RUNTIMES = /@mlc-ai\/web-llm|@wllama\/wllama|wllama[^/]*\.wasm$/;

/** The plugin for the page, and the one for its workers, which are builds of their own. */
export function offline(): { readonly page: Plugin; readonly worker: Plugin } {
  let root = '';
  let outDir = '';
  const runtimes: string[] = [];
  const noteRuntimes: Pick<Plugin, 'generateBundle'> = {
    generateBundle(_, bundle) {
      for (const one of Object.values(bundle)) {
        const from = one.type === 'chunk' ? one.moduleIds : one.originalFileNames;
        if (from.some((name) => RUNTIMES.test(name)) && !runtimes.includes(one.fileName)) runtimes.push(one.fileName);
      }
    },
  };
  const page: Plugin = {
    name: 'offline',
    apply: 'build',
    configResolved(config) {
      root = config.root;
      outDir = resolve(root, config.build.outDir);
    },
    transformIndexHtml: {
      order: 'post',
      handler: () => [
        {
          tag: 'meta',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: PAGE_POLICY },
          injectTo: 'head-prepend',
        },
      ],
    },
    ...noteRuntimes,
    async closeBundle() {
      const files = readdirSync(outDir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) =>
          join(entry.parentPath, entry.name)
            .slice(outDir.length + 1)
            .split(sep)
            .join('/'),
        )
        .filter((file) => !runtimes.includes(file))
        .sort();
      const kept = files.map((url) => ({
        url,
        // A file of assets/ has the hash of what is in it in its name.
        revision: url.startsWith('assets/')
          ? null
          : createHash('sha256')
              .update(readFileSync(join(outDir, url)))
              .digest('hex')
              .slice(0, 16),
      }));
      await build({
        root,
        configFile: false,
        logLevel: 'warn',
        define: {
          PAGE_FILES: JSON.stringify(kept),
          RUNTIME_FILES: JSON.stringify(runtimes),
          'process.env.NODE_ENV': JSON.stringify('production'),
        },
        build: {
          outDir,
          emptyOutDir: false,
          copyPublicDir: false,
          target: 'es2022',
          rolldownOptions: {
            input: join(root, SERVICE_WORKER),
            output: { format: 'iife', entryFileNames: 'service-worker.js' },
          },
        },
      });
    },
  };
  return { page, worker: { name: 'offline-worker', apply: 'build', ...noteRuntimes } };
}
