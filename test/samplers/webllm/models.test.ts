import { prebuiltAppConfig } from '@mlc-ai/web-llm';
import { expect, test } from 'vitest';
import {
  CATALOGUE,
  CONTEXT_TOKENS,
  DOWNLOAD_HOSTS,
  estimatedDownload,
  findModel,
  modelId,
  type CatalogueModel,
  type Precision,
} from '../../../src/samplers/webllm/models.ts';

const variants = CATALOGUE.flatMap((model) =>
  (['f16', 'f32'] as const).map((precision) => [modelId(model, precision), model, precision] as const),
);
const recordOf = (id: string) => prebuiltAppConfig.model_list.find(({ model_id }) => model_id === id);

test.each(variants)('%s is in the list of the installed package as the catalogue has it', (id, model, precision) => {
  const record = recordOf(id);
  expect(record).toBeDefined();
  expect(model.vramMB[precision]).toBe(record?.vram_required_MB);
  expect(record?.overrides?.context_window_size).toBe(CONTEXT_TOKENS);
  // The picker's own address is the package's.
  expect(record?.model).toBe(`https://huggingface.co/mlc-ai/${id}`);
  expect([record?.model, record?.model_lib].map((url) => new URL(url ?? '').host).join(', ')).toBe(DOWNLOAD_HOSTS);
  // Nothing that the checks before a download would have to know, and do not.
  expect(record?.buffer_size_required_bytes ?? 0).toBeLessThanOrEqual(model.largestTensorBytes);
  expect((record?.required_features ?? []).filter((feature) => feature !== 'shader-f16')).toEqual([]);
  expect(findModel(id)).toEqual({ model, precision });
});

test('the estimate of the download fits into the memory the package asks for', () => {
  for (const [, model, precision] of variants) {
    const estimate = estimatedDownload(model, precision);
    expect(estimate).toBeLessThan(model.vramMB[precision] * 1024 * 1024);
    expect(estimate).toBeGreaterThan(model.largestTensorBytes);
  }
});

test('32 bits cost one more half bit a weight: the scales', () => {
  const size = (model: CatalogueModel, precision: Precision): number => estimatedDownload(model, precision) * 8;
  for (const model of CATALOGUE)
    expect((size(model, 'f32') - size(model, 'f16')) / model.parameters).toBeCloseTo(0.5, 6);
});

test('an id that the catalogue does not have is not found', () => {
  expect(findModel('Qwen2.5-Coder-1.5B-Instruct')).toBeNull();
  expect(findModel('')).toBeNull();
});
