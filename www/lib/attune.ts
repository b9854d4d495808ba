import type {
  Connection,
  DeviceReport,
  EngineCalls,
  NamedBytes,
  OnProgress,
} from './connection.js';
import { AttuneError, aborted } from './error.js';
import type {
  AggregateReport,
  Backend,
  Judgement,
  JudgementOptions,
  Memory,
  MemoryHit,
  PermReward,
  PermSettings,
  RecallReport,
  RecallSettings,
  Scored,
  ScoreRow,
} from './types.js';

/** What every call that can take long accepts. */
export interface CallOptions {
  /** Ends the call with an `AbortError`. */
  signal?: AbortSignal;
  /** Told how far the call has come. */
  onProgress?: OnProgress;
}

/** Settings of {@link Attune.score}. */
export interface ScoreOptions extends CallOptions, Partial<PermSettings> {}

/** Settings of {@link Attune.recall}. */
export interface RecallOptions extends Partial<RecallSettings> {
  signal?: AbortSignal;
}

/** A file: a `File` from a drop or a picker, or a name with bytes or text. */
export type FileLike = File | { name: string; bytes: Uint8Array } | { name: string; text: string };

/**
 * attune: score replies, remember, evaluate recall. Everything is computed in this browser or
 * process; make one with `createAttune`.
 */
export class Attune {
  readonly #connect: () => Connection;
  readonly #backend: Backend;
  #connection: Connection | undefined;
  #numbers = 0;

  /** @internal */
  constructor(connect: () => Connection, backend: Backend) {
    this.#connect = connect;
    this.#backend = backend;
  }

  /** The PERM reward of one judgement, whoever judged. */
  permReward(judgement: Judgement, settings: Partial<PermSettings> = {}): Promise<PermReward> {
    return this.#call((engine) => engine.permReward(judgement, settings));
  }

  /** GRPO's advantages of the rewards of the replies to one query: (R − mean) / (s + 1e-4). */
  advantages(rewards: number[]): Promise<number[]> {
    return this.#call((engine) => engine.advantages(rewards));
  }

  /**
   * Rewards of a batch from what judges wrote: a JSONL file of rows
   * `{id, resonation, expression, reception, bystander, tokens?}`. A row that cannot be read fails
   * alone, unless `onParseFailure` says otherwise.
   */
  async aggregate(file: FileLike, settings: JudgementOptions = {}): Promise<AggregateReport> {
    const bytes = await named(file);
    return this.#call((engine) => engine.aggregateJudgements(bytes, settings));
  }

  /** Reads a JSONL file of replies to score, checking every row. */
  async readScoreRows(file: FileLike): Promise<ScoreRow[]> {
    const bytes = await named(file);
    return this.#call((engine) => engine.readScoreRows(bytes));
  }

  /** Reads a JSONL file of memories, or of any texts with ids, checking every row. */
  async readMemories(file: FileLike): Promise<Memory[]> {
    const bytes = await named(file);
    return this.#call((engine) => engine.readMemories(bytes));
  }

