import {
  type Attune,
  AttuneError,
  type CallOptions,
  type FileLike,
  type Memory,
  type MemoryHit,
  type UserMemory,
} from 'attune';

/**
 * The page's memories: a list that is always whole, and a store that follows it. A store that an
 * error left half filled is thrown away and filled anew from the list.
 */
export class Shelf {
  readonly #attune: () => Attune;
  #memories: Memory[] = [];
  #store: UserMemory | undefined;

  constructor(attune: () => Attune) {
    this.#attune = attune;
  }

  /** What is remembered, in the order it was added. */
  get memories(): readonly Memory[] {
    return this.#memories;
  }

  /** Reads a file of memories, checking it. */
  read(file: FileLike): Promise<Memory[]> {
    return this.#attune().readMemories(file);
  }

  /** Adds memories, all or none. */
  async add(memories: Memory[], options: CallOptions): Promise<void> {
    try {
      const store = await this.#open(options);
      await store.add(memories, pick(options));
    } catch (error) {
      this.forgetStore();
      throw error;
    }
    this.#memories = [...this.#memories, ...memories];
  }

  /** Puts `memories` in the place of all others. */
  async replace(memories: Memory[], options: CallOptions): Promise<void> {
    const before = this.#memories;
    this.forgetStore();
    this.#memories = [];
    try {
      if (memories.length > 0) await this.add(memories, options);
    } catch (error) {
      this.#memories = before;
      throw error;
    }
  }

  /** The `k` memories closest to the query. */
  async search(query: string, k: number, options: CallOptions): Promise<MemoryHit[]> {
    const store = await this.#open(options);
    return store.search(query, { k });
  }

  /** Lets the store go; the next call fills another from the list. */
  forgetStore(): void {
    // A store whose worker has ended cannot be closed, and need not be.
    this.#store?.close().catch(() => {});
    this.#store = undefined;
  }

  /** Throws where a memory of the file `name` has an id that is taken. */
  checkIds(memories: readonly Memory[], name: string): void {
    const taken = new Set(this.#memories.map(({ id }) => id));
    const twice = memories.find(({ id }) => taken.has(id));
    if (!twice) return;
    throw new AttuneError(
      'duplicate',
      `a memory with the id "${twice.id}" is already there`,
      'Give it another id, or remove the memories on the page first.',
      { file: name, field: 'id' },
    );
  }

  /** An id that no memory has. */
  freeId(): string {
    const taken = new Set(this.#memories.map(({ id }) => id));
    let number = this.#memories.length + 1;
    while (taken.has(`own-${number}`)) number += 1;
    return `own-${number}`;
  }

  async #open(options: CallOptions): Promise<UserMemory> {
    if (this.#store) return this.#store;
    const store = await this.#attune().openMemory();
    if (this.#memories.length > 0) await store.add(this.#memories, pick(options));
    this.#store = store;
    return store;
  }
}

/** Only what the library knows, since the page's tools hold more. */
function pick({ signal, onProgress }: CallOptions): CallOptions {
  return { ...(signal && { signal }), ...(onProgress && { onProgress }) };
}
