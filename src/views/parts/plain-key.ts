/**
 * The key, in lower case, where it cannot mean something else: not while typing, not in a dialog, not held down, and
 * not with Ctrl, Alt or Meta; else null.
 */
export function plainKey(event: KeyboardEvent): string | null {
  const { target } = event;
  const isTaken =
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    event.repeat ||
    document.querySelector('dialog[open]') !== null ||
    (target instanceof HTMLElement &&
      target.closest('input:not([type="radio"]), textarea, select, [contenteditable]') !== null);
  return isTaken ? null : event.key.toLowerCase();
}
