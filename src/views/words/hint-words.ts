/** All that the page needs to word hints with, as one part that is fetched (hints-said.svelte.ts). */
export { describeHint } from '../../grpo/words/described.ts';
export { actionWords, cueWordsOf, hintWords } from '../../grpo/words/hint.ts';
export { capital } from '../../grpo/words/plain.ts';
