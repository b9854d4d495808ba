import { type Criteria, createAttune, type ScoreRow } from '../lib/node.js';
import { BAD_INPUT } from './exit.js';
import { jsonl, notOver, progress, read, write } from './files.js';
import { cacheOf, type JudgeOptions, judgeOf } from './options.js';

interface Options extends JudgeOptions {
  out?: string;
}

/** `attune criteria` */
export async function criteria(input: string, options: Options): Promise<void> {
  const { out, rubrics } = options;
  await notOver(out, input);
  const attune = createAttune();
  const file = await read(input);
  const isDataset = startsWithList(file.bytes);
  const rows: ScoreRow[] = isDataset
    ? (await attune.readDataset(file)).map(({ id, row }) => ({ ...row, id }))
    : await attune.readScoreRows(file);
  const onProgress = progress('criteria');
  const written = await attune.criteria(rows, {
    judge: judgeOf(options),
    cache: cacheOf(options, out ?? input),
    ...(rubrics === undefined ? {} : { rubrics: await read(rubrics) }),
    ...(onProgress ? { onProgress } : {}),
  });
  const failed = written.filter((row) => 'error' in row);
  const sound: Record<string, Criteria> = {};
  for (const row of written) if ('criteria' in row) sound[row.id] = row.criteria;
  await write(
    isDataset
      ? `${await attune.criteriaSidecar(file, sound)}\n`
      : jsonl(written.filter((row) => 'criteria' in row)),
    out,
  );
  for (const { id, error } of failed) {
    process.stderr.write(`attune: "${id}": ${error.field}: ${error.problem}\n`);
  }
  if (failed.length > 0) {
    process.stderr.write(`attune: ${failed.length} of ${rows.length} queries have no criteria\n`);
    process.exitCode = BAD_INPUT;
  }
}

/** A PersonaEmp dataset is one JSON list; rows are a JSON object a line. */
function startsWithList(bytes: Uint8Array): boolean {
  return /^\ufeff?\s*\[/.test(new TextDecoder().decode(bytes.subarray(0, 1024)));
}
