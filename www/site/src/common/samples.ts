import exposed from '../../../../data/samples/exposed.csv?url';
import memories from '../../../../data/samples/memories.jsonl?url';
import replies from '../../../../data/samples/replies.jsonl?url';
import scores from '../../../../data/samples/scores.npy?url';

const SAMPLES = {
  'exposed.csv': exposed,
  'memories.jsonl': memories,
  'replies.jsonl': replies,
  'scores.npy': scores,
};

/** A file at hand: by name and content, and whether it is the site's own. */
export interface Input {
  name: string;
  bytes: Uint8Array;
  sample: boolean;
}

/** Loads one of the sample files, which lie beside the pages. */
export async function sample(name: keyof typeof SAMPLES): Promise<Input> {
  const response = await fetch(SAMPLES[name]);
  if (!response.ok) throw new Error(`The sample ${name} could not be loaded (${response.status})`);
  return { name, bytes: new Uint8Array(await response.arrayBuffer()), sample: true };
}
