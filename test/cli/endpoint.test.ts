import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvaluationFile } from '../../src/cli/evaluation-file.ts';
import type { HistoryPoint } from '../../src/grpo/run-store.ts';
import type { PolicyHint } from '../../src/grpo/types.ts';
import { loadStarter } from '../../src/cli/starter.ts';
import { startServer } from '../support/openai-server.ts';
import type { TestServer } from '../support/openai-server.ts';
import { lab, LIBRARY_QUESTIONS, LIBRARY_SQL, newFolder, start } from './run.ts';

const shop = (name: string): string => fileURLToPath(new URL(`../../public/datasets/shop/${name}`, import.meta.url));
const SHOP = ['--database', shop('db.sqlite'), '--questions', shop('questions.json')];
const folder = newFolder();
const file = (name: string): string => join(folder, name);
const read = <T>(name: string): T => JSON.parse(readFileSync(file(name), 'utf8')) as T;
const library = ['--database', file('library.sql'), '--questions', file('questions.json')];

interface Training {
  readonly sampler: string;
  readonly reward: string;
  readonly steps: number;
  readonly history: readonly HistoryPoint[];
  readonly hints: readonly PolicyHint[];
  readonly summary: { readonly totalCompletions: number };
}

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  writeFileSync(file('library.sql'), LIBRARY_SQL);
  writeFileSync(file('questions.json'), JSON.stringify(LIBRARY_QUESTIONS));
  process.env['LAB_TEST_KEY'] = 'sk-right';
});
afterAll(async () => {
  delete process.env['LAB_TEST_KEY'];
  await server.close();
});

const endpoint = (model = 'good', url = server.url): string[] => [
  '--sampler',
  'endpoint',
  '--base-url',
  url,
  '--model',
  model,
];

describe('train with an endpoint', { timeout: 120_000 }, () => {
  it('learns from what the server’s model writes, the same twice', async () => {
    const args = [
      'train',
      ...SHOP,
      ...endpoint(),
      '--steps',
      '12',
      '--hints-in',
      'none',
      '--set',
      'group_size=6',
      '--json',
    ];
    const before = server.seen.length;
    const { code, stdout, stderr } = await lab(...args, file('a.json'));
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^12 steps on \d+ questions: mean reward/) as string,
    });
    expect(stderr).toContain(`completions by good at ${new URL(server.url).host}`);
    const bodies = server.seen.slice(before).map(({ body }) => body);
    expect(bodies.length).toBeGreaterThanOrEqual(12);
    expect(bodies[0]).toMatchObject({
      n: 6,
      temperature: 0.7,
      max_tokens: 256,
      messages: [{ role: 'system', content: expect.stringContaining('CREATE TABLE') as string }, { role: 'user' }],
    });
    const result = read<Training>('a.json');
    expect(result).toMatchObject({
      sampler: 'endpoint/good',
      reward: 'reference-free',
      summary: { totalCompletions: 72 },
    });
    expect(result.history.some(({ rewardMean }) => (rewardMean ?? 0) > 0)).toBe(true);
    expect(result.hints.length).toBeGreaterThan(0);
    await lab(...args, file('b.json'));
    expect(readFileSync(file('b.json'), 'utf8')).toBe(readFileSync(file('a.json'), 'utf8'));
    expect(readFileSync(file('a.json'), 'utf8')).not.toContain(server.url);
  });

  it('takes the only model of a server, and asks which where there are several', async () => {
    const { code, stderr } = await lab(
      'train',
      ...library,
      '--steps',
      '1',
      '--sampler',
      'endpoint',
      '--base-url',
      server.url,
    );
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^lab: --model is needed: the server has good, ignores-n, /) as string,
    ]);
  });

  it('gives the key of an environment variable, and never prints it', async () => {
    const closed = await startServer({ key: 'sk-right' });
    try {
      const args = ['train', ...library, '--steps', '1', ...endpoint('good', closed.url)];
      expect(await lab(...args, '--api-key-env', 'LAB_TEST_KEY', '--json', file('key.json'))).toMatchObject({
        code: 0,
      });
      expect(readFileSync(file('key.json'), 'utf8')).not.toContain('sk-right');
      expect(await lab(...args)).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/\nlab: .* wants a key \(401\).*Give the key/) as string,
      });
      expect(await lab(...args, '--api-key-env', 'LAB_NO_SUCH_KEY')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('the environment has no "LAB_NO_SUCH_KEY"') as string,
      });
    } finally {
      await closed.close();
    }
  });

  it.each<[string, RegExp]>([
    ['fails-midway', /failed \(500\): “engine died”\. The cause is in the server’s own log/],
    ['html', /answers with text\/html.*Check that the base URL/],
    ['missing', /has no model “missing”.*ollama pull/],
    ['too-long', /do not fit into the model’s context.*prompt_tokens/],
  ])('ends with cause and way out when the server %s, and writes nothing', async (model, message) => {
    const { code, stdout, stderr } = await lab(
      'train',
      ...library,
      ...endpoint(model),
      '--steps',
      '2',
      '--json',
      file(`${model}.json`),
      '--record',
      file(`${model}-run.json`),
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(message);
    expect(existsSync(file(`${model}.json`)) || existsSync(file(`${model}-run.json`))).toBe(false);
  });

  it('is ended by a signal while the server is silent', async () => {
    const { child, ended } = start([
      'train',
      ...library,
      ...endpoint('hangs'),
      '--steps',
      '1',
      '--json',
      file('hung.json'),
    ]);
    await expect
      .poll(() => server.seen.filter(({ body }) => body.model === 'hangs').length, { timeout: 60_000 })
      .toBeGreaterThan(0);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, stdout: '' });
    expect(existsSync(file('hung.json'))).toBe(false);
  });

  it.each<[string, string[], RegExp]>([
    [
      'an unknown sampler',
      ['--sampler', 'oracle'],
      /--sampler must be sketch or endpoint or replay or feedback, not "oracle"/,
    ],
    ['an option without its value', ['--base-url', '--model', 'm'], /--base-url needs a value: URL/],
    ['no address', ['--sampler', 'endpoint'], /needs --base-url URL/],
    [
      'an address that is none',
      ['--sampler', 'endpoint', '--base-url', 'localhost:8000', '--model', 'm'],
      /must begin with http:\/\/ or https:\/\/.*for example/,
    ],
    ['options of another sampler', ['--model', 'm'], /--model needs --sampler endpoint/],
    ['a replay of nothing', ['--sampler', 'replay'], /needs something to replay/],
    [
      'a grammar that cannot be sent',
      ['--sampler', 'endpoint', '--base-url', 'http://localhost:1', '--model', 'm', '--set', 'constrained=true'],
      /constrained=true needs --grammar-field/,
    ],
    ['a number out of range', ['--steps', '-1'], /--steps must be a whole number from 1 to 1000000, not "-1"/],
    [
      'a start that is misspelled',
      ['--hints-in', 'stater'],
      /Cannot read stater: there is no such file\. --hints-in takes none, starter or a hints file/,
    ],
  ])('refuses %s', async (_what, args, message) => {
    const { code, stdout, stderr } = await lab('train', ...library, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(message);
  });

  it('names the reward it trains with, also a mixed one', async () => {
    const { stderr } = await lab(
      'train',
      ...library,
      '--steps',
      '1',
      '--hints-in',
      'none',
      '--set',
      'gold_weight=2',
      '--json',
      file('mix.json'),
    );
    expect(stderr).toContain('reward mix (validity 0.2, execution 0.3, quality 0.35, format 0.15, gold 2)');
    expect(read<Training>('mix.json').reward).toBe('mix');
  });
});

