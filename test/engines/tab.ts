/** A tab of a browser, by the commands of WebDriver (https://www.w3.org/TR/webdriver2/). */

/** A command has this long: a page that hangs fails its test. */
export const COMMAND_MS = 60_000;

/** The commands used here: their names in Marionette, their paths below the session over HTTP. */
export const COMMANDS = {
  navigate: { name: 'WebDriver:Navigate', path: '/url' },
  refresh: { name: 'WebDriver:Refresh', path: '/refresh' },
  find: { name: 'WebDriver:FindElement', path: '/element' },
  click: { name: 'WebDriver:ElementClick', path: '/element/{id}/click' },
  script: { name: 'WebDriver:ExecuteScript', path: '/execute/sync' },
} as const;

/** A session: sends a command, gives its value, throws what the browser calls an error. */
export interface Session {
  readonly send: (command: keyof typeof COMMANDS, params: Readonly<Record<string, unknown>>) => Promise<unknown>;
  /** Ends the browser and all it started. */
  readonly close: () => Promise<void>;
}

export interface Tab {
  readonly open: (url: string) => Promise<void>;
  readonly reload: () => Promise<void>;
  /** Presses what the XPath finds first, where a pointer would. */
  readonly press: (xpath: string) => Promise<void>;
  /** What a function gives in the page; it sees nothing outside itself. */
  readonly run: <T>(inPage: () => T) => Promise<T>;
  readonly close: () => Promise<void>;
}

/** @throws {Error} from every call, with WebDriver's words */
export function tabOf({ send, close }: Session): Tab {
  return {
    open: async (url) => void (await send('navigate', { url })),
    reload: async () => void (await send('refresh', {})),
    press: async (xpath) => {
      const element = (await send('find', { using: 'xpath', value: xpath })) as Record<string, string>;
      await send('click', { id: Object.values(element)[0] });
    },
    run: async <T>(inPage: () => T) =>
      (await send('script', { script: `return (${inPage.toString()})()`, args: [] })) as T,
    close,
  };
}
