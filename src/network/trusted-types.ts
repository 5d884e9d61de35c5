/**
 * Where the browser has Trusted Types, a text becomes a script's address only when it is one of this site, and no text
 * becomes a script (content-policy.ts asks for it). To be imported before the first worker is started.
 */

interface TrustedTypes {
  createPolicy(name: string, rules: { readonly createScriptURL: (url: string) => string }): unknown;
}

const trustedTypes = (globalThis as { readonly trustedTypes?: TrustedTypes }).trustedTypes;

/** The address, if it is of this site. Throws TypeError otherwise. */
export function ownScript(url: string, page: string): string {
  const { origin, href } = new URL(url, page);
  if (origin !== new URL(page).origin) throw new TypeError(`${href.slice(0, 200)} is no script of this page.`);
  return url;
}

try {
  trustedTypes?.createPolicy('default', { createScriptURL: (url) => ownScript(url, document.baseURI) });
} catch {
  // There is one already: the page of a test, which has its own.
}
