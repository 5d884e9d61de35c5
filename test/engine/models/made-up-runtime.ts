/** A runtime that no line of the program knows: one model that runs here, and a group of which none does. */
import type { ModelCard, ModelProvider } from '../../../src/samplers/language/model.ts';
import { scriptedModel } from '../../support/scripted-model.ts';

const SEVEN: ModelCard = {
  id: 'abacus/seven',
  kind: 'abacus',
  group: { title: 'On an abacus', instead: 'Without an abacus, count in your head.' },
  label: 'Seven beads',
  downloadBytes: 0,
  estimated: false,
  memoryBytes: null,
  licence: '',
  host: null,
  blocked: null,
  note: null,
  stored: null,
  suggested: false,
};
const SAND: ModelCard = {
  ...SEVEN,
  id: 'abacus/sand',
  group: { title: 'In the sand', instead: 'Without sand, take beads.' },
  label: 'Pebbles',
  blocked: 'There is no sand here.',
};

export function makeAbacusProvider(): ModelProvider {
  return {
    kind: 'abacus',
    cards: () => Promise.resolve([SEVEN, SAND]),
    load: (id) => Promise.resolve({ ...scriptedModel({ answer: () => 'SELECT 7' }), id, kind: 'abacus' }),
  };
}
