/** WebKitGTK's MiniBrowser by WebKitWebDriver, over HTTP, on a display that nobody sees. */
import { answerOf, freePort, freshHome, start, type Started } from './started.ts';
import { COMMAND_MS, COMMANDS, type Session } from './tab.ts';

/** @param xvfb the X server to start for it; without one it opens on the reader's display */
export async function openWebKit(file: string, xvfb?: string): Promise<Session> {
  const { env, remove } = freshHome();
  const programs: Started[] = [];
  const close = async (): Promise<void> => {
    for (const program of [...programs].reverse()) await program.stop();
    remove();
  };
  try {
    if (xvfb !== undefined) {
      const screen = start(xvfb, ['-displayfd', '1', '-screen', '0', '1440x1000x24', '-nolisten', 'tcp'], env);
      programs.push(screen);
      // Its number is what it writes first, on a line of its own.
      const number = await answerOf(screen, () => /^(\d+)\n/m.exec(screen.said())?.[1]);
      Object.assign(env, { DISPLAY: `:${number}`, GDK_BACKEND: 'x11' });
    }
    const port = await freePort();
    const driver = start(file, [`--port=${port}`], env);
    programs.push(driver);
    const url = `http://127.0.0.1:${port}`;
    await answerOf(driver, () => call('GET', `${url}/status`).catch(() => undefined));
    const { sessionId } = (await call('POST', `${url}/session`, { capabilities: {} })) as { sessionId: string };
    const send: Session['send'] = (command, { id, ...params }) => {
      const path = COMMANDS[command].path.replace('{id}', String(id));
      return call('POST', `${url}/session/${sessionId}${path}`, params);
    };
    return { send, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function call(method: string, url: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(COMMAND_MS),
  });
  const { value } = (await response.json()) as { value: unknown };
  if (response.ok) return value;
  const { error, message } = value as { error: string; message: string };
  throw new Error(`${error}: ${message}`);
}
