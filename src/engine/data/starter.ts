/** Fetches the starter policy that ships with the page, `starter/hints.json`. */
import { messageOf } from '../../grpo/message-of.ts';
import type { PolicyHint } from '../../grpo/types.ts';
import { DatasetError } from '../../formats/entry.ts';
import { fetched } from '../fetched.ts';

export const STARTER_PATH = 'starter/hints.json';

/** `baseUrl` is the page's. Rejects with DatasetError when the file is missing, cannot be reached or is broken. */
export async function fetchStarter(baseUrl: string, fetch: typeof globalThis.fetch): Promise<PolicyHint[]> {
  const fail = (why: string): DatasetError =>
    new DatasetError(`The starter policy could not be loaded: ${why}. The run was left as it is.`);
  let response: Response;
  try {
    response = await fetch(new URL(STARTER_PATH, baseUrl));
  } catch (error) {
    throw fail(`${STARTER_PATH} could not be fetched (${messageOf(error)})`);
  }
  if (!response.ok)
    throw fail(
      response.status === 404
        ? `this site has no ${STARTER_PATH}`
        : `the server answered ${response.status} for ${STARTER_PATH}`,
    );
  try {
    const { parseHints } = await fetched(import('../../formats/hints-file.ts'));
    return parseHints(await response.text(), STARTER_PATH);
  } catch (error) {
    throw fail(messageOf(error).replace(/\.$/, ''));
  }
}
