import { createHash } from 'node:crypto';
import { type Attune, type Criteria, createAttune, type ScoreRow } from '../lib/node.js';
import { BAD_INPUT } from './exit.js';
import { notOver, pieces, read, tell } from './files.js';
import {
  cacheOf,
  type JudgeOptions,
  judgeOf,
  type RewardOptions,
  rewardOf,
  usage,
} from './options.js';
import { type Output, toFile, toStandardOutput } from './part-file.js';

interface Options extends JudgeOptions, RewardOptions {
  criteria?: string;
  resume?: boolean;
  heads?: string;
  out?: string;
}

/** `attune score` */
export async function score(input: string, options: Options): Promise<void> {
  const { out, resume = false } = options;
  if (resume && out === undefined) {
    throw usage('--resume goes on with the file of --out', 'Name the file with --out.');
  }
  const files = [options.criteria, options.heads].filter((path) => path !== undefined);
  await notOver(out, input, ...files);
  const judge = judgeOf(options);
  const heads = await headsOf(options);
  const attune = createAttune(heads === undefined ? {} : { heads });
  const reward = await rewardOf(options);
  // The whole input is checked before the first row is judged.
  const { rows: total, hash } = await attune.checkFile({ name: input, stream: pieces(input) });
  const criteria = options.criteria ? await criteriaOf(attune, options.criteria) : undefined;
  const judged = {
    ...judge.identity,
    ...reward,
    criteria: criteria?.hash,
    logprobs: options.logprobs,
    heads: heads && createHash('sha256').update(heads.bytes).digest('hex'),
  };
  const run = createHash('sha256')
    .update(JSON.stringify([hash, judged]))
    .digest('hex');
  const output =
    out === undefined
      ? toStandardOutput()
      : await toFile(out, run, fills(options) ? false : resume);
  const progress = tell('scored');
  const scoring = attune.scoreBatch(rowsFrom(attune, input, output.before, criteria?.rows), {
    ...reward,
    judge,
    cache: cacheOf(options, out ?? input),
    total: total - output.before,
    onProgress: ({ done, failed, rate, remaining }) =>
      progress(output.before + done, total, failed, rate, remaining),
  });
  const { failed, dropped, warnings } = await written(scoring, output);
  progress.end();
  for (const { message } of warnings) process.stderr.write(`attune: ${message}\n`);
  if (dropped.length > 0) {
    process.stderr.write(`attune: ${dropped.length} rows left out: ${dropped.join(', ')}\n`);
  }
  const all = failed + output.failedBefore;
  if (all > 0) {
    process.stderr.write(
      `attune: ${all} of ${total} rows failed; their output says why. See --on-parse-failure; ` +
        'the same command asks again only what was not answered.\n',
    );
    process.exitCode = BAD_INPUT;
  }
}

async function headsOf({ heads, judge }: Options) {
  if (heads === undefined) return undefined;
  if (judge === 'builtin') return read(heads);
  throw usage('--heads are those of the built-in judge', 'Leave out --judge, or the heads.');
}

/** With means of the whole input, or rows left out, rows written say too little to go on from. */
function fills({ onParseFailure }: Options): boolean {
  return onParseFailure !== 'error';
}

async function written(run: ReturnType<Attune['scoreBatch']>, output: Output) {
  try {
    for await (const row of run) await output.write(row);
  } catch (error) {
    await output.leave();
    throw error;
  }
  await output.finish();
  return run.summary;
}

/** The input's rows with their criteria, without those that are done. */
async function* rowsFrom(
  attune: Attune,
  input: string,
  done: number,
  criteria: Map<string, Criteria> | undefined,
): AsyncGenerator<ScoreRow> {
  let at = 0;
  for await (const row of attune.readRows({ name: input, stream: pieces(input) })) {
    at += 1;
    if (at <= done) continue;
    const own = criteria?.get(row.id);
    yield own === undefined ? row : { ...row, criteria: own };
  }
}

/** Criteria by row: JSONL rows `{id, criteria}`. */
async function criteriaOf(attune: Attune, path: string) {
  const file = await read(path);
  const rows = await attune.readCriteria(file);
  return {
    rows: new Map(rows.map(({ id, criteria }) => [id, criteria])),
    hash: createHash('sha256').update(file.bytes).digest('hex'),
  };
}
