import { createAttune, type Method, type ParseFailure } from '../lib/node.js';
import { BAD_INPUT } from './exit.js';
import { jsonl, notOver, read, write } from './files.js';
import { type ConstantOptions, constantsOf } from './options.js';

interface Options extends ConstantOptions {
  format: Method;
  onParseFailure: ParseFailure;
  out?: string;
}

/** `attune aggregate` */
export async function aggregate(input: string, options: Options): Promise<void> {
  const { format, onParseFailure, out } = options;
  await notOver(out, input);
  const settings = { format, onParseFailure, constants: constantsOf(options) };
  const { rows, failed, dropped } = await createAttune().aggregate(await read(input), settings);
  await write(jsonl(rows), out);
  if (dropped.length > 0) {
    process.stderr.write(`attune: ${dropped.length} rows left out: ${dropped.join(', ')}\n`);
  }
  if (failed > 0) {
    process.stderr.write(
      `attune: ${failed} of ${rows.length} rows failed; their output says why. ` +
        'See --on-parse-failure.\n',
    );
    process.exitCode = BAD_INPUT;
  }
}
