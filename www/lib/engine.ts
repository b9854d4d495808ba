import type { MemoryStore } from '../wasm/core/core.js';
import type { TokenCounter } from '../wasm/models-cpu/models.js';
import type { DeviceReport, EngineCalls, NamedBytes, OnProgress } from './connection.js';
import { run } from './engine-core.js';
import { TrainingEngine } from './engine-training.js';
import { AttuneError, revive } from './error.js';
import { GpuWatch } from './gpu-watch.js';
import type { Models } from './loader.js';
import type {
  Backend,
  Criteria,
  Memory,
  MemoryHit,
  Scored,
  ScoreRow,
  ScoringOptions,
} from './types.js';

/** Rows handled between two looks at the clock: small, so that a cancel is heard soon. */
const CHUNK = 16;

/**
 * All jobs on one thread, over the WebAssembly modules, each loaded when first needed. It
 * runs in a worker on a page and directly in Node.
 */
export class Engine extends TrainingEngine implements EngineCalls {
  readonly #models = new Map<Backend, Promise<Models>>();
  readonly #stores = new Map<number, { store: MemoryStore; backend: Backend }>();
  #tokenizer: { name: string; size: number; counter: TokenCounter } | undefined;
  #watch: GpuWatch | undefined;
  /** Why WebGPU cannot be used: it can be opened only once in a realm. */
  #refusal: unknown;

  async scoreRows(rows: ScoreRow[], settings: ScoringOptions, backend: Backend): Promise<Scored[]> {
    return this.#guarded(backend, (models) => models.score(rows, builtinSettings(settings)));
  }

