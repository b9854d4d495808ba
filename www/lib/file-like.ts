import type { NamedBytes } from './connection.js';
import { AttuneError } from './error.js';
import { piecesOf, type RowSource } from './scoring/source.js';

/** A file: a `File` from a drop or a picker, or a name with bytes or text. */
export type FileLike = File | { name: string; bytes: Uint8Array } | { name: string; text: string };

/** A file's name and bytes. */
export async function named(file: FileLike): Promise<NamedBytes> {
  const isObject = typeof file === 'object' && file !== null;
  const isFile = typeof (file as File | undefined)?.arrayBuffer === 'function';
  if (!isObject || (!isFile && !('bytes' in file) && !('text' in file))) {
    throw new AttuneError(
      'type',
      'the file is neither a File nor a name with bytes or text',
      'Give a File, { name, bytes } or { name, text }.',
    );
  }
  if ('bytes' in file && file.bytes instanceof Uint8Array) {
    return { name: file.name, bytes: file.bytes };
  }
  if ('text' in file && typeof file.text === 'string') {
    return { name: file.name, bytes: new TextEncoder().encode(file.text) };
  }
  return { name: file.name, bytes: new Uint8Array(await (file as File).arrayBuffer()) };
}

/** Rows to score out of a file, read piece by piece, or out of what gives rows by itself. */
export function rowSource(source: RowSource | FileLike): RowSource {
  if (Symbol.iterator in source || Symbol.asyncIterator in source) return source;
  if (isFile(source)) return { name: source.name, stream: piecesOf(source) };
  if ('stream' in source) return source;
  return {
    name: source.name,
    stream: (async function* () {
      yield (await named(source)).bytes;
    })(),
  };
}

function isFile(source: object): source is File {
  return 'stream' in source && typeof source.stream === 'function';
}
