/** Whether this page is kept on this machine, and whether a newer one waits. */

export class OfflineState {
  /** Everything is stored: the page opens without a network. */
  kept = $state(false);
  /** Why it could not be stored; '' for no reason. */
  failure = $state('');
  #takeOver = $state.raw<(() => void) | null>(null);
  #replaced = $state(false);

  /** `here`: this page goes on until it is loaded anew; `waiting`: nothing changes before somebody says so. */
  get newer(): 'waiting' | 'here' | null {
    return this.#replaced ? 'here' : this.#takeOver !== null ? 'waiting' : null;
  }

  /** A newer version waits for `takeOver`, which loads the page again. */
  waits(takeOver: () => void): void {
    this.#takeOver = takeOver;
  }

  /** Another tab put the newer version in the place of this one. */
  wasReplaced(): void {
    this.#replaced = true;
  }

  /** Loads the newer version; runs are stored, and come back with it. */
  load(reload: () => void): void {
    if (this.#takeOver !== null && !this.#replaced) this.#takeOver();
    else reload();
  }

  dismiss(): void {
    this.#takeOver = null;
    this.#replaced = false;
  }
}
