import { MemoryExperiments } from '../../src/storage/memory-experiments.ts';
import { describeExperimentStore } from './experiments-contract.ts';

describeExperimentStore('MemoryExperiments', () => Promise.resolve(new MemoryExperiments()));
