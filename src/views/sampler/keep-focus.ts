/**
 * Gives the focus back when the element that has it is taken off the page, e.g. a Cancel that has done its work:
 * to the model's line it stood in, or its section's heading, or the first button that is left. An attachment.
 */
export function keepFocus(root: HTMLElement): () => void {
  let had: {
    readonly element: HTMLElement;
    readonly model: string | undefined;
    readonly section: Element | null;
  } | null = null;

  const remember = ({ target }: FocusEvent): void => {
    if (target instanceof HTMLElement)
      had = {
        element: target,
        model: target.closest<HTMLElement>('[data-model]')?.dataset['model'],
        section: target.closest('section'),
      };
  };
  const observer = new MutationObserver(() => {
    if (had === null || had.element.isConnected) return;
    const { model, section } = had;
    const now = document.activeElement;
    if (now !== null && now !== document.body && !(now instanceof HTMLDialogElement)) return;
    const line =
      model === undefined
        ? null
        : root.querySelector<HTMLElement>(`[data-model="${CSS.escape(model)}"] button:not(:disabled)`);
    (
      line ??
      section?.querySelector<HTMLElement>('h3') ??
      root.querySelector<HTMLElement>('button:not(:disabled)')
    )?.focus();
  });

  root.addEventListener('focusin', remember);
  observer.observe(root, { childList: true, subtree: true });
  return () => {
    observer.disconnect();
    root.removeEventListener('focusin', remember);
  };
}
