/** Work that is done one piece after the other, in the order asked for. */

export interface Turn {
  /** Resolves when the pieces before are done. */
  readonly come: Promise<void>;
  /** Lets the next one begin. */
  done(): void;
}

export class Turns {
  #last: Promise<void> = Promise.resolve();

  take(): Turn {
    const come = this.#last;
    let done: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      done = resolve;
    });
    this.#last = come.then(() => ended);
    return { come, done };
  }
}
