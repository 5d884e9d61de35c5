import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../../src/grpo/config.ts';
import {
  acceptGuidance,
  applyGuidance,
  GuidanceError,
  MOST_GUIDANCE,
  vetoGuidance,
} from '../../../src/grpo/guidance.ts';
import { PolicyLayer } from '../../../src/grpo/policy.ts';
import type { Completion, Execution, Group } from '../../../src/grpo/types.ts';
import {
  parseProposal,
  reflect,
  reflectionPrompt,
  shownCauses,
  type Proposal,
} from '../../../src/samplers/language/reflection.ts';
import { derive, readGbnf } from '../../support/gbnf.ts';
import { seededRandom } from '../../../src/grpo/random.ts';
import { scriptedModel } from '../../support/scripted-model.ts';
import { replayEvents } from '../../grpo/replay.ts';

const SQL = 'SELECT COUNT(*) FROM boat';
const completion = (index: number, sql: string, advantage: number, execution: Partial<Execution> = {}): Completion => ({
  index,
  text: sql === '' ? 'I do\nnot know.' : sql,
  sql,
  features: [],
  logProbability: null,
  referenceLogProbability: null,
  decisions: [],
  rowCount: 1,
  execution: { status: 'rows', columns: ['n'], rows: [[4]], truncated: false, ...execution },
  rewards: { components: {}, total: advantage / 2 },
  advantage,
  teaches: true,
  verdict: 'reinforce',
});
const GROUP: Group = {
  questionId: 'q',
  question: 'how many\nboats',
  mean: 0.2,
  sd: 0.3,
  scale: 0.3,
  noSignal: false,
  distribution: null,
  completions: [
    completion(0, SQL, 1.2),
    completion(1, 'SELECT title FROM boats', -0.8, { status: 'invalid', error: 'no such table:\nboats' }),
    completion(2, '', -0.4, { status: 'invalid' }),
  ],
};
function policyWith(...sentences: string[]): PolicyLayer {
  const policy = new PolicyLayer();
  for (const text of sentences)
    applyGuidance(policy, { op: 'add', text }, { step: 1, author: { by: 'model', label: 'M', step: 1 } });
  return policy;
}
const A = 'When asked how many, count the rows.';
const B = 'When asked for names, show names only.';
const refusal = (answer: string, policy = policyWith(A, B)): string | null =>
  parseProposal(answer, policy.hints, [SQL]).refusal;

describe('what the model is shown', () => {
  it('the question, each attempt with its result, reward and advantage, the guidance with ids, what was vetoed', () => {
    const policy = policyWith(A, B);
    vetoGuidance(policy, policy.hints[1]?.key ?? '', 2);
    const [task, shown] = reflectionPrompt(GROUP, policy);
    expect(task).toMatchObject({ role: 'system' });
    expect(shown).toEqual({
      role: 'user',
      content: [
        'Question: how many boats',
        '',
        'Attempts:',
        '1. SELECT COUNT(*) FROM boat',
        '   result: 1 row; reward 0.60; advantage 1.20',
        '2. SELECT title FROM boats',
        '   result: invalid (no such table: boats); reward -0.40; advantage -0.80',
        '3. no SQL in: I do not know.',
        '   result: invalid; reward -0.20; advantage -0.40',
        '',
        'Guidance:',
        `- guidance:0 (weight 0.10): ${A}`,
        '',
        'Refused by the reader, not to be proposed again:',
        `- ${B}`,
      ].join('\n'),
    });
  });
  it('long texts are cut', () => {
    const long = { ...GROUP, completions: [completion(0, `SELECT '${'x'.repeat(5000)}'`, 1)] };
    expect(reflectionPrompt(long, policyWith())[1]?.content.length).toBeLessThan(900);
  });
  it('the completions that were shown are causes without a part in a gradient', () => {
    expect(shownCauses(GROUP, 2)).toEqual(
      [1.2, -0.8, -0.4].map((advantage, i) => ({ group: 2, completion: i, advantage, activity: 0 })),
    );
  });
});

