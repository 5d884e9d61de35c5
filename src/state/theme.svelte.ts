/** Light or dark: the system's choice until the reader makes one, which is remembered. */

export type Theme = 'light' | 'dark';

const KEY = 'theme';

export class ThemeState {
  #system = $state<Theme>('light');
  #chosen = $state<Theme | null>(null);

  constructor() {
    const query = matchMedia('(prefers-color-scheme: dark)');
    this.#system = query.matches ? 'dark' : 'light';
    query.addEventListener('change', () => {
      this.#system = query.matches ? 'dark' : 'light';
      this.#apply();
    });
    const stored = remembered();
    if (stored === 'light' || stored === 'dark') this.#chosen = stored;
    this.#apply();
  }

  get current(): Theme {
    return this.#chosen ?? this.#system;
  }

  /** To the other one; choosing what the system has is following the system again. */
  toggle(): void {
    const next = this.current === 'dark' ? 'light' : 'dark';
    this.#chosen = next === this.#system ? null : next;
    remember(this.#chosen);
    this.#apply();
  }

  #apply(): void {
    document.documentElement.dataset['theme'] = this.current;
  }
}

// A browser may forbid storage: then the choice lasts as long as the page.
function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(theme: Theme | null): void {
  try {
    if (theme === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // see remembered()
  }
}
