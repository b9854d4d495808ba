/**
 * attune in Node: the same engine, in this thread.
 *
 * @packageDocumentation
 */
import { Attune } from './attune.js';
import { Engine } from './engine.js';
import { nodeLoader } from './loader-node.js';
import type { Backend } from './types.js';

export * from './public.js';

/** Settings of {@link createAttune}. */
export interface AttuneOptions {
  /** Where models compute; only the CPU in Node. */
  device?: Backend;
}

/** Makes an attune; nothing is loaded before the first call. */
export function createAttune(options: AttuneOptions = {}): Attune {
  const connect = () => ({
    engine: asynchronous(new Engine(nodeLoader())),
    callback: <F extends object>(callback: F) => callback,
    died: new Promise<never>(() => {}),
    close() {},
  });
  return new Attune(connect, options.device ?? 'cpu');
}

/** The engine as the front end sees it from a page, where every call returns a promise. */
function asynchronous(engine: Engine): import('./connection.js').EngineCalls {
  return new Proxy(engine, {
    get(target, name) {
      const method = target[name as keyof Engine] as (...parameters: unknown[]) => unknown;
      return async (...parameters: unknown[]) => method.apply(target, parameters);
    },
  }) as unknown as import('./connection.js').EngineCalls;
}
