/** What goes wrong between the lab and a server, as cause and way out. */
import { labelled } from '../../grpo/config.ts';
import { ModelError } from '../language/model.ts';
import type { EndpointAddress } from './address.ts';
import type { ServerFault } from './protocol.ts';

export interface Situation {
  readonly address: EndpointAddress;
  readonly model: string | null;
  /** Never shown, and taken out of what a server says. */
  readonly key: string | null;
  /** The page that asks, e.g. `https://example.org`; null outside a browser. */
  readonly pageOrigin: string | null;
}

const SHOWN = 300;
/** Characters of a server's words that are looked at for what they mean. */
const READ = 10_000;

/** What a server said, fit to be shown: one line, cut, without the key. */
export function said(text: string, key: string | null): string {
  const clear = key === null || key === '' ? text : text.replace(anyFormOf(key), '…');
  // Control characters would act on a terminal.
  const line = clear.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}

/** The key in any case, as it is, inside JSON (also JSON quoted in JSON) and inside a URL. */
function anyFormOf(key: string): RegExp {
  const inJson = JSON.stringify(key).slice(1, -1);
  const forms = new Set([key, inJson, JSON.stringify(inJson).slice(1, -1), encodeURIComponent(key)]);
  // Longest first: a shorter form may be part of it.
  const sources = [...forms]
    .sort((a, b) => b.length - a.length)
    .map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(sources.join('|'), 'gi');
}

/** Faults that may be other ones a little later; one without a status may be (“model is loading”). */
export function isPassing(status: number | null): boolean {
  return status === null || status === 408 || status === 429 || status >= 500;
}

const TOO_LONG =
  /context.{0,20}(?:length|size|window|overflow)|maximum.{0,40}tokens|exceed.{0,40}(?:context|tokens)|prompt is too long|too many tokens/i;

/** The error behind a status that is no success, or behind a fault inside an answer, which may be without one: null. */
export function statusError(
  status: number | null,
  fault: ServerFault | null,
  { address: { host }, model, key }: Situation,
): ModelError {
  const words = fault === null ? '' : said(fault.message, key);
  const quoted = words === '' ? '' : `: “${words}”`;
  const make = (kind: ConstructorParameters<typeof ModelError>[0], message: string, remedy: string): ModelError =>
    new ModelError(kind, `${message}${quoted}.`.replace(/\.”\.$/, '.”'), remedy);
  if (status === 401 || status === 403) {
    return key === null
      ? make(
          'refused',
          `${host} wants a key (${status})`,
          'Give the key the server was started with, or that its provider issued.',
        )
      : make(
          'refused',
          `${host} does not accept the key (${status})`,
          'Check that the key is complete, has not expired, and may use this model.',
        );
  }
  if (
    fault !== null &&
    TOO_LONG.test(`${fault.message.slice(0, READ)} ${fault.code.replaceAll('_', ' ')}`) &&
    (status === null || status < 500)
  ) {
    return make(
      'context-overflow',
      `Prompt and answer do not fit into the model’s context at ${host}`,
      `Lower “${labelled('prompt_tokens')}” or “${labelled('max_tokens')}”, or start the server with a longer context: vLLM --max-model-len, llama.cpp -c, Ollama OLLAMA_CONTEXT_LENGTH.`,
    );
  }
  if (status === null)
    return make(
      'server',
      `${host} answers with an error`,
      'The server’s words and its own log say what is wrong. Then try again.',
    );
  if (status === 404 || status === 405) {
    return make(
      'not-found',
      model === null
        ? `${host} has no such address (${status})`
        : `${host} has no model “${said(model, key)}”, or no such address (${status})`,
      model === null
        ? 'Check the base URL (it usually ends in /v1). Where the server has no list of models, give the name of one.'
        : 'Choose a model of the list that the server gives, and check the base URL. With Ollama a model is fetched by: ollama pull NAME.',
    );
  }
  if (status === 429)
    return make(
      'rate-limit',
      `${host} takes no more requests for now (429), also after waiting`,
      'Wait a little, or let fewer completions be written at the same time.',
    );
  if (status === 408 || status === 504)
    return make(
      'timeout',
      `${host} did not answer in time (${status}), also when asked again`,
      'Look whether the server is overloaded; fewer completions at the same time may help.',
    );
  if (status >= 500)
    return make('server', `${host} failed (${status})`, 'The cause is in the server’s own log. Then try again.');
  return make('refused', `${host} refused the request (${status})`, 'The server’s words say what it does not accept.');
}

