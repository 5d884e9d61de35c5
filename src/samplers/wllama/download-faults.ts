/** What can go wrong with the download of a model file, in words, with the way out. */
import { messageOf } from '../../grpo/message-of.ts';
import { ModelError } from '../language/model.ts';

export function aborted(): DOMException {
  return new DOMException('The download was cancelled.', 'AbortError');
}

export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}

export function diskFull(message: string, cause?: unknown): ModelError {
  return new ModelError(
    'disk-full',
    message,
    'Delete a stored model or free space on the disk, then load again: what was downloaded is kept.',
    { cause },
  );
}

/** A step of storing; its errors become the reader's. */
export async function writing(step: Promise<void>): Promise<void> {
  try {
    await step;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'QuotaExceededError')
      throw diskFull('The storage that this browser gives to this page is full.', error);
    throw new ModelError(
      'failed',
      `The file could not be stored in this browser (${messageOf(error)}).`,
      'Try again; a private window may not be allowed to store files of this size.',
      { cause: error },
    );
  }
}

export function unreachable(url: string, cause: unknown): ModelError {
  return new ModelError(
    'network',
    `${new URL(url).host} could not be reached.`,
    'Check the connection and load again: what was downloaded is kept.',
    { cause },
  );
}

/** The connection broke. */
export function interrupted(received: number, total: number | null, cause: unknown): ModelError {
  return new ModelError(
    'network',
    `The connection ended after ${progressText(received, total)}.`,
    'Load again: it goes on from there.',
    { cause },
  );
}

/** The answer ended as if the file were whole. */
export function tooShort(url: string, received: number, total: number): ModelError {
  return new ModelError(
    'network',
    `${new URL(url).host} ended the file after ${progressText(received, total)} (${received.toLocaleString('en')} of ${total.toLocaleString('en')} bytes).`,
    'Load again: it goes on from there. If it ends there again, the file was replaced on the server: choose another model, or open a GGUF file from disk.',
  );
}

export function tooLong(url: string, total: number): ModelError {
  return new ModelError(
    'bad-file',
    `${new URL(url).host} sent more than the ${total.toLocaleString('en')} bytes that the file should have: it was replaced on the server.`,
    'Try again, choose another model, or open a GGUF file from disk.',
  );
}

/** An answer that is not the file. */
export function refusal(status: number, url: string): ModelError {
  const { host } = new URL(url);
  if (status === 404 || status === 410)
    return new ModelError(
      'not-found',
      `${host} does not have this file any more.`,
      'Choose another model, or open a GGUF file from disk.',
    );
  if (status === 401 || status === 403)
    return new ModelError(
      'refused',
      `${host} does not give out this file (HTTP ${status}).`,
      'Choose another model, or download the file there yourself and open it from disk.',
    );
  if (status === 429)
    return new ModelError(
      'rate-limit',
      `${host} is asked too often (HTTP 429).`,
      'Wait a few minutes and load again: what was downloaded is kept.',
    );
  return new ModelError(
    'server',
    `${host} answered with HTTP ${status} in place of the file.`,
    'Load again in a while: what was downloaded is kept.',
  );
}

function progressText(received: number, total: number | null): string {
  return total === null ? megabytes(received) : `${megabytes(received)} of ${megabytes(total)}`;
}
