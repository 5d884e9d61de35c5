import { expect, it } from 'vitest';
import { shopDataset, shopFingerprint } from './scenario.ts';
import { shopFiles } from './shop-files.ts';

// Chromium must compute the same figure (test/browser/engine.test.ts). After a change of the algorithm, the sampler,
// the rewards or the shop that is meant, write the new one with: npx vitest run --project node
// test/engine/golden.test.ts -u
it('30 steps on the shop give the known run, again and again', async () => {
  const files = shopFiles();
  const fingerprint = await shopFingerprint(await shopDataset(files));
  expect(await shopFingerprint(await shopDataset(files))).toBe(fingerprint);
  await expect(`${fingerprint}\n`).toMatchFileSnapshot('../golden/shop-30-steps.sha256');
});
