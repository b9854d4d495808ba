import type { Engine } from './engine.js';

/** What the front end needs of an engine; a worker's proxy and an engine at hand both give it. */
export type EngineCalls = {
  [Name in keyof Engine]: (
    ...parameters: Parameters<Engine[Name]>
  ) => Promise<Awaited<ReturnType<Engine[Name]>>>;
};

/** An engine somewhere. */
export interface Connection {
  engine: EngineCalls;
  /** Prepares a function to be called from where the engine is. */
  callback<F extends object>(callback: F): F;
  /** Rejects when the engine has died; never resolves. */
  died: Promise<never>;
  close(): void;
}
