/**
 * Language models on this machine's GPU, through WebLLM (MLC's engine on WebGPU).
 *
 * The package is imported when a model is loaded, never before. Its engine runs in the thread this module runs in,
 * the app's worker: through the package's own worker its errors would arrive as strings.
 */
import type { AppConfig, MLCEngineConfig, MLCEngineInterface, ModelRecord } from '@mlc-ai/web-llm';
import {
  ModelError,
  type LanguageModel,
  type LoadProgress,
  type ModelCard,
  type ModelGroup,
  type ModelProvider,
} from '../language/model.ts';
import { downloadModel, type DownloadParts } from './download.ts';
import { abortError, deviceLost, toModelError } from './errors.ts';
import { examineGpu, refusalError, refusalOf, watchDevices, type Gpu, type GpuReport, type Needs } from './gpu.ts';
import {
  CATALOGUE,
  CONTEXT_TOKENS,
  DOWNLOAD_HOSTS,
  estimatedDownload,
  findModel,
  modelId,
  type CatalogueModel,
  type Precision,
} from './models.ts';
import { browserTimer, type Timer } from '../downloads/connection.ts';
import { browserLocks, holding, holdingNow, type Locks } from '../downloads/holding.ts';
import { unmeasured } from '../language/load-progress.ts';
import { makeProgressReader } from './progress.ts';
import { deleteStored, storedModels, type StoredModel, type Stores } from './stored.ts';
import { makeWebllmModel } from './webllm-model.ts';

/** What of the package is used. */
export interface Webllm {
  readonly prebuiltAppConfig: AppConfig;
  readonly MLCEngine: new (config: MLCEngineConfig) => MLCEngineInterface;
}

export interface WebllmOptions {
  /** Models other than those of the catalogue: the package's own form. The picker then shows these. */
  readonly appConfig?: AppConfig;
  readonly importWebllm?: () => Promise<Webllm>;
  /** `navigator.gpu`, or undefined. */
  readonly gpu?: Gpu | undefined;
  /** `isSecureContext`. */
  readonly secure?: boolean;
  readonly stores?: Stores | undefined;
  readonly fetch?: typeof fetch;
  /** Told the hosts of a model before anything is asked of them. */
  readonly permit?: (hosts: readonly string[]) => void;
  readonly now?: () => number;
  readonly wait?: DownloadParts['wait'];
  readonly timer?: Timer;
  /** What keeps two tabs from downloading the same; `navigator.locks` unless given. */
  readonly locks?: Locks;
  readonly estimate?: DownloadParts['estimate'];
  /** Ask for log-probabilities, at the price of some speed. */
  readonly logProbabilities?: boolean;
}

/** A line of the picker: the model, the variant for this GPU, and where it comes from. */
interface Offer {
  readonly id: string;
  readonly label: string;
  readonly known: { readonly model: CatalogueModel; readonly precision: Precision } | null;
  /** The part of the package's record that is known before the package is loaded. */
  readonly record: ModelRecord;
}

