/** A script of the page that is loaded before its main one. */
import type { Plugin } from 'vite';

/**
 * Builds `file` (‘./…’ from the root of the project) as a chunk of its own, and has index.html load it before all else:
 * two scripts in index.html would be bundled into one. The dev server needs nothing; there the file runs when the main
 * script imports it.
 */
export function startFirst(file: string): Plugin {
  return {
    name: 'start-first',
    apply: 'build',
    buildStart() {
      this.emitFile({ type: 'chunk', id: file });
    },
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        // The entry only imports the chunk that the main script shares, and nobody loads it.
        for (const [name, one] of Object.entries(bundle))
          if (
            one.type === 'chunk' &&
            one.isEntry &&
            one.facadeModuleId?.endsWith(file.slice(1)) === true &&
            one.moduleIds.length === 0
          )
            delete bundle[name];
      },
    },
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        // Not the entry itself, which only imports the chunk that the main script shares.
        const started = Object.values(bundle ?? {}).find(
          (one) => one.type === 'chunk' && one.moduleIds.some((id) => id.endsWith(file.slice(1))),
        );
        if (started === undefined) throw new Error(`${file} is not in the build`);
        // async: not even the styles are waited for.
        const attrs = { type: 'module', async: true, crossorigin: true, src: `./${started.fileName}` };
        // It need not be preloaded too: to Firefox a preload of what is being loaded has failed.
        const preloads = /\s*<link rel="modulepreload"[^>]*>/g;
        return {
          html: html.replace(preloads, (link) => (link.includes(started.fileName) ? '' : link)),
          tags: [{ tag: 'script', attrs, injectTo: 'head-prepend' }],
        };
      },
    },
  };
}