  score(
    rows: ScoreRow[],
    settings: ScoringOptions,
    backend: Backend,
    job: number,
    onProgress?: OnProgress,
  ): Promise<Scored[]> {
    return this.jobs.run(job, () =>
      this.#guarded(backend, async (models) => {
        await this.checkRows(rows);
        await this.checkSettings(settings);
        const own = builtinSettings(settings);
        return this.#inChunks(rows, (chunk) => models.score(chunk, own), job, onProgress);
      }),
    );
  }

  async personalCriteria(row: ScoreRow, backend: Backend): Promise<Criteria> {
    return this.#guarded(backend, (models) => models.criteria(row));
  }

  async countTokens(texts: string[], backend: Backend, tokenizer?: NamedBytes): Promise<number[]> {
    const models = await this.#loadModels(backend);
    if (tokenizer === undefined) return Array.from(run(() => models.countTokens(texts)));
    const { name, bytes } = tokenizer;
    const held = await this.#counter(backend, name, bytes);
    return Array.from(run(() => held.count(texts)));
  }

  embed(
    texts: string[],
    backend: Backend,
    job: number,
    onProgress?: OnProgress,
  ): Promise<Float32Array[]> {
    return this.jobs.run(job, async () => {
      texts.forEach((text, at) => {
        checkText(text, `[${at}]`);
      });
      return this.#vectors(texts, backend, job, onProgress);
    });
  }

  async openMemory(store: number, backend: Backend): Promise<void> {
    const [core, models] = await Promise.all([this.loadCore(), this.#loadModels(backend)]);
    this.#stores.set(store, { store: new core.MemoryStore(models.width), backend });
  }

  addMemories(
    store: number,
    memories: Memory[],
    job: number,
    onProgress?: OnProgress,
  ): Promise<void> {
    return this.jobs.run(job, async () => {
      const { backend } = this.#store(store);
      memories.forEach(({ text }, at) => {
        checkText(text, `[${at}].text`);
      });
      const texts = memories.map((memory) => memory.text);
      const vectors = await this.#vectors(texts, backend, job, onProgress);
      // The last moment for a cancel; and the store may have been closed meanwhile.
      await this.jobs.pause(job);
      const held = this.#store(store);
      run(() => held.store.add(memories, vectors));
    });
  }

  async searchMemory(store: number, query: string, k: number): Promise<MemoryHit[]> {
    if (!Number.isInteger(k) || k < 1 || k > MOST_HITS) {
      const mend = `Give a whole number from 1 to ${MOST_HITS}.`;
      throw new AttuneError('setting', `k is ${k}`, mend, { field: 'k' });
    }
    checkText(query, 'query');
    if (query.trim() === '') {
      throw new AttuneError('missing', 'the query is empty', 'Say what to look for.', {
        field: 'query',
      });
    }
    const { backend } = this.#store(store);
    const [vector] = await this.#guarded(backend, (models) => models.embed([query]));
    if (vector?.every((value) => value === 0)) {
      throw new AttuneError(
        'unknown',
        'the query holds no word that the model knows',
        'Ask in English words.',
        { field: 'query' },
      );
    }
    const held = this.#store(store);
    return run(() => held.store.search(vector as Float32Array, k));
  }

  async closeMemory(store: number): Promise<void> {
    this.#stores.get(store)?.store.free();
    this.#stores.delete(store);
  }

  async device(backend: Backend): Promise<DeviceReport> {
    await this.#loadModels(backend);
    return this.#watch && backend === 'webgpu'
      ? { backend, gpu: this.#watch.report() }
      : { backend };
  }

  async cancel(job: number): Promise<void> {
    this.jobs.cancel(job);
  }

  /** Makes every call stop at its next chunk. */
  stop(): void {
    this.jobs.stop();
  }

  /** A tokenizer, read once for as long as the same one is asked for. */
  async #counter(backend: Backend, name: string, bytes: Uint8Array): Promise<TokenCounter> {
    if (this.#tokenizer?.name !== name || this.#tokenizer.size !== bytes.length) {
      const { TokenCounter } = await this.loader.models(backend);
      this.#tokenizer?.counter.free();
      this.#tokenizer = undefined;
      const counter = run(() => TokenCounter.open(name, bytes));
      this.#tokenizer = { name, size: bytes.length, counter };
    }
    return this.#tokenizer.counter;
  }

  #store(store: number): { store: MemoryStore; backend: Backend } {
    const held = this.#stores.get(store);
    if (held === undefined) {
      throw new AttuneError(
        'unknown',
        'this memory store is closed',
        'Open a new one; after a crash of the worker, add the memories again.',
      );
    }
    return held;
  }

  #loadModels(backend: Backend): Promise<Models> {
    let models = this.#models.get(backend);
    if (models === undefined) {
      models = this.#openModels(backend).catch((error) => {
        this.#models.delete(backend);
        throw error;
      });
      this.#models.set(backend, models);
    }
    return models;
  }

  async #openModels(backend: Backend): Promise<Models> {
    if (backend === 'webgpu') {
      if (this.#refusal !== undefined) throw this.#refusal;
      if (globalThis.navigator?.gpu === undefined) {
        throw new AttuneError(
          'device',
          'this browser has no WebGPU',
          'Use a browser that has it, on a secure origin (https or localhost), or choose the CPU.',
        );
      }
      this.#watch ??= new GpuWatch();
    }
    const [{ Models }, table, tokenizer, heads, personal] = await Promise.all([
      this.loader.models(backend),
      this.loader.weights('embedder.safetensors'),
      this.loader.weights('tokenizer.json'),
      this.heads(),
      this.loader.weights('personal.safetensors'),
    ]);
    try {
      const models = await Models.open(backend, table, tokenizer, heads, personal);
      if (backend === 'webgpu') await this.#watch?.check(0);
      return models;
    } catch (error) {
      const refused = this.named(revive(error));
      if (backend === 'webgpu' && refused === revive(error)) this.#refusal = refused;
      throw refused;
    }
  }

  /** Runs `work` on the models; what a GPU that complained returned is thrown away. */
  async #guarded<T>(backend: Backend, work: (models: Models) => Promise<T>): Promise<T> {
    const models = await this.#loadModels(backend);
    const mark = this.#watch?.mark() ?? 0;
    try {
      const result = await work(models);
      if (backend === 'webgpu') await this.#watch?.check(mark);
      return result;
    } catch (error) {
      throw revive(error);
    }
  }

  /** Embeds checked texts as part of a job. */
  #vectors(
    texts: string[],
    backend: Backend,
    job: number,
    onProgress?: OnProgress,
  ): Promise<Float32Array[]> {
    return this.#guarded(backend, (models) =>
      this.#inChunks(texts, (chunk) => models.embed(chunk), job, onProgress),
    );
  }

  async #inChunks<T, R>(
    items: T[],
    work: (chunk: T[]) => Promise<R[]>,
    job: number,
    onProgress?: OnProgress,
  ): Promise<R[]> {
    const results: R[] = [];
    for (let at = 0; at < items.length; at += CHUNK) {
      if (at > 0) await this.jobs.pause(job);
      results.push(...(await work(items.slice(at, at + CHUNK))));
      onProgress?.({ done: results.length, total: items.length });
    }
    return results;
  }
}

/** The built-in judge is its own tokenizer and asks once: it takes the reward's settings alone. */
function builtinSettings({ method, level, constants }: ScoringOptions) {
  return { ...(method ? { method } : {}), ...(level === undefined ? {} : { level }), ...constants };
}

/** The most hits a search may ask for. */
const MOST_HITS = 1_000_000;

function checkText(text: unknown, field: string): void {
  if (typeof text === 'string') return;
  throw new AttuneError('type', `the text is ${typeof text}`, 'Give a string.', { field });
}
