import { type Attune, type Backend, createAttune } from 'attune';
import type { OwnHeads } from './heads.js';

/** One for each device: a device that fails, or is offline, leaves the other as it was. */
const engines = new Map<Backend, Attune>();
let heads: OwnHeads | undefined;

/** Judges with these heads from the next call on; with the built-in ones where there are none. */
export function judgeWith(own: OwnHeads | undefined): void {
  heads = own;
  for (const device of [...engines.keys()]) dropEngine(device);
}

/** The attune of this page on `device`. */
export function engineOn(device: Backend): Attune {
  let attune = engines.get(device);
  if (attune === undefined) {
    attune = createAttune({ device, ...(heads ? { heads } : {}) });
    engines.set(device, attune);
  }
  return attune;
}

/** Forgets the engine of a device, so that the next call starts afresh. */
export function dropEngine(device: Backend): void {
  engines.get(device)?.close();
  engines.delete(device);
}
