import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import type { KeptAnswer } from '../judges/judge.js';
import { type CallCache, type Spool, storeFailed } from './calls.js';

/** Where in the file an answer stands. */
type Place = [start: number, length: number];

/**
 * Keeps answers in a file of JSON lines `[key, answer]`. Memory holds where each stands, not the
 * answers. A line cut short by a crash is left out and written over.
 */
export function fileCache(path: string): CallCache {
  let opened: Promise<Held> | undefined;
  const held = () => {
    opened ??= openFile(path).catch((error) => {
      opened = undefined;
      throw storeFailed('the file of answers cannot be used', error, path);
    });
    return opened;
  };
  return {
    async get(key) {
      const { file, places } = await held();
      const place = places.get(key);
      if (place === undefined) return undefined;
      const [start, length] = place;
      const bytes = Buffer.alloc(length);
      await file.read(bytes, 0, length, start);
      const [found, answer] = parsed(bytes);
      if (found === key) return answer;
      throw storeFailed('the file of answers was changed by another process', new Error(), path);
    },
    async put(key, answer) {
      const now = await held();
      await now.append(key, answer).catch((error) => {
        throw storeFailed('an answer could not be kept', error, path);
      });
    },
    async clear() {
      await this.close();
      await rm(path, { force: true });
    },
    async close() {
      const now = await opened;
      opened = undefined;
      await now?.file.close();
    },
  };
}

function parsed(bytes: Buffer): [string?, KeptAnswer?] {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return [];
  }
}

interface Held {
  file: FileHandle;
  places: Map<string, Place>;
  append(key: string, answer: KeptAnswer): Promise<void>;
}

async function openFile(path: string): Promise<Held> {
  // Answers repeat intimate conversations: the file is for its owner alone.
  const file = await open(path, 'a+', 0o600);
  const { places, end: sound } = await index(path);
  const { size } = await file.stat();
  if (size > sound) await file.truncate(sound);
  let end = sound;
  let last = Promise.resolve();
  return {
    file,
    places,
    append(key, answer) {
      const line = Buffer.from(`${JSON.stringify([key, answer])}\n`);
      // One after the other, so that a place is known before the next line is written.
      const written = last.then(async () => {
        await file.appendFile(line);
        places.set(key, [end, line.length - 1]);
        end += line.length;
      });
      last = written.catch(() => {});
      return written;
    },
  };
}

/** Where each answer stands, and where the last whole line ends. */
async function index(path: string): Promise<{ places: Map<string, Place>; end: number }> {
  const places = new Map<string, Place>();
  let begun: Buffer = Buffer.alloc(0);
  let end = 0;
  for await (const piece of createReadStream(path)) {
    begun = Buffer.concat([begun, piece as Buffer]);
    for (let at = begun.indexOf(10); at >= 0; at = begun.indexOf(10)) {
      const key = /^\["([0-9a-f]{64})",/.exec(begun.toString('latin1', 0, 80))?.[1];
      if (key === undefined) throw new Error('it is no file of answers');
      places.set(key, [end, at]);
      end += at + 1;
      begun = begun.subarray(at + 1);
    }
  }
  return { places, end };
}

/** Sets rows aside in a file of the temporary folder. */
export function fileSpool(): Spool {
  const path = join(tmpdir(), `attune-${randomBytes(8).toString('hex')}.jsonl`);
  const out = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  return {
    append: (text) =>
      new Promise((resolve, reject) => {
        out.write(`${JSON.stringify(text)}\n`, (error) => (error ? reject(error) : resolve()));
      }),
    async *read() {
      out.end();
      await finished(out);
      const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
      for await (const line of lines) yield JSON.parse(line);
    },
    async remove() {
      out.end();
      await rm(path, { force: true });
    },
  };
}