/** Makes the provider. Every option that is left out is this browser's own. */
export function makeWebllmProvider(options: WebllmOptions = {}): ModelProvider {
  const gpu =
    'gpu' in options ? options.gpu : typeof navigator === 'undefined' ? undefined : (navigator.gpu as GPU | undefined);
  const secure = options.secure ?? globalThis.isSecureContext;
  const stores = 'stores' in options ? options.stores : typeof caches === 'undefined' ? undefined : caches;
  const now = options.now ?? (() => performance.now());
  const importWebllm = options.importWebllm ?? (() => import('@mlc-ai/web-llm'));
  const download: Omit<DownloadParts, 'stores'> = {
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    now,
    wait: options.wait ?? pause,
    timer: options.timer ?? browserTimer,
    estimate:
      'estimate' in options
        ? options.estimate
        : typeof navigator === 'undefined' || !secure
          ? undefined
          : () => navigator.storage.estimate(),
  };
  const locks = 'locks' in options ? options.locks : browserLocks();
  /** One load at a time: the next one waits for the one before to end. */
  let loading: Promise<unknown> = Promise.resolve();

  const load = async (
    id: string,
    onProgress: (progress: LoadProgress) => void,
    signal: AbortSignal,
  ): Promise<LanguageModel> => {
    if (signal.aborted) throw abortError();
    const report = await examineGpu(gpu, secure);
    if (gpu === undefined || report.refusal !== null)
      throw refusalError(
        report.refusal ?? { fault: 'no-webgpu', message: 'This browser has no WebGPU.', remedy: 'Use wllama.' },
      );
    onProgress(unmeasured('start'));
    const webllm = await abortable(openPackage(importWebllm), signal);
    const appConfig: AppConfig = { ...(options.appConfig ?? webllm.prebuiltAppConfig), cacheBackend: 'cache' };
    const record = appConfig.model_list.find((entry) => entry.model_id === id);
    const known = findModel(id);
    const label = known === null ? id : labelOf(known.model, known.precision);
    if (record === undefined)
      throw new ModelError('not-found', `This version of WebLLM has no model named ${id}.`, 'Choose another model.');
    const refusal = refusalOf(report, needsOf(record, label, known));
    if (refusal !== null) throw refusalError(refusal);
    if (stores === undefined) {
      throw new ModelError(
        'unsupported',
        'This browser does not let the page store files (private window, or cookies blocked).',
        'Allow the page to store data, or open it in an ordinary window.',
      );
    }
    options.permit?.([record.model, record.model_lib].map((url) => new URL(url).host));
    const totalBytes = await holding(
      locks,
      id,
      () => downloadModel(record, { ...download, stores }, onProgress, signal),
      { onWait: () => onProgress(unmeasured('wait')), signal },
    );
    try {
      return await start(webllm, { appConfig, record, label, known, gpu, totalBytes }, onProgress, signal);
    } catch (error) {
      if (signal.aborted) throw abortError();
      throw toModelError(error, { label, doing: 'load' });
    }
  };

  const start = async (
    webllm: Webllm,
    what: {
      appConfig: AppConfig;
      record: ModelRecord;
      label: string;
      known: Offer['known'];
      gpu: Gpu;
      totalBytes: number;
    },
    onProgress: (progress: LoadProgress) => void,
    signal: AbortSignal,
  ): Promise<LanguageModel> => {
    const read = makeProgressReader(what.totalBytes, now);
    const devices: GPUDevice[] = [];
    let ours = false;
    let tellLost: (error: ModelError) => void = () => undefined;
    const lost = new Promise<ModelError>((resolve) => {
      tellLost = resolve;
    });
    const unwatch = watchDevices(what.gpu, (device) => {
      devices.push(device);
      void device.lost.then(({ reason, message }) => {
        if (!ours) tellLost(deviceLost(what.label, reason, message));
      });
      // Given up while the package was opening it.
      if (signal.aborted) device.destroy();
    });
    /**
     * Frees the GPU's memory at once: what the package has allocated until now it would leave to the garbage collector.
     */
    const free = (): void => {
      ours = true;
      for (const device of devices) device.destroy();
    };
    const engine = new webllm.MLCEngine({
      appConfig: what.appConfig,
      // What goes wrong is told by the errors below.
      logLevel: 'SILENT',
      initProgressCallback: (reported) => {
        // An abort of its reload() comes to nothing in two of its phases; an error here ends it in all of them.
        if (signal.aborted) throw abortError();
        onProgress(read(reported));
      },
    });
    try {
      await abortable(
        Promise.race([engine.reload(what.record.model_id), lost.then((error) => Promise.reject(error))]),
        signal,
      );
      // An aborted reload() resolves.
      if (signal.aborted) throw abortError();
    } catch (error) {
      free();
      engine.unload().catch(() => undefined);
      throw error;
    } finally {
      unwatch();
    }
    return makeWebllmModel({
      engine,
      modelId: what.record.model_id,
      label: what.label,
      thinks: what.known?.model.thinks ?? /^Qwen3/.test(what.record.model_id),
      contextTokens: what.record.overrides?.context_window_size ?? null,
      logProbabilities: options.logProbabilities ?? false,
      lost,
      onClose: free,
    });
  };

  return {
    kind: 'webllm',

    async cards() {
      const report = await examineGpu(gpu, secure);
      const offers =
        options.appConfig === undefined
          ? await catalogueOffers(report, stores)
          : options.appConfig.model_list.map(offerOf);
      const stored = await storedOf(stores, offers);
      const fits = (offer: Offer): boolean =>
        refusalOf(report, needsOf(offer.record, offer.label, offer.known)) === null;
      const small = report.software || report.bindingBytes < SMALL_GPU;
      const suggested = offers.find(
        (offer) => fits(offer) && (!small || (offer.known?.model.parameters ?? 0) < SMALL_MODEL),
      );
      return offers.map((offer, index) => cardOf(offer, report, stored[index] ?? null, offer === suggested));
    },

    load(id, { onProgress, signal }) {
      const previous = loading;
      const mine = (async () => {
        await abortable(previous, signal);
        return load(id, onProgress, signal);
      })();
      loading = mine.catch(() => undefined);
      return mine;
    },

    async remove(id) {
      if (stores === undefined) return;
      const records = options.appConfig?.model_list ?? (await openPackage(importWebllm)).prebuiltAppConfig.model_list;
      const record = records.find((entry) => entry.model_id === id);
      if (record === undefined)
        throw new ModelError('not-found', `This version of WebLLM has no model named ${id}.`, 'Choose another model.');
      const stored = await storedModels(stores, records);
      const others = records.filter((entry, index) => entry !== record && stored[index] !== null);
      await holdingNow(locks, id, () => deleteStored(stores, record, others));
    },
  };
}

