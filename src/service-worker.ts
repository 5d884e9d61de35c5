/**
 * Keeps the page on this machine: after the first visit it works without a network. Everything but what runs language
 * models is stored at once; that is stored when it was used. A new version is stored beside the one in use, and takes
 * its place when somebody says so. Built by scripts/offline.ts, which knows the files.
 */
import { clientsClaim } from 'workbox-core';
import { addPlugins, cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { CacheFirst } from 'workbox-strategies';
import { policyOf } from './network/content-policy.ts';

/** The part of ServiceWorkerGlobalScope that is used; the project's types are those of a page. */
interface ServiceWorkerScope {
  skipWaiting(): Promise<void>;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
  addEventListener(type: 'activate', listener: (event: { waitUntil(work: Promise<unknown>): void }) => void): void;
}

declare const self: ServiceWorkerScope;
/** Files of the page, by address relative to this one; `revision` is null where the name changes with the content. */
declare const PAGE_FILES: { readonly url: string; readonly revision: string | null }[];
/** What runs language models: stored once it was used. */
declare const RUNTIME_FILES: readonly string[];

const RUNTIMES = 'runtimes';

/** The same answer, with the policy of its script. */
const withPolicy = {
  handlerWillRespond: async ({ response, request }: { response: Response; request: Request }): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (!pathname.endsWith('.js')) return response;
    const headers = new Headers(response.headers);
    headers.set('Content-Security-Policy', policyOf(pathname));
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
  },
};

addPlugins([withPolicy]);
// A link's settings are read by the page: the files are the same for all of them.
precacheAndRoute(PAGE_FILES, { ignoreURLParametersMatching: [/./] });
registerRoute(new NavigationRoute(createHandlerBoundToURL('index.html')));
const runtimes = new Set(RUNTIME_FILES.map((file) => new URL(file, location.href).href));
registerRoute(({ url }) => runtimes.has(url.href), new CacheFirst({ cacheName: RUNTIMES, plugins: [withPolicy] }));
cleanupOutdatedCaches();
clientsClaim();

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches.open(RUNTIMES).then(async (cache) => {
      for (const { url } of await cache.keys()) if (!runtimes.has(url)) await cache.delete(url);
    }),
  );
});

self.addEventListener('message', ({ data }) => {
  // What workbox-window sends.
  if ((data as { readonly type?: unknown } | null)?.type === 'SKIP_WAITING') void self.skipWaiting();
});
