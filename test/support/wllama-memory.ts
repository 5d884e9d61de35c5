/**
 * Looks into the memory of a running llama.cpp: where the weights of a model stand there, and what they are now. For
 * this a listener is put behind the package's own code when it starts its worker.
 */

/** Runs in wllama's worker, in the scope of its code: `getHeapU8` is the package's. */
const LISTENER = `
;{
  const channel = new BroadcastChannel('wllama-memory');
  const hex = (digest) => Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  channel.onmessage = async ({ data }) => {
    if (data.ask === undefined) return;
    const heap = getHeapU8();
    const found = data.ask.map(() => []);
    const starts = new Map(data.ask.map(({ start }, tensor) => [start, tensor]));
    const words = new BigUint64Array(heap.buffer, 0, Math.floor(heap.byteLength / 8));
    if (data.at !== undefined) data.at.forEach((places, tensor) => found[tensor].push(...places));
    else
      for (let i = 0; i < words.length; i += 4) {
        const tensor = starts.get(words[i]);
        if (tensor !== undefined) found[tensor].push(i * 8);
      }
    const hashes = [];
    for (const [tensor, places] of found.entries())
      hashes.push(await Promise.all(places.map(async (at) =>
        hex(await crypto.subtle.digest('SHA-256', new Uint8Array(heap.subarray(at, at + data.ask[tensor].length)))))));
    channel.postMessage({ found, hashes });
  };
}`;

export interface WeightsInMemory {
  /** Of each tensor, the addresses at which its first eight bytes stand. */
  readonly found: readonly (readonly number[])[];
  /** SHA-256 of the memory from each of them on, as long as the tensor. */
  readonly hashes: readonly (readonly string[])[];
}

/** Starts what `start` starts, with the listener in its worker. */
export async function withMemoryListener<T>(start: () => Promise<T>): Promise<T> {
  const create = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (blob) =>
    create(blob instanceof Blob && blob.type === 'text/javascript' ? new Blob([blob, LISTENER], blob) : blob);
  try {
    return await start();
  } finally {
    URL.createObjectURL = create;
  }
}

/** The weights as they are in memory now: looked for, or at the addresses where they were found before. */
export function weightsInMemory(
  weights: readonly Uint8Array<ArrayBuffer>[],
  at?: WeightsInMemory['found'],
): Promise<WeightsInMemory> {
  const channel = new BroadcastChannel('wllama-memory');
  const ask = weights.map((bytes) => ({
    start: new DataView(bytes.buffer).getBigUint64(0, true),
    length: bytes.length,
  }));
  return new Promise<WeightsInMemory>((resolve) => {
    channel.onmessage = ({ data }: MessageEvent<Partial<WeightsInMemory>>) => {
      const { found, hashes } = data;
      if (found === undefined || hashes === undefined) return;
      channel.close();
      resolve({ found, hashes });
    };
    channel.postMessage({ ask, ...(at === undefined ? {} : { at }) });
  });
}