const GROUP: ModelGroup = {
  title: 'On the GPU (WebGPU, WebLLM)',
  instead:
    'Without WebGPU a model can still run: on the CPU below, from a GGUF file, or on a server. The built-in sampler and the recorded completions need neither.',
};

/**
 * A GPU that offers smaller bindings than this is that of a phone or an old laptop; what fits it well has fewer weights
 * than that.
 */
const SMALL_GPU = 1 << 30;
const SMALL_MODEL = 1e9;

async function openPackage(importWebllm: () => Promise<Webllm>): Promise<Webllm> {
  try {
    return await importWebllm();
  } catch (error) {
    throw new ModelError(
      'network',
      'The part of this page that runs WebLLM could not be loaded.',
      'Check the connection and reload the page.',
      { cause: error },
    );
  }
}

const labelOf = (model: CatalogueModel, precision: Precision): string => `${model.label} (q4${precision})`;

function catalogueOffer(model: CatalogueModel, precision: Precision): Offer {
  const id = modelId(model, precision);
  // The program's address is not needed before the load, which has the package's own record.
  const record: ModelRecord = {
    model: `https://huggingface.co/mlc-ai/${id}`,
    model_id: id,
    model_lib: '',
    overrides: { context_window_size: CONTEXT_TOKENS },
  };
  return { id, label: labelOf(model, precision), known: { model, precision }, record };
}

/**
 * One offer a model, in the precision that suits the GPU; and the other one too where it is stored, so that it can be
 * deleted.
 */
async function catalogueOffers(report: GpuReport, stores: Stores | undefined): Promise<Offer[]> {
  const chosen: Precision = report.refusal !== null || report.f16 ? 'f16' : 'f32';
  const others = CATALOGUE.map((model) => catalogueOffer(model, chosen === 'f16' ? 'f32' : 'f16'));
  const stored = await storedOf(stores, others);
  return CATALOGUE.flatMap((model, index) => {
    const other = others[index];
    return [catalogueOffer(model, chosen), ...(other !== undefined && stored[index] != null ? [other] : [])];
  });
}

function offerOf(record: ModelRecord): Offer {
  const known = findModel(record.model_id);
  return {
    id: record.model_id,
    label: known === null ? record.model_id : labelOf(known.model, known.precision),
    known,
    record,
  };
}

/** What is stored of each; nothing where the browser does not let the page look. */
async function storedOf(stores: Stores | undefined, offers: readonly Offer[]): Promise<(StoredModel | null)[]> {
  try {
    return await storedModels(
      stores,
      offers.map(({ record }) => record),
    );
  } catch {
    return offers.map(() => null);
  }
}

function needsOf(record: ModelRecord, label: string, known: Offer['known']): Needs {
  return {
    label,
    f16:
      known?.precision === 'f16' ||
      /q\df16/.test(record.model_id) ||
      (record.required_features ?? []).includes('shader-f16'),
    largestTensorBytes: Math.max(record.buffer_size_required_bytes ?? 0, known?.model.largestTensorBytes ?? 0),
  };
}

function cardOf(
  { id, label, known, record }: Offer,
  report: GpuReport,
  stored: StoredModel | null,
  suggested: boolean,
): ModelCard {
  const refusal = refusalOf(report, needsOf(record, label, known));
  const vram = known?.model.vramMB[known.precision] ?? record.vram_required_MB ?? null;
  const listed = stored?.totalBytes ?? null;
  const notes = [
    known?.model.note ?? null,
    stored !== null && !stored.complete ? 'A part of it is stored; loading goes on from there.' : null,
    refusal === null && report.software
      ? `There is no GPU here, only a program that stands in for one (${report.name}): expect seconds a token.`
      : null,
    refusal === null && known?.precision === 'f32' && !report.f16
      ? 'Computes in 32 bits, because this GPU or browser has no shader-f16: larger and slower.'
      : null,
  ].filter((note) => note !== null);
  return {
    id,
    kind: 'webllm',
    group: GROUP,
    label,
    downloadBytes: listed ?? (known === null ? null : estimatedDownload(known.model, known.precision)),
    estimated: listed === null,
    memoryBytes: vram === null ? null : Math.round(vram * 1024 * 1024),
    licence: known?.model.licence ?? 'not known',
    host: known === null ? new URL(record.model).host : DOWNLOAD_HOSTS,
    blocked: refusal?.message ?? null,
    note: notes.length === 0 ? null : notes.join(' '),
    stored: stored === null ? null : { bytes: stored.bytes },
    suggested,
  };
}

/** The promise, or AbortError as soon as the signal says so. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortError());
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return abortable(
    new Promise((resolve) => {
      setTimeout(resolve, milliseconds);
    }),
    signal,
  );
}
