/**
 * Puts a text on the clipboard, after a press of the reader's. Resolves to whether the browser let it: over plain http
 * there is no `navigator.clipboard`, and the copy command, which is older, is what remains.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    const { clipboard } = navigator as { readonly clipboard?: Clipboard };
    if (clipboard === undefined) return copyByCommand(text);
    await clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand(text);
  }
}

function copyByCommand(text: string): boolean {
  let copied = false;
  const give = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
    copied = event.clipboardData !== null;
  };
  document.addEventListener('copy', give, { capture: true, once: true });
  const done = document.execCommand('copy');
  document.removeEventListener('copy', give, { capture: true });
  return done && copied;
}
