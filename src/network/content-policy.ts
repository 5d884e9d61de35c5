/**
 * What the page and its workers may load and ask for, as Content-Security-Policy. The page's stands in index.html as a
 * meta tag; such a tag does not govern workers, so theirs is a header, which the service worker adds.
 */

type Directives = Readonly<Record<string, readonly string[]>>;

const SELF = "'self'";
const NONE = "'none'";
/** Compiles WebAssembly; no `eval`. */
const SCRIPTS = [SELF, "'wasm-unsafe-eval'"];

const said = (directives: Directives): string =>
  Object.entries(directives)
    .map(([name, values]) => [name, ...values].join(' '))
    .join('; ');

/** Of the page: nothing of any other origin, and no script but files of its own. */
export const PAGE_POLICY = said({
  'default-src': [NONE],
  'script-src': SCRIPTS,
  // Svelte puts widths and colours that are computed into style attributes.
  'style-src': [SELF, "'unsafe-inline'"],
  'img-src': [SELF, 'data:', 'blob:'],
  'font-src': [SELF],
  'connect-src': [SELF],
  'worker-src': [SELF],
  'manifest-src': [SELF],
  'base-uri': [NONE],
  'form-action': [NONE],
  'require-trusted-types-for': ["'script'"],
  // Names: src/network/trusted-types.ts, and Svelte's.
  'trusted-types': ['default', 'svelte-trusted-html'],
});

/** Of workers that ask nobody but this site. */
const CLOSED = said({ 'default-src': [NONE], 'script-src': SCRIPTS, 'connect-src': [SELF], 'worker-src': [SELF] });

/**
 * Of the engine's: models come from other hosts, a server is wherever somebody says (request-gate.ts knows which), and
 * llama.cpp starts workers from texts.
 */
const OPEN = said({
  'default-src': [NONE],
  'script-src': [...SCRIPTS, 'blob:'],
  'connect-src': ['*', 'blob:', 'data:'],
  'worker-src': [SELF, 'blob:'],
});

/** The policy of a script of the build, by its path; acts where the script is what a worker begins with. */
export const policyOf = (path: string): string => (/(^|\/)worker-[^/]*\.js$/.test(path) ? OPEN : CLOSED);
