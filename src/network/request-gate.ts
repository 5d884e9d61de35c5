/**
 * The one way out of a worker. Every request that its code makes, that of packages included, goes through here, and is
 * let through to the page's own origin, and to the hosts that somebody asked for: those of the model chosen, the server
 * typed in. (A host may send a request on to another one; that the browser follows by itself.)
 */

/** The parts of a worker's global scope that reach the network. */
export interface NetworkScope {
  fetch: typeof globalThis.fetch;
  readonly Cache?: { readonly prototype: Pick<Cache, 'add' | 'addAll'> };
  readonly location: { readonly origin: string; readonly href: string };
}

/** What nothing here uses, and what would go past the gate. */
const OTHER_WAYS = ['XMLHttpRequest', 'WebSocket', 'WebSocketStream', 'EventSource', 'WebTransport'];

export class RequestGate {
  readonly #hosts = new Set<string>();
  readonly #own: string;
  readonly #base: string;

  /** Puts itself before everything in `scope` that asks the network. */
  constructor(scope: NetworkScope) {
    this.#own = scope.location.origin;
    this.#base = scope.location.href;
    const { fetch } = scope;
    scope.fetch = async (input, init) => {
      this.#check(input);
      return fetch.call(scope, input, init);
    };
    const cache = scope.Cache?.prototype;
    if (cache !== undefined) {
      const { add, addAll } = cache;
      const check = this.#check.bind(this);
      cache.add = async function (this: Cache, request) {
        check(request);
        return add.call(this, request);
      };
      cache.addAll = async function (this: Cache, requests) {
        for (const request of requests) check(request);
        return addAll.call(this, requests);
      };
    }
    for (const way of OTHER_WAYS)
      if (way in scope) Object.defineProperty(scope, way, { value: undefined, writable: false, configurable: false });
  }

  /** Lets requests through to these hosts (`name` or `name:port`) from now on. */
  permit(hosts: readonly string[]): void {
    for (const host of hosts) this.#hosts.add(host);
  }

  /** Throws TypeError, which is what a fetch that is not let through rejects with. */
  #check(input: RequestInfo | URL): void {
    const url = new URL(typeof input === 'object' && 'url' in input ? input.url : input, this.#base);
    if (url.protocol === 'blob:' || url.protocol === 'data:' || url.origin === this.#own) return;
    if (/^https?:$/.test(url.protocol) && this.#hosts.has(url.host)) return;
    throw new TypeError(`Nobody asked this page to talk to ${url.host || url.protocol}.`);
  }
}
