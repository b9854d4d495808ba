import {
  createAttune,
  type FileLike,
  type NoPositives,
  type Scheme,
  type Ties,
} from '../lib/node.js';
import { notOver, read, write } from './files.js';

interface Options {
  scores: string;
  compare?: string[];
  exposed: string;
  k: number[];
  scheme: Scheme[];
  ties: Ties;
  positives: NoPositives;
  resamples: number;
  level: number;
  seed: number;
  out?: string;
}

/** `attune recall` */
export async function recall(options: Options): Promise<void> {
  const paths = [options.scores, ...(options.compare ?? [])];
  await notOver(options.out, ...paths, options.exposed);
  const [exposed, ...scores] = await Promise.all([options.exposed, ...paths].map(read));
  const report = await createAttune().recall(scores, exposed as FileLike, {
    k: options.k,
    schemes: options.scheme,
    ties: options.ties,
    noPositives: options.positives,
    resamples: options.resamples,
    level: options.level,
    seed: options.seed,
  });
  for (const { message } of report.warnings) process.stderr.write(`attune: ${message}\n`);
  await write(`${JSON.stringify(report, null, 2)}\n`, options.out);
}
