import { createAttune } from '../lib/node.js';
import { jsonl, progress, read, write } from './files.js';

/** `attune score` */
export async function score(input: string, options: { out?: string }): Promise<void> {
  const onProgress = progress('scored');
  const scored = await createAttune().score(await read(input), onProgress ? { onProgress } : {});
  await write(jsonl(scored), options.out);
}
