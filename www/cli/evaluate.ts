import { basename } from 'node:path';
import { createAttune, type Method, type ParseFailure } from '../lib/node.js';
import { BAD_INPUT } from './exit.js';
import { jsonl, notOver, read, tell, write } from './files.js';
import { cacheOf, type JudgeOptions, judgeOf } from './options.js';

interface Options extends JudgeOptions {
  dataset: string;
  predictions: string;
  baseline?: string[];
  criteria?: string;
  method: Method;
  memory: 'all' | 'relevant';
  split: string;
  onParseFailure: ParseFailure;
  level: number;
  resamples: number;
  seed: number;
  rows?: string;
  out?: string;
}

/** `attune evaluate` */
export async function evaluate(options: Options): Promise<void> {
  const { dataset, predictions, baseline = [], criteria, rubrics, rows, out } = options;
  const { method, memory, split, onParseFailure, level, resamples, seed } = options;
  const paths = [predictions, ...baseline];
  const inputs = [dataset, ...paths, ...(criteria === undefined ? [] : [criteria])];
  await notOver(out, ...inputs);
  await notOver(rows, ...inputs);
  const names = paths.map((path) => basename(path).replace(/\.jsonl?$/, ''));
  const unique = new Set(names).size === names.length ? names : paths;
  const progress = tell('judged');
  const evaluation = await createAttune().evaluate(
    await read(dataset),
    await Promise.all(
      paths.map(async (path, at) => ({
        name: unique[at] as string,
        predictions: await read(path),
      })),
    ),
    {
      judge: judgeOf(options),
      cache: cacheOf(options, out ?? predictions),
      method,
      memory,
      split,
      onParseFailure,
      level,
      resamples,
      seed,
      ...(criteria === undefined ? {} : { criteria: await read(criteria) }),
      ...(rubrics === undefined ? {} : { rubrics: await read(rubrics) }),
      onProgress: ({ done, total = 0, failed, rate, remaining }) =>
        progress(done, total, failed, rate, remaining),
    },
  );
  progress.end();
  const { judged, ...report } = evaluation;
  const judgedInputs = judged.map(({ rows, ...input }) => input);
  await write(`${JSON.stringify({ ...report, inputs: judgedInputs }, null, 2)}\n`, out);
  if (rows !== undefined) {
    const all = judged.flatMap((system) =>
      system.rows.map((row) => ({ system: system.name, ...row })),
    );
    await write(jsonl(all), rows);
  }
  for (const { message } of report.warnings) process.stderr.write(`attune: ${message}\n`);
  if (report.systems.some((system) => system.failed > 0)) process.exitCode = BAD_INPUT;
}
