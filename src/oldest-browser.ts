/**
 * The oldest browsers the page works in, as README and index.html name them: Chrome and Edge 103, Firefox 115, Safari
 * 16.4. What is looked for is what came last of all that the page needs.
 */
const NEEDED: readonly (readonly [name: string, there: () => boolean])[] = [
  ['compressed storage', () => new CompressionStream('deflate-raw') instanceof CompressionStream],
  ['dialogs', () => typeof HTMLDialogElement.prototype.showModal === 'function'],
  ['copies of data', () => typeof structuredClone === 'function'],
  ['search from the end of a list', () => typeof [].findLast === 'function'],
  ['WebAssembly', () => typeof WebAssembly === 'object'],
];

/** What the page needs and this browser does not have, in words; empty where it has all. */
export function missingHere(): string[] {
  return NEEDED.filter(([, there]) => {
    try {
      return !there();
    } catch {
      return true;
    }
  }).map(([name]) => name);
}

/** In the place of the page. */
export function tellTooOld(target: HTMLElement, missing: readonly string[]): void {
  const text = document.createElement('p');
  text.setAttribute('role', 'alert');
  text.textContent = `This browser is too old for this page, or has parts of it switched off (missing here: ${missing.join(', ')}). It needs Chrome or Edge 103, Firefox 115, Safari 16.4, or newer ones.`;
  const standin = document.createElement('div');
  standin.className = 'standin';
  standin.append(text);
  target.replaceChildren(standin);
}
