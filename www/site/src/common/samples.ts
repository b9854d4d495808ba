import { AttuneError } from 'attune';
import exposed from '../../../../data/samples/exposed.csv?url';
import memories from '../../../../data/samples/memories.jsonl?url';
import replies from '../../../../data/samples/replies.jsonl?url';
import scores from '../../../../data/samples/scores.npy?url';
import voted from '../../../../data/samples/voted.jsonl?url';
import votes from '../../../../data/samples/votes.csv?url';

const SAMPLES = {
  'exposed.csv': exposed,
  'memories.jsonl': memories,
  'replies.jsonl': replies,
  'scores.npy': scores,
  'voted.jsonl': voted,
  'votes.csv': votes,
};

/** A file at hand: by name and content, and whether it is the site's own. */
export interface Input {
  name: string;
  bytes: Uint8Array;
  sample: boolean;
}

/** Loaded once: the page goes on when the network does not. */
const loaded = new Map<string, Uint8Array>();

/** Loads one of the sample files, which lie beside the pages. */
export async function sample(name: keyof typeof SAMPLES): Promise<Input> {
  let bytes = loaded.get(name);
  if (bytes === undefined) {
    bytes = await load(name);
    loaded.set(name, bytes);
  }
  return { name, bytes, sample: true };
}

async function load(name: keyof typeof SAMPLES): Promise<Uint8Array> {
  const response = await fetch(SAMPLES[name]).catch(() => undefined);
  if (!response?.ok) {
    const problem = `the sample could not be loaded (${response?.status ?? 'no answer'})`;
    throw new AttuneError('file', problem, 'Check the connection and try again.', { file: name });
  }
  return new Uint8Array(await response.arrayBuffer());
}
