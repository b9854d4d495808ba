import type { CoreCalls } from '../connection.js';
import type { ScoreRow } from '../types.js';

/** Rows to score, or JSONL in pieces under a name that errors repeat. */
export type RowSource = Iterable<ScoreRow> | AsyncIterable<ScoreRow> | Pieces;

/** The pieces of a JSONL file. */
export interface Pieces {
  name: string;
  stream: AsyncIterable<Uint8Array>;
}

/** Rows of any source, a few at a time and in order. */
export async function* rowsOf(
  source: RowSource,
  size: number,
  engine: CoreCalls,
  held: number,
): AsyncGenerator<ScoreRow[]> {
  let chunk: ScoreRow[] = [];
  for await (const row of 'stream' in source ? readRows(source, engine, held) : source) {
    chunk.push(row);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

/** The rows of a JSONL file that comes in pieces. */
async function* readRows(
  { name, stream }: Pieces,
  engine: CoreCalls,
  held: number,
): AsyncGenerator<ScoreRow> {
  await engine.openRows(held, name);
  try {
    for await (const piece of stream) yield* await engine.pushRows(held, piece);
    yield* (await engine.finishRows(held)).rows;
  } finally {
    await engine.release(held);
  }
}

/** The pieces of a file. */
export async function* piecesOf(file: Blob): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      yield piece.value;
    }
  } finally {
    reader.releaseLock();
  }
}
