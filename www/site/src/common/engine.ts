import { type Attune, type Backend, createAttune } from 'attune';

let current: { attune: Attune; device: Backend } | undefined;

/** The attune of this page on `device`. Only one is kept: another device closes the last. */
export function engineOn(device: Backend): Attune {
  if (current?.device === device) return current.attune;
  current?.attune.close();
  const attune = createAttune({ device });
  current = { attune, device };
  return attune;
}

/** Forgets the engine, so that the next call starts afresh. */
export function dropEngine(): void {
  current?.attune.close();
  current = undefined;
}
