/**
 * Gives the focus back that the page took: with a row that moves, because its order changed, the focus goes; when the
 * element that has it is taken off the page, e.g. the Delete of a hint with its row, it goes to the way back
 * (`data-undo`, the last one there is), which may come a moment later, or to the part that is open. An attachment.
 */
export function focusBack(root: HTMLElement): () => void {
  let had: HTMLElement | null = null;
  /** What the focus was given to, until the reader moves it. */
  let gave: Element | null = null;

  const remember = ({ target }: FocusEvent): void => {
    if (!(target instanceof HTMLElement) || target === gave) return;
    had = target;
    gave = null;
  };
  const observer = new MutationObserver((changes) => {
    const now = document.activeElement;
    if (had === null || (now !== document.body && now !== gave)) return;
    if (had.isConnected) {
      // Taken out and put in elsewhere: a browser leaves the focus behind.
      const kept = had;
      const isMoved = changes.some(({ addedNodes }) => [...addedNodes].some((node) => node.contains(kept)));
      if (isMoved && now === document.body) kept.focus();
      return;
    }
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