/** The error behind a request that got no answer. Browsers do not tell why: all that can be is named. */
export function connectionError(error: unknown, { address, pageOrigin, key }: Situation): ModelError {
  const { host } = address;
  const options = { cause: error };
  if (pageOrigin === null) {
    const why = reasonOf(error);
    return new ModelError(
      'network',
      `Cannot reach ${host}${why === '' ? '' : `: ${said(why, key)}`}.`,
      'Check that the server runs and that the base URL names its host and port.',
      options,
    );
  }
  if (pageOrigin.startsWith('https:') && !address.encrypted && !address.local) {
    return new ModelError(
      'mixed-content',
      `This page is encrypted (${pageOrigin}) and ${host} is not (http), so the browser does not let the page talk to it.`,
      'Serve the model over https, or open this page from the same machine over http (npm start), or reach the server through localhost, for example: ssh -L 8000:localhost:8000 HOST.',
      options,
    );
  }
  return new ModelError(
    'cors',
    `The browser did not get an answer from ${host}. Either nothing runs there, or the server does not allow this page (CORS); a browser does not say which.`,
    `See that the server runs. Then allow ${pageOrigin} there: vLLM --allowed-origins '["${pageOrigin}"]'; Ollama OLLAMA_ORIGINS=${pageOrigin}; LM Studio: Developer, Server settings, “Enable CORS”; llama.cpp’s server allows every page by itself. If the browser asks whether this page may reach your local network, allow it.`,
    options,
  );
}

/** The error of a connection that broke in the middle of an answer. */
export function brokenError(error: unknown, { address: { host }, key, pageOrigin }: Situation): ModelError {
  const why = pageOrigin === null ? reasonOf(error) : '';
  return new ModelError(
    'network',
    `The connection to ${host} broke in the middle of an answer${why === '' ? '' : `: ${said(why, key)}`}.`,
    'Look whether the server still runs, then try again.',
    { cause: error },
  );
}

export function timeoutError(timeoutMs: number, { address: { host } }: Situation): ModelError {
  return new ModelError(
    'timeout',
    `${host} sent nothing for ${(timeoutMs / 1000).toLocaleString('en', { maximumFractionDigits: 1 })} s.`,
    'The model may still be loading: try again. Otherwise look whether the server is overloaded.',
  );
}

/**
 * The error of an answer that is a redirect. It is not followed: prompt and key would go to whatever host the server
 * names.
 */
export function redirectError({ address: { host } }: Situation): ModelError {
  return new ModelError(
    'refused',
    `${host} redirects to another address, and the prompt is not sent on to it.`,
    'Find out the final address, for example by opening the base URL in a browser, and if you trust it enter that one as base URL.',
  );
}

export function protocolError(what: string, { address: { host } }: Situation): ModelError {
  return new ModelError(
    'protocol',
    `${host} ${what}.`,
    'Check that the base URL is that of an OpenAI-compatible server (it usually ends in /v1) and not of a web page.',
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection is refused, nothing listens there',
  ENOTFOUND: 'no machine of this name is known',
  EAI_AGAIN: 'no machine of this name is known',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'the machine cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'no answer',
  UND_ERR_CONNECT_TIMEOUT: 'no answer',
  UND_ERR_SOCKET: 'the connection was cut',
};

/** Node tells the reason in the error's cause. */
function reasonOf(error: unknown): string {
  const cause: unknown = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return REASONS[code] ?? (cause instanceof Error ? cause.message : '');
}
