import { createAttune } from '../lib/node.js';
import { jsonl, progress, read, write } from './files.js';

/** `attune embed` */
export async function embed(input: string, options: { out?: string }): Promise<void> {
  const attune = createAttune();
  const rows = await attune.readMemories(await read(input));
  const onProgress = progress('embedded');
  const texts = rows.map((row) => row.text);
  const vectors = await attune.embed(texts, onProgress ? { onProgress } : {});
  const output = rows.map(({ id }, at) => ({ id, vector: Array.from(vectors[at] ?? []) }));
  await write(jsonl(output), options.out);
}
