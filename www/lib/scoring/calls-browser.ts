import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { KeptAnswer } from '../judges/judge.js';
import { type CallCache, type Spool, storeFailed } from './calls.js';

interface Calls extends DBSchema {
  answers: { key: string; value: KeptAnswer };
}

interface Spooled extends DBSchema {
  texts: { key: number; value: string };
}

/** Keeps answers in IndexedDB, on this device and for this site only. */
export function browserCache(name = 'attune-calls'): CallCache {
  let opened: Promise<IDBPDatabase<Calls>> | undefined;
  const database = () => {
    opened ??= openDB<Calls>(name, 1, {
      upgrade: (database) => void database.createObjectStore('answers'),
    }).catch((error) => {
      opened = undefined;
      throw storeFailed('answers cannot be kept in this browser', error);
    });
    return opened;
  };
  return {
    get: async (key) => (await database()).get('answers', key),
    async put(key, answer) {
      const held = await database();
      await held.put('answers', answer, key).catch((error) => {
        throw storeFailed('an answer could not be kept', error);
      });
    },
    clear: async () => (await database()).clear('answers'),
    async close() {
      const held = await opened;
      opened = undefined;
      held?.close();
    },
  };
}

let spools = 0;

/** Sets rows aside in IndexedDB. */
export function browserSpool(): Spool {
  spools += 1;
  const name = `attune-spool-${Date.now()}-${spools}`;
  const opened = openDB<Spooled>(name, 1, {
    upgrade: (database) => void database.createObjectStore('texts', { autoIncrement: true }),
  });
  return {
    append: async (text) => void (await (await opened).put('texts', text)),
    async *read() {
      const database = await opened;
      // By key, because a cursor's transaction would end while the reader does something else.
      for (let key = 1; ; key += 1) {
        const text = await database.get('texts', key);
        if (text === undefined) return;
        yield text;
      }
    },
    async remove() {
      (await opened).close();
      indexedDB.deleteDatabase(name);
    },
  };
}
