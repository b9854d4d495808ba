import { AttuneError } from './error.js';
import type { GpuReport } from './gpu-watch.js';
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

/** A file by name and content. */
export interface NamedBytes {
  /** The name used in errors and results. */
  name: string;
  bytes: Uint8Array;
}

/** How far a long call has come. */
export interface Progress {
  done: number;
  total: number;
}

/** Told how far a call has come. It is an argument of its own because workers need it so. */
export type OnProgress = (progress: Progress) => void;

/** The backend in use and what is known of it. */
export interface DeviceReport {
  backend: Backend;
  /** Only on WebGPU. */
  gpu?: GpuReport;
}

/**
 * What the front end asks of an engine, in a worker or at hand. A `job` is a number of the
 * caller's choice, by which a long call can be cancelled.
 */
export interface EngineCalls {
  permReward(judgement: Judgement, settings: Partial<PermSettings>): Promise<PermReward>;
  advantages(rewards: number[]): Promise<number[]>;
  aggregateJudgements(file: NamedBytes, settings: JudgementOptions): Promise<AggregateReport>;
  readScoreRows(file: NamedBytes): Promise<ScoreRow[]>;
  readMemories(file: NamedBytes): Promise<Memory[]>;
  evaluateRecall(
    scores: NamedBytes,
    exposed: NamedBytes,
    settings: Partial<RecallSettings>,
  ): Promise<RecallReport>;
  score(
    rows: ScoreRow[],
    settings: Partial<PermSettings>,
    backend: Backend,
    job: number,
    onProgress?: OnProgress,
  ): Promise<Scored[]>;
  embed(
    texts: string[],
    backend: Backend,
    job: number,
    onProgress?: OnProgress,
  ): Promise<Float32Array[]>;
  /** Opens an empty memory store under the number `store`. */
  openMemory(store: number, backend: Backend): Promise<void>;
  /** Adds memories: all of them, or none where one does not fit. */
  addMemories(
    store: number,
    memories: Memory[],
    job: number,
    onProgress?: OnProgress,
  ): Promise<void>;
  searchMemory(store: number, query: string, k: number): Promise<MemoryHit[]>;
  closeMemory(store: number): Promise<void>;
  /** Loads the models of `backend` and says where they run. */
  device(backend: Backend): Promise<DeviceReport>;
  /** Makes the call with this job number stop at its next chunk. */
  cancel(job: number): Promise<void>;
}

/** An engine somewhere. */
export interface Connection {
  engine: EngineCalls;
  /** Prepares a function to be called from where the engine is. */
  callback<F extends object>(callback: F): F;
  /** How it ends: it dies, or is closed. */
  ending: Ending;
  close(): void;
}

/** The end of a connection, of which every call in flight must hear. */
export class Ending {
  #reason: AttuneError | undefined;
  readonly #listeners = new Set<(reason: AttuneError) => void>();

  /** Whether it has come. */
  get reached(): boolean {
    return this.#reason !== undefined;
  }

  /** Ends the connection; a second reason changes nothing. */
  reach(reason: AttuneError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    for (const listener of this.#listeners) listener(reason);
    this.#listeners.clear();
  }

  /** `work`, or the reason of the end, whichever comes first; nothing is kept afterwards. */
  async race<T>(work: Promise<T>): Promise<T> {
    if (this.#reason !== undefined) throw this.#reason;
    let listener: ((reason: AttuneError) => void) | undefined;
    const ended = new Promise<never>((_, reject) => {
      listener = reject;
      this.#listeners.add(reject);
    });
    try {
      return await Promise.race([work, ended]);
    } finally {
      if (listener) this.#listeners.delete(listener);
    }
  }
}

/** What calls in flight are told when their attune is closed. */
export function closed(): AttuneError {
  return new AttuneError('closed', 'attune was closed during the call', 'Call again to reopen it.');
}