describe('a run that is recorded', { timeout: 120_000 }, () => {
  it.each<[string, () => string[]]>([
    [
      'of the sketch sampler with validation',
      () => ['--preset', 'tuned', '--reward', 'gold', '--set', 'evaluate_every=5'],
    ],
    ['of an endpoint', () => [...endpoint()]],
  ])('%s is played back to the bit', async (_what, args) => {
    const recorded = await lab(
      'train',
      ...library,
      ...args(),
      '--steps',
      '15',
      '--record',
      file('run.json'),
      '--json',
      file('recorded.json'),
      '--hints-out',
      file('recorded-hints.json'),
    );
    expect(recorded.code).toBe(0);
    const asked = server.seen.length;
    const played = await lab(
      'train',
      ...library,
      '--sampler',
      'replay',
      '--recording',
      file('run.json'),
      '--json',
      file('played.json'),
      '--hints-out',
      file('played-hints.json'),
    );
    expect(played).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^15 recorded steps played back/) as string,
    });
    expect(server.seen.length).toBe(asked);
    const [before, after] = [read<Training>('recorded.json'), read<Training>('played.json')];
    expect(after.history).toEqual(before.history);
    expect(after.summary).toEqual(before.summary);
    expect(readFileSync(file('played-hints.json'), 'utf8')).toBe(readFileSync(file('recorded-hints.json'), 'utf8'));
    expect(readFileSync(file('run.json'), 'utf8')).not.toContain(folder);
  });

  it('settles what a run is made of', async () => {
    expect(
      await lab('train', ...library, '--sampler', 'replay', '--recording', file('run.json'), '--steps', '5'),
    ).toMatchObject({ code: 2, stderr: expect.stringContaining('--steps cannot be given with --recording') as string });
    expect(await lab('train', ...library, '--sampler', 'replay', '--recording', file('questions.json'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is no recording') as string,
    });
  });
});

