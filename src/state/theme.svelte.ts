/** Light or dark: the system's choice until the reader makes one; and large for a projector. Both are remembered. */

export type Theme = 'light' | 'dark';

const KEY = 'theme';
const LARGE_KEY = 'large';

export class ThemeState {
  #system = $state<Theme>('light');
  #chosen = $state<Theme | null>(null);
  #large = $state(false);

  constructor() {
    const query = matchMedia('(prefers-color-scheme: dark)');
    this.#system = query.matches ? 'dark' : 'light';
    query.addEventListener('change', () => {
      this.#system = query.matches ? 'dark' : 'light';
      this.#apply();
    });
    this.#large = remembered(LARGE_KEY) !== null;
    const stored = remembered(KEY);
    if (stored === 'light' || stored === 'dark') this.#chosen = stored;
    this.#apply();
  }

  get current(): Theme {
    return this.#chosen ?? this.#system;
  }

  /** Whether everything is larger than usual. */
  get isLarge(): boolean {
    return this.#large;
  }

  toggleLarge(): void {
    this.#large = !this.#large;
    remember(LARGE_KEY, this.#large ? 'yes' : null);
    this.#apply();
  }

  /** To the other one; choosing what the system has is following the system again. */
  toggle(): void {
    const next = this.current === 'dark' ? 'light' : 'dark';
    this.#chosen = next === this.#system ? null : next;
    remember(KEY, this.#chosen);
    this.#apply();
  }

  #apply(): void {
    document.documentElement.dataset['theme'] = this.current;
    document.documentElement.toggleAttribute('data-large', this.#large);
  }
}

// A browser may forbid storage: then the choice lasts as long as the page.
function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // see remembered()
  }
}
