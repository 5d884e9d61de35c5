/** Lets at most so many completions be written at once; the others wait their turn, first come, first served. */
export class Turns {
  readonly #most: number;
  #taken = 0;
  #waiting: { readonly places: number; readonly start: () => void }[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Runs `work` as soon as `places` (at most all) are free. Where `signal` is aborted before that, `work` starts at
   * once, without a
   * place: it is for the work to see that it is too late.
   */
  async take<T>(places: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const taken = await this.#wait(Math.min(places, this.#most), signal);
    try {
      return await work();
    } finally {
      this.#taken -= taken;
      this.#next();
    }
  }

  #wait(places: number, signal: AbortSignal): Promise<number> {
    if (signal.aborted) return Promise.resolve(0);
    return new Promise((resolve) => {
      const entry = {
        places,
        start: (): void => {
          signal.removeEventListener('abort', leave);
          resolve(places);
        },
      };
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== entry);
        resolve(0);
        this.#next();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(entry);
      this.#next();
    });
  }

  #next(): void {
    for (
      let [first] = this.#waiting;
      first !== undefined && this.#taken + first.places <= this.#most;
      [first] = this.#waiting
    ) {
      this.#waiting.shift();
      this.#taken += first.places;
      first.start();
    }
  }
}