describe('evaluate what is chosen of a group', { timeout: 120_000 }, () => {
  it('of an endpoint, on the shop', async () => {
    const before = server.seen.length;
    const { code, stdout } = await lab(
      'evaluate',
      ...SHOP,
      ...endpoint(),
      '--seeds',
      '1',
      '--json',
      file('choice.json'),
    );
    expect(code).toBe(0);
    const { questions, figures, comparison, ...about } = read<EvaluationFile>('choice.json');
    expect(about).toMatchObject({ sampler: { id: 'endpoint/good' }, groupSize: 4, seeds: 1 });
    expect(server.seen.length - before).toBe(questions);
    expect(figures.oracle?.accuracy).toBeGreaterThanOrEqual(figures.reward?.accuracy ?? NaN);
    expect(stdout).toContain(
      `${questions} questions, ${about.facts} facts (held-out), ${loadStarter().length} hints, completions by good at 127.0.0.1`,
    );
    expect(stdout).toContain(`By reward and hints against by reward, question by question: ${comparison?.verdict}`);
  });

  it('of recorded completions, whichever way it falls', async () => {
    writeFileSync(
      file('completions.json'),
      JSON.stringify([
        {
          id: 'loans',
          completions: [
            { source: 'a', text: '```sql\nSELECT COUNT(*) FROM loans;\n```' },
            { source: 'b', text: 'SELECT nothing FROM loans' },
          ],
        },
        {
          id: 'count',
          completions: [
            { source: 'a', text: 'SELECT COUNT(*) FROM books' },
            { source: 'b', text: 'SELECT COUNT(*) FROM authors' },
          ],
        },
      ]),
    );
    const replay = ['--sampler', 'replay', '--completions', file('completions.json')];
    const { code, stdout } = await lab(
      'evaluate',
      ...library,
      ...replay,
      '--hints',
      'none',
      '--json',
      file('pool.json'),
    );
    expect(code).toBe(0);
    expect(stdout).toContain(
      '1 question, 1 fact (held-out), 0 hints, completions by Recorded completions of 2 models.',
    );
    expect(stdout).toContain('There are no hints, so there is nothing to compare');
    expect(read<EvaluationFile>('pool.json')).toMatchObject({
      questions: 1,
      sets: [{ withoutCompletions: 1 }],
      figures: {
        random: { accuracy: 0.5 },
        reward: { accuracy: 1 },
        rewardHints: { accuracy: 1 },
        oracle: { accuracy: 1 },
      },
    });

    const trained = await lab(
      'train',
      ...library,
      ...replay,
      '--hints-in',
      'none',
      '--reward',
      'gold',
      '--steps',
      '20',
      '--set',
      'template_name=true',
      '--hints-out',
      file('learned.json'),
    );
    expect(trained).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(
        /2 questions left out: [^\n]*completions\.json has no completion for them\ntraining on 1 questions/,
      ) as string,
    });
    const { hints } = read<{ readonly hints: readonly PolicyHint[] }>('learned.json');
    expect(hints.some(({ weight, tables }) => weight > 0 && tables.includes('books'))).toBe(true);
  });

  it('refuses completions of other questions, and recorded runs', async () => {
    writeFileSync(file('others.json'), JSON.stringify([{ id: 'nobody-asked', completions: [{ text: 'SELECT 1' }] }]));
    expect(
      await lab('evaluate', ...library, '--sampler', 'replay', '--completions', file('others.json')),
    ).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('has no completion for any of the 2 questions') as string,
    });
    expect(await lab('evaluate', ...library, '--seeds', '-1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--seeds must be a whole number from 1 to 1000, not "-1"') as string,
    });
    expect(await lab('evaluate', ...library, '--hints', 'stater')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--hints takes none, starter or a hints file') as string,
    });
  });
});

describe('help', () => {
  it.each([
    [
      'train',
      ['--sampler NAME', '--base-url URL', '--api-key-env VARIABLE', '--completions F', '--recording F', '--record F'],
    ],
    ['evaluate', ['--sampler NAME', '--model NAME', '--parallel N', '--completions F']],
    ['ask', ['--sampler NAME', '--base-url URL']],
  ])('of %s names the samplers’ options', async (command, options) => {
    const { code, stdout } = await lab(command, '--help');
    expect(code).toBe(0);
    for (const option of options) expect(stdout).toContain(option);
  });
});

describe('ask with an endpoint', { timeout: 120_000 }, () => {
  it('answers with what the server’s model wrote', async () => {
    const { code, stdout } = await lab(
      'ask',
      '--database',
      file('library.sql'),
      ...endpoint(),
      '--hints',
      'none',
      'How many books are there?',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('SELECT');
    expect(
      await lab('ask', '--database', file('library.sql'), ...endpoint('fails-midway'), 'How many books?'),
    ).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('engine died') as string });
  });
});
