/**
 * Gives the focus back when the element that has it is taken off the page, e.g. the Delete of a hint with its row: to
 * the way back (`data-undo`, the last one there is), which may come a moment later, or to the part that is open. An
 * attachment.
 */
export function focusBack(root: HTMLElement): () => void {
  let had: Element | null = null;
  /** What the focus was given to, until the reader moves it. */
  let gave: Element | null = null;

  const remember = ({ target }: FocusEvent): void => {
    if (!(target instanceof Element) || target === gave) return;
    had = target;
    gave = null;
  };
  const observer = new MutationObserver(() => {
    if (had === null || had.isConnected) return;
    const now = document.activeElement;
    if (now !== document.body && now !== gave) return;
    const back = [...root.querySelectorAll<HTMLElement>('[data-undo]')].at(-1);
    const next = back ?? root.querySelector<HTMLElement>('nav [aria-current]');
    if (next === now) return;
    gave = next;
    next?.focus();
  });

  root.addEventListener('focusin', remember);
  observer.observe(root, { childList: true, subtree: true });
  return () => {
    observer.disconnect();
    root.removeEventListener('focusin', remember);
  };
}
