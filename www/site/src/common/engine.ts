import { type Attune, type Backend, createAttune } from 'attune';

/** One for each device: a device that fails, or is offline, leaves the other as it was. */
const engines = new Map<Backend, Attune>();

/** The attune of this page on `device`. */
export function engineOn(device: Backend): Attune {
  let attune = engines.get(device);
  if (attune === undefined) {
    attune = createAttune({ device });
    engines.set(device, attune);
  }
  return attune;
}

/** Forgets the engine of a device, so that the next call starts afresh. */
export function dropEngine(device: Backend): void {
  engines.get(device)?.close();
  engines.delete(device);
}
