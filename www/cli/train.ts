import { createAttune, type Holdout, type VoteTarget } from '../lib/node.js';
import { notOver, progress, read, write } from './files.js';
import { usage } from './options.js';
import { trainReport } from './train-report.js';

interface Options {
  votes: string;
  responses: string;
  out: string;
  card?: string;
  heads?: string;
  on: VoteTarget;
  strength?: number;
  epochs: number;
  holdout: number;
  by: Holdout;
  seed: number;
  resamples: number;
  level: number;
  json?: boolean;
}

/** `attune train` */
export async function train(options: Options): Promise<void> {
  const { votes, responses, out, heads, json, card, ...settings } = options;
  const beside = card ?? out.replace(/(\.safetensors)?$/, '.md');
  if (beside === out) throw usage('the card would be written over the heads', 'Name another file.');
  const inputs = [votes, responses, ...(heads === undefined ? [] : [heads])];
  await notOver(out, ...inputs);
  await notOver(beside, ...inputs);
  const attune = createAttune(heads === undefined ? {} : { heads: await read(heads) });
  const onProgress = progress('training, step');
  const trained = await attune.train(
    { votes: await read(votes), responses: await read(responses), ...settings },
    onProgress ? { onProgress } : {},
  );
  await write(trained.heads, out);
  await write(trained.card, beside);
  await write(
    json
      ? `${JSON.stringify(trained.report, null, 2)}\n`
      : trainReport(trained.report, out, beside),
  );
}
