/** Parts of the engine that are fetched when they are asked for. */
import { messageOf } from '../grpo/message-of.ts';

/** What `import()` resolves to. Rejects with Error for the reader where the part cannot be fetched. */
export function fetched<T>(part: Promise<T>): Promise<T> {
  return part.catch((error: unknown): never => {
    throw new Error(
      `A part of the engine could not be fetched (${messageOf(error)}). Check the connection and try again.`,
      { cause: error },
    );
  });
}
