/** Has the service worker keep the page on this machine, and tells how that goes. */

export interface OfflineEvents {
  /** Everything is stored: from now on the page opens without a network. */
  readonly onkept: () => void;
  /** A new version is stored and waits. `takeOver` puts it in the place of this one and loads the page again. */
  readonly onwaiting: (takeOver: () => void) => void;
  /** Another tab put a new version in the place of this one, which goes on with what it has loaded. */
  readonly onreplaced: () => void;
}

/** Does nothing where the browser has no service workers (private windows, plain http). Rejects when it cannot. */
export async function keepOffline(script: string, events: OfflineEvents): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const { Workbox } = await import('workbox-window');
  const workbox = new Workbox(script);
  let asked = false;
  workbox.addEventListener('activated', ({ isUpdate }) => {
    if (isUpdate !== true) events.onkept();
  });
  workbox.addEventListener('waiting', () => {
    events.onwaiting(() => {
      asked = true;
      workbox.messageSkipWaiting();
    });
  });
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (asked) location.reload();
    else if (replaced) events.onreplaced();
    replaced = true;
  });
  // The first one to take hold of a page replaces none.
  let replaced = navigator.serviceWorker.controller !== null;
  if (replaced) events.onkept();
  await workbox.register();
}
