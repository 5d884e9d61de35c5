/**
 * How much of a server's throughput reaches the lab? Our client against a local server of its own process that writes a
 * token every so many milliseconds in every stream, however many there are. Ideal: no time is lost between two tokens
 * or two completions.
 *
 *   node scripts/run.mjs test/bench/endpoint.ts [milliseconds per token = 20] [tokens = 64] [rounds = 6]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connectEndpoint } from '../../src/samplers/endpoint/endpoint.ts';

const [tokenMs = 20, tokens = 64, rounds = 6] = process.argv.slice(2).map(Number);
const CONCURRENT = [8, 64];
const GROUP = 8;

const server = spawn(
  process.execPath,
  [
    fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url)),
    'test/support/openai-server.ts',
    String(tokenMs),
    String(tokens),
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const [first] = (await once(server.stdout.setEncoding('utf8'), 'data')) as [string];
const baseUrl = first.trim();
const messages = [{ role: 'user' as const, content: 'x'.repeat(4000) }];

/** The least that any client has to do: send the request and take the bytes. */
async function bare(seed: number): Promise<number> {
  const response = await fetch(`${baseUrl}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'good', messages, seed, temperature: 0.7, max_tokens: tokens, stream: true }),
  });
  const text = await response.text();
  return text.match(/"content":" /g)?.length ?? 0;
}

type Ask = (parallel: number) => Promise<number>;

/** So many completions at a time until all are written; resolves to their tokens. */
async function inTurn(parallel: number, one: (seed: number) => Promise<number>): Promise<number> {
  let next = 0;
  let sum = 0;
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      while (next < rounds * parallel) {
        const count = await one(next++);
        sum += count;
      }
    }),
  );
  return sum;
}

const tokensOf = (text: string): number => text.split(' ').length - 1;
const request = (seed: number) => ({ messages, seed, temperature: 0.7, maxTokens: tokens });
const WAYS: readonly (readonly [string, Ask])[] = [
  ['bare fetch, for comparison', (parallel) => inTurn(parallel, bare)],
  [
    'one a request',
    async (parallel) => {
      const model = connectEndpoint({ baseUrl, model: 'good', parallel });
      const answers = await Promise.all(
        Array.from({ length: rounds * parallel }, (_, seed) => model.generate(request(seed))),
      );
      return answers.reduce((sum, { text }) => sum + tokensOf(text), 0);
    },
  ],
  [
    `groups of ${GROUP} by n`,
    async (parallel) => {
      const model = connectEndpoint({ baseUrl, model: 'good', parallel });
      const groups = await Promise.all(
        Array.from(
          { length: (rounds * parallel) / GROUP },
          async (_, i) => (await model.generateAlike?.(request(i * GROUP), GROUP)) ?? [],
        ),
      );
      return groups.flat().reduce((sum, { text }) => sum + tokensOf(text), 0);
    },
  ],
];

const rate = (value: number): string => value.toFixed(1).padStart(8);

try {
  // Both processes compile and connect before anything is measured.
  await Promise.all(
    Array.from({ length: 64 }, (_, seed) =>
      connectEndpoint({ baseUrl, model: 'good', parallel: 64 }).generate({
        messages,
        seed,
        temperature: 1,
        maxTokens: tokens,
      }),
    ),
  );
  process.stdout.write(
    `${tokenMs} ms a token, ${tokens} tokens a completion, ${rounds} completions in each place, prompt of 4,000 characters\n`,
  );
  process.stdout.write('at once  how                         completions/s  tokens/s  share of the ideal\n');
  for (const parallel of CONCURRENT) {
    for (const [name, ask] of WAYS) {
      const began = performance.now();
      const written = await ask(parallel);
      const seconds = (performance.now() - began) / 1000;
      if (written !== rounds * parallel * tokens)
        throw new Error(`${name}: ${written} tokens came, not ${rounds * parallel * tokens}.`);
      const share = (100 * written) / seconds / (parallel * (1000 / tokenMs));
      process.stdout.write(
        `${String(parallel).padStart(7)}  ${name.padEnd(26)}  ${rate((rounds * parallel) / seconds).padStart(13)}  ${rate(written / seconds)}  ${share.toFixed(0).padStart(16)} %\n`,
      );
    }
  }
} finally {
  server.kill();
}
