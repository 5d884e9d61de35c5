/** Where an OpenAI-compatible server answers, from what a person typed. */
import { ModelError } from '../language/model.ts';

export interface EndpointAddress {
  /** POST: chat completions. */
  readonly chat: string;
  /** GET: the models it serves. */
  readonly models: string;
  /** Host and port, as shown. */
  readonly host: string;
  readonly encrypted: boolean;
  /** On the machine that asks. Browsers let a secure page talk to it without encryption. */
  readonly local: boolean;
}

const EXAMPLE = 'Give the base URL of an OpenAI-compatible server, for example http://localhost:8000/v1.';
const LONGEST = 2_000;

/**
 * Reads a base URL: with or without /v1, a trailing slash, or the path of chat completions. Another versioned path
 * (…/v1beta/openai) is taken as it is. Throws ModelError for anything but http and https, and for a URL with a name, a
 * password, `?` or `#` in it.
 */
export function endpointAddress(text: string): EndpointAddress {
  const typed = text.trim();
  const fail = (why: string): ModelError => new ModelError('unsupported', why, EXAMPLE);
  if (typed === '') throw fail('The base URL is empty.');
  if (typed.length > LONGEST) throw fail(`The base URL has more than ${LONGEST} characters.`);
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(typed)) throw fail('The base URL must begin with http:// or https://.');
  let url: URL;
  try {
    url = new URL(typed);
  } catch {
    throw fail('The base URL cannot be read.');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw fail(`The base URL must begin with http:// or https://, not ${url.protocol}//.`);
  // Never repeated in the message: it may be a password.
  if (url.username !== '' || url.password !== '')
    throw fail('The base URL holds a name or a password. A key is given separately, so that it is not shown.');
  if (url.search !== '' || url.hash !== '') throw fail('The base URL must not have a part after ? or #.');
  const path = url.pathname.replace(/\/+$/, '').replace(/\/(?:chat\/completions|models)$/, '');
  const base = `${url.origin}${/\/v\d/.test(path) ? path : `${path}/v1`}`;
  return {
    chat: `${base}/chat/completions`,
    models: `${base}/models`,
    host: url.host,
    encrypted: url.protocol === 'https:',
    local: /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname),
  };
}
