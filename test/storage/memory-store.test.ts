import { MemoryStore } from '../../src/storage/memory-store.ts';
import { describeStore } from './contract.ts';

describeStore('MemoryStore', (windowBytes) =>
  Promise.resolve(new MemoryStore(windowBytes === undefined ? {} : { windowBytes })),
);
