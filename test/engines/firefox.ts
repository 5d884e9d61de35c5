/**
 * Firefox by Marionette, the protocol below geckodriver, which Debian does not have: over TCP, each message its length,
 * a colon, and JSON. A request is `[0, id, command, parameters]`, an answer `[1, id, error, value]`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { answerOf, freshHome, start } from './started.ts';
import { COMMAND_MS, COMMANDS, type Session } from './tab.ts';

/** A port of its own choice; an empty page first, and nothing asked of Mozilla's servers. */
const PREFERENCES = {
  'marionette.port': 0,
  'browser.startup.page': 0,
  'browser.startup.homepage_override.mstone': 'ignore',
  'app.normandy.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.enabled': false,
};

type Answer = readonly [kind: 1, id: number, error: { error: string; message: string } | null, value: unknown];

/** Starts a headless Firefox with a profile of its own. */
export async function openFirefox(file: string): Promise<Session> {
  const { home, env, remove } = freshHome();
  const lines = Object.entries(PREFERENCES).map(([key, value]) => `user_pref("${key}", ${JSON.stringify(value)});\n`);
  writeFileSync(join(home, 'user.js'), lines.join(''));
  const firefox = start(file, ['--headless', '--no-remote', '--marionette', '--profile', home], env);
  let socket: Socket | undefined;
  const close = async (): Promise<void> => {
    socket?.destroy();
    await firefox.stop();
    remove();
  };
  try {
    const port = await answerOf(firefox, () => portIn(join(home, 'MarionetteActivePort')));
    socket = connect(port, '127.0.0.1');
    const call = caller(socket);
    await call('WebDriver:NewSession', {});
    const send: Session['send'] = async (command, params) => {
      const value = await call(COMMANDS[command].name, params);
      return value !== null && typeof value === 'object' && 'value' in value ? value.value : value;
    };
    return { send, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function portIn(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined; // it does not listen yet
  }
}

/** Calls over a socket; each ends with the answer, the end of the socket, or its time. */
function caller(socket: Socket): (command: string, params: unknown) => Promise<unknown> {
  const waiting = new Map<number, (answer: Answer | string) => void>();
  let received = Buffer.alloc(0);
  socket.on('data', (part) => {
    received = Buffer.concat([received, typeof part === 'string' ? Buffer.from(part) : part]);
    for (let colon = received.indexOf(':'); colon > 0; colon = received.indexOf(':')) {
      const end = colon + 1 + Number(received.subarray(0, colon).toString());
      if (received.length < end) return;
      const message: unknown = JSON.parse(received.subarray(colon + 1, end).toString());
      received = received.subarray(end);
      // The first message is a greeting.
      if (Array.isArray(message)) waiting.get((message as unknown as Answer)[1])?.(message as unknown as Answer);
    }
  });
  const broken = (why: string): void => {
    for (const settle of waiting.values()) settle(why);
  };
  socket.once('error', (error) => {
    broken(error.message);
  });
  socket.once('close', () => {
    broken('Firefox has closed the connection');
  });
  let last = 0;
  return (command, params) => {
    const id = ++last;
    return new Promise((resolve, reject) => {
      const settle = (answer: Answer | string): void => {
        clearTimeout(timer);
        waiting.delete(id);
        if (typeof answer === 'string') reject(new Error(`${command}: ${answer}`));
        else if (answer[2] !== null) reject(new Error(`${command}: ${answer[2].error}: ${answer[2].message}`));
        else resolve(answer[3]);
      };
      const timer = setTimeout(() => {
        settle(`no answer for ${COMMAND_MS / 1000} s`);
      }, COMMAND_MS);
      waiting.set(id, settle);
      const message = JSON.stringify([0, id, command, params]);
      socket.write(`${Buffer.byteLength(message)}:${message}`);
    });
  };
}
