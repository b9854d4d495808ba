/**
 * attune in Node: the same engine, in this thread.
 *
 * @packageDocumentation
 */
import { Attune } from './attune.js';
import { closed, ending } from './connection.js';
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
  const connect = () => {
    const { ended, end } = ending();
    return {
      engine: new Engine(nodeLoader()),
      callback: <F extends object>(callback: F) => callback,
      ended,
      close: () => end(closed()),
    };
  };
  return new Attune(connect, options.device ?? 'cpu');
}