describe('what the model answers', () => {
  const text = 'When the question asks how many, use COUNT(*) and no other column.';
  it.each([
    ['plain', `{"op":"add","text":"${text}"}`],
    ['in a fence', `Here it is:\n\`\`\`json\n{ "op": "add",\n "text": "${text}" }\n\`\`\`\nGood luck!`],
    ['after thinking', `<think>{"op":"none"} or {"op":"delete"}?</think>{"op":"add","text":"${text}"}`],
    ['in a list of one', `[{"op":"add","text":"${text}"}]`],
    ['with braces in prose before', `{hm} {"op":"add","text":"${text}"}`],
  ])('an operation %s', (_how, answer) => {
    expect(parseProposal(answer, policyWith(A).hints, [SQL])).toEqual({
      operation: { op: 'add', text },
      refusal: null,
    });
  });
  it('every operation, with ids as shown or as numbers', () => {
    const { hints } = policyWith(A, B);
    const read = (answer: unknown): Proposal => parseProposal(JSON.stringify(answer), hints);
    expect(read({ op: 'update', id: 'guidance:1', text })).toEqual({
      operation: { op: 'update', id: 'guidance:1', text },
      refusal: null,
    });
    expect(read({ op: 'update', id: 1, text })).toEqual({
      operation: { op: 'update', id: 'guidance:1', text },
      refusal: null,
    });
    expect(read({ op: 'merge', ids: ['0', 'guidance:1'], text })).toEqual({
      operation: { op: 'merge', ids: ['guidance:0', 'guidance:1'], text },
      refusal: null,
    });
    expect(read({ op: 'delete', id: 'guidance:0' })).toEqual({
      operation: { op: 'delete', id: 'guidance:0' },
      refusal: null,
    });
    expect(read({ op: 'none' })).toEqual({ operation: { op: 'none' }, refusal: null });
  });
  it.each([
    ['not JSON', 'When asked, count.', /no JSON object/],
    ['cut off', '{"op":"add","text":"When asked, co', /no JSON object/],
    ['two operations', '{"op":"none"} {"op":"delete","id":"guidance:0"}', /2 operations/],
    ['a list of two', `[{"op":"delete","id":"guidance:0"},{"op":"delete","id":"guidance:1"}]`, /2 operations/],
    ['an unknown operation', '{"op":"replace","text":"x"}', /"replace" is no operation/],
    ['no operation', '{"text":"When asked, count."}', /Nothing is no operation/],
    ['an unknown id', '{"op":"delete","id":"guidance:9"}', /no guidance hint guidance:9/],
    ['no id', '{"op":"update","text":"When asked, count."}', /names no hint/],
    ['one id to merge', '{"op":"merge","ids":["guidance:0"],"text":"When asked, count."}', /two hints/],
    ['one id twice', '{"op":"merge","ids":["guidance:0",0],"text":"When asked, count rows."}', /itself/],
    ['no text', '{"op":"add"}', /has no text/],
    ['an empty text', '{"op":"add","text":" \\n "}', /empty/],
    ['a text that is none', '{"op":"add","text":7}', /has no text/],
    ['a word', '{"op":"add","text":"COUNT"}', /no sentence/],
    ['a long text', `{"op":"add","text":"When ${'very '.repeat(100)}long"}`, /more than 300/],
    ['what is there', `{"op":"add","text":"${A}"}`, /says the same already/],
    [
      'the answer itself',
      '{"op":"add","text":"When asked how many boats, write select count(*)  from boat"}',
      /repeats a query/,
    ],
    ['another query', '{"op":"add","text":"When asked, write SELECT name FROM owner"}', /repeats a query/],
  ])('is refused with the reason: %s', (_what, answer, why) => {
    expect(refusal(answer)).toMatch(why);
    expect(parseProposal(answer, policyWith(A, B).hints, [SQL]).operation).toBeNull();
  });
  it('what the reader vetoed or holds stays', () => {
    const policy = policyWith(A, B);
    vetoGuidance(policy, 'guidance:0', 2);
    acceptGuidance(policy, 'guidance:1', 2, 5);
    expect(refusal(`{"op":"add","text":"${A}"}`, policy)).toMatch(/vetoed/);
    expect(refusal('{"op":"delete","id":"guidance:1"}', policy)).toMatch(/only the reader/);
  });
  it('no more than there may be', () => {
    const policy = policyWith(...Array.from({ length: MOST_GUIDANCE }, (_s, i) => `When the number is ${i}, say so.`));
    expect(refusal(`{"op":"add","text":"${text}"}`, policy)).toMatch(/already/);
  });
  it('any text at all is an operation that can be carried out, or a reason', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '"',
      '\\',
      '[',
      ']',
      ',',
      ':',
      '"op"',
      '"add"',
      '"text"',
      '"id"',
      '"guidance:0"',
      '"When asked, do so."',
      '<think>',
      '</think>',
      '```',
      'null',
      '7',
      '{"op":"delete","id":0}',
      '{"op":"none"}',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 20 }).map((parts) => parts.join('')),
        ),
        (answer) => {
          const policy = policyWith(A);
          const { operation, refusal: why } = parseProposal(answer, policy.hints, [SQL]);
          if (operation === null) expect(why).toMatch(/^\S.*\.$/s);
          else {
            expect(why).toBeNull();
            if (operation.op !== 'none')
              expect(
                applyGuidance(policy, operation, { step: 2, author: { by: 'model', label: 'M', step: 1 } }).length,
              ).toBeGreaterThan(0);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('reflecting', () => {
  const settings = DEFAULT_CONFIG;
  it('asks once and says what it cost', async () => {
    const model = scriptedModel({ answer: () => `{"op":"add","text":"When asked how many, use COUNT(*)."}` });
    const policy = policyWith(A);
    const result = await reflect({ model, group: GROUP, policy, seed: 7, settings });
    expect(result).toEqual({
      operation: { op: 'add', text: 'When asked how many, use COUNT(*).' },
      refusal: null,
      promptTokens: 10,
      tokens: 6,
      prompt: reflectionPrompt(GROUP, policy),
      text: '{"op":"add","text":"When asked how many, use COUNT(*)."}',
    });
    expect(model.requests).toMatchObject([{ seed: 7, temperature: 0.7, maxTokens: 256 }]);
    expect(policy.size).toBe(1);
  });
  it('a refusal keeps what was written', async () => {
    const result = await reflect({
      model: scriptedModel({ answer: () => 'Well …' }),
      group: GROUP,
      policy: policyWith(),
      seed: 1,
      settings,
    });
    expect(result).toMatchObject({ operation: null, refusal: 'The answer holds no JSON object.', text: 'Well …' });
  });
  it('where the runtime can, a grammar keeps the answer readable', async () => {
    const model = scriptedModel({ answer: () => '{"op":"none"}', supports: { grammar: true } });
    await reflect({ model, group: GROUP, policy: policyWith(), seed: 1, settings });
    const grammar = readGbnf(model.requests[0]?.grammar ?? '');
    const { next } = seededRandom(1);
    for (let i = 0; i < 200; i++) {
      const answer = derive(grammar, next);
      expect(() => {
        JSON.parse(answer);
      }).not.toThrow();
      expect(parseProposal(answer, [], [])).not.toMatchObject({
        refusal: expect.stringMatching(/no JSON|is no operation|names no|has no text/) as string,
      });
    }
  });
  it('can be given up, and passes on what the model fails with', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(
      reflect({
        model: scriptedModel({ answer: () => '' }),
        group: GROUP,
        policy: policyWith(),
        seed: 1,
        settings,
        signal: controller.signal,
      }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });
  it('a proposal enters the log with its evidence, and the log rebuilds it', async () => {
    const policy = new PolicyLayer();
    const { operation } = await reflect({
      model: scriptedModel({ answer: () => `{"op":"add","text":"${A}"}` }),
      group: GROUP,
      policy,
      seed: 1,
      settings,
    });
    if (operation === null || operation.op === 'none') throw new GuidanceError('no proposal');
    const log = applyGuidance(policy, operation, {
      step: 4,
      author: { by: 'model', label: 'Scripted model', step: 4 },
      causes: shownCauses(GROUP, 0),
    });
    expect(log[0]).toMatchObject({
      type: 'propose',
      step: 4,
      causes: [{ group: 0, completion: 0, advantage: 1.2 }, { completion: 1 }, { completion: 2 }],
    });
    expect(replayEvents(log).hints).toEqual(policy.hints);
  });
});
