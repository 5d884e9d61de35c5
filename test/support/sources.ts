import type { ModelSource } from '../../src/grpo/group-source.ts';

/** A language model as the source of the groups. */
export const inBrowser = (id: string): ModelSource => ({ kind: 'model', id, runs: 'browser' });
export const onServer = (id: string): ModelSource => ({ kind: 'model', id, runs: 'server' });
