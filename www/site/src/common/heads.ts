import { AttuneError } from 'attune';

/** Heads that somebody trained, with what tells them apart. */
export interface OwnHeads {
  name: string;
  /** SHA-256 of the file; empty where this browser computes none. */
  hash: string;
  bytes: Uint8Array;
}

/**
 * Where heads wait for the other pages: this tab alone sees them, and they go when it is closed.
 * Weights fitted to few texts can tell something of them, so they stay no longer than texts do.
 */
const KEY = 'attune-heads';

/** The heads that replies are scored with in this tab, where they are not the built-in ones. */
export function keptHeads(): OwnHeads | undefined {
  try {
    const kept = sessionStorage.getItem(KEY);
    if (kept === null) return undefined;
    const { name, hash, base64 } = JSON.parse(kept);
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return { name: String(name), hash: String(hash), bytes };
  } catch {
    // Nothing is kept where storage is forbidden, nor where something else wrote there.
    return undefined;
  }
}

/** Has replies scored with these heads in this tab. */
export function keepHeads({ name, hash, bytes }: OwnHeads): void {
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ name, hash, base64 }));
  } catch {
    const mend =
      'Allow this site to keep data, or download the heads and use them with attune score.';
    throw new AttuneError('storage', 'this browser keeps nothing for the other pages', mend);
  }
}

/** Has replies scored with the built-in heads again. */
export function dropHeads(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Then nothing was kept either.
  }
}

/** SHA-256 in hexadecimal; empty on origins that are not secure, where browsers compute none. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  if (!isSecureContext) return '';
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes.slice()));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Name and hash in a few words; the hash stays on one line. */
export function headsName({ name, hash }: OwnHeads): string {
  return hash ? `${name}, SHA\u2011256\u00a0${hash.slice(0, 12)}` : name;
}
