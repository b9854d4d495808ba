import { AttuneError } from './error.js';
import type { GpuReport } from './gpu-watch.js';
import type {
  Backend,
  Judgement,
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
  /** Rejects when the engine has died or was closed; never resolves. */
  ended: Promise<never>;
  close(): void;
}

/** A promise that only ever rejects, and what rejects it. */
export function ending(): { ended: Promise<never>; end: (reason: AttuneError) => void } {
  let end: (reason: AttuneError) => void = () => {};
  const ended = new Promise<never>((_, reject) => {
    end = reject;
  });
  // Nobody may be listening when it ends.
  ended.catch(() => {});
  return { ended, end };
}

/** What calls in flight are told when their attune is closed. */
export function closed(): AttuneError {
  return new AttuneError('closed', 'attune was closed during the call', 'Call again to reopen it.');
}
