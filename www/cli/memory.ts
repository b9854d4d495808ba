import { createAttune } from '../lib/node.js';
import { jsonl, read, write } from './files.js';

interface Options {
  memories: string;
  query: string;
  k: number;
  out?: string;
}

/** `attune memory search` */
export async function searchMemories({ memories, query, k, out }: Options): Promise<void> {
  const memory = await createAttune().openMemory();
  await memory.add(await read(memories));
  await write(jsonl(await memory.search(query, { k })), out);
}