  /**
   * Scores replies with the built-in judge and the PERM reward.
   *
   * @param input Rows, or a JSONL file of them.
   * @returns One result a row, in order: rewards, the three perspectives (1–5) with their
   * distributions, the bystander's sub-scores (0–20).
   */
  async score(input: ScoreRow[] | FileLike, options: ScoreOptions = {}): Promise<Scored[]> {
    const { signal, onProgress, ...settings } = options;
    const file = Array.isArray(input) ? undefined : await named(input);
    return this.#long({ signal, onProgress }, async (engine, job, told) => {
      const rows = file === undefined ? (input as ScoreRow[]) : await engine.readScoreRows(file);
      return engine.score(rows, settings, this.#backend, job, told);
    });
  }

  /** Embeds English texts: unit vectors, in order; zero for a text without a known token. */
  embed(texts: string[], options: CallOptions = {}): Promise<Float32Array[]> {
    return this.#long(options, (engine, ...job) => engine.embed(texts, this.#backend, ...job));
  }

  /** Opens an empty memory. It lives as long as this object's worker. */
  async openMemory(): Promise<UserMemory> {
    const store = this.#next();
    const connection = this.#connected();
    await this.#call((engine) => engine.openMemory(store, this.#backend));
    const same = () => this.#connection === connection && !connection.ending.reached;
    const held = () => {
      if (same()) return;
      throw new AttuneError(
        'unknown',
        'this memory ended with its worker',
        'Open a new one and add the memories again.',
      );
    };
    return new UserMemory({
      add: async (input, options) => {
        held();
        const file = Array.isArray(input) ? undefined : await named(input);
        await this.#long(options, async (engine, ...job) => {
          const memories =
            file === undefined ? (input as Memory[]) : await engine.readMemories(file);
          await engine.addMemories(store, memories, ...job);
        });
      },
      search: async (query, k) => {
        held();
        return this.#call((engine) => engine.searchMemory(store, query, k));
      },
      close: async () => {
        if (same()) await this.#call((engine) => engine.closeMemory(store));
      },
    });
  }

  /**
   * Recall@K from a recommender's scores and a log of randomly exposed items.
   *
   * @param scores CSV `user,item,score` with a row for every user and candidate, or a NumPy
   * `.npy` matrix [users × items].
   * @param exposed CSV `user,item,label`.
   */
  async recall(
    scores: FileLike,
    exposed: FileLike,
    options: RecallOptions = {},
  ): Promise<RecallReport> {
    const { signal, ...settings } = options;
    const files = await Promise.all([named(scores), named(exposed)]);
    return this.#long({ signal }, (engine) => engine.evaluateRecall(...files, settings));
  }

  /** Loads the models and says where they run. */
  device(): Promise<DeviceReport> {
    return this.#call((engine) => engine.device(this.#backend));
  }

  /** Ends the worker and frees its memory; calls in flight reject with code `closed`. */
  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  #next(): number {
    this.#numbers += 1;
    return this.#numbers;
  }

  /** The connection in use; a new one where the last has ended. */
  #connected(): Connection {
    if (this.#connection === undefined || this.#connection.ending.reached) {
      this.#connection = this.#connect();
    }
    return this.#connection;
  }

  async #call<T>(work: (engine: EngineCalls) => Promise<T>): Promise<T> {
    const { engine, ending } = this.#connected();
    try {
      return await ending.race(work(engine));
    } catch (error) {
      // A module that trapped is not to be used again.
      if (error instanceof AttuneError && error.code === 'worker') ending.reach(error);
      throw error;
    }
  }

  async #long<T>(
    { signal, onProgress }: { [Key in keyof CallOptions]: CallOptions[Key] | undefined },
    work: (engine: EngineCalls, job: number, told?: OnProgress) => Promise<T>,
  ): Promise<T> {
    if (signal?.aborted) throw aborted();
    const job = this.#next();
    const { engine, ending, callback } = this.#connected();
    const told = onProgress && callback(onProgress);
    let stop = () => {};
    const heard = new Promise<never>((_, reject) => {
      stop = () => {
        reject(aborted());
        if (!ending.reached) engine.cancel(job).catch(() => {});
      };
    });
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await this.#call((engine) => Promise.race([work(engine, job, told), heard]));
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }
}

interface MemoryCalls {
  add(memories: Memory[] | FileLike, options: CallOptions): Promise<void>;
  search(query: string, k: number): Promise<MemoryHit[]>;
  close(): Promise<void>;
}

/** A user's memories, searched exactly by meaning. */
export class UserMemory {
  readonly #calls: MemoryCalls;

  /** @internal */
  constructor(calls: MemoryCalls) {
    this.#calls = calls;
  }

  /** Adds memories, or a JSONL file of them: all, or none where one does not fit. */
  add(memories: Memory[] | FileLike, options: CallOptions = {}): Promise<void> {
    return this.#calls.add(memories, options);
  }

  /** The `k` memories closest to the query, best first, with cosine similarities. */
  search(query: string, options: { k?: number } = {}): Promise<MemoryHit[]> {
    return this.#calls.search(query, options.k ?? 5);
  }

  /** Frees the memories. */
  close(): Promise<void> {
    return this.#calls.close();
  }
}

async function named(file: FileLike): Promise<NamedBytes> {
  const isFile = typeof (file as File | undefined)?.arrayBuffer === 'function';
  if (!isFile && !('bytes' in file) && !('text' in file)) {
    throw new AttuneError(
      'type',
      'the file is neither a File nor a name with bytes or text',
      'Give a File, { name, bytes } or { name, text }.',
    );
  }
  if ('bytes' in file && file.bytes instanceof Uint8Array) {
    return { name: file.name, bytes: file.bytes };
  }
  if ('text' in file && typeof file.text === 'string') {
    return { name: file.name, bytes: new TextEncoder().encode(file.text) };
  }
  return { name: file.name, bytes: new Uint8Array(await (file as File).arrayBuffer()) };
}
