import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AttuneError } from '../lib/node.js';

/** A file's bytes under the name that the user gave, which errors then repeat. */
export async function read(path: string): Promise<{ name: string; bytes: Uint8Array }> {
  try {
    return { name: path, bytes: new Uint8Array(await readFile(path)) };
  } catch (error) {
    throw unreachable(path, 'read', error, 'Check the path.');
  }
}

/**
 * Writes a whole result, to standard output or to a file: under another name first, so that the
 * file appears complete or not at all.
 */
export async function write(text: string | Uint8Array, path?: string): Promise<void> {
  if (path === undefined) {
    const written = new Promise<void>((resolve, reject) => {
      process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
    });
    await written.catch((error) => {
      throw unreachable('standard output', 'written', error, 'Make room, or name a file.');
    });
    return;
  }
  const target = await destination(path);
  if (target === undefined) {
    // A device or a pipe cannot be put in place of; it takes the text as it comes.
    await writeFile(path, text).catch((error) => {
      throw unreachable(path, 'written', error, 'Check the path and its permissions.');
    });
    return;
  }
  const draft = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(draft, text, { flag: 'wx' });
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw unreachable(path, 'written', error, 'Check the folder and its permissions.');
  }
}

/** The regular file to put in place, links followed; none where something else is there. */
export async function destination(path: string): Promise<string | undefined> {
  try {
    const target = await realpath(path);
    return (await stat(target)).isFile() ? target : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return path;
    throw unreachable(path, 'written', error, 'Check the path and its permissions.');
  }
}

/** Refuses to write over what was read. */
export async function notOver(out: string | undefined, ...inputs: string[]): Promise<void> {
  if (out === undefined) return;
  const place = (path: string) => realpath(path).catch(() => undefined);
  const target = await place(out);
  for (const input of inputs) {
    if (target === undefined || target !== (await place(input))) continue;
    const mend = 'Name another file with --out.';
    throw new AttuneError('setting', `${out} is the input, which would be lost`, mend);
  }
}

/** The pieces of a file, for input that need not fit into memory. */
export async function* pieces(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw unreachable(path, 'read', error, 'Check the path.');
  }
}

/** Tells on standard error how a batch comes along, where someone is watching. */
export function tell(what: string) {
  const watched = process.stderr.isTTY;
  let last = 0;
  const told = (done: number, total: number, failed: number, rate: number, remaining?: number) => {
    const now = Date.now();
    if (!watched || (now - last < 100 && done < total)) return;
    last = now;
    const left = remaining === undefined ? '' : `, ${Math.ceil(remaining)} s left`;
    const bad = failed > 0 ? `, ${failed} failed` : '';
    process.stderr.write(
      `\r\x1b[K${what} ${done}/${total}${bad}, ${rate.toFixed(1)} rows/s${left}`,
    );
  };
  told.end = () => {
    if (watched && last > 0) process.stderr.write('\n');
  };
  return told;
}

/** One JSON value a line. */
export function jsonl(rows: unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** Tells on standard error how far a call is, where someone is watching. */
export function progress(
  what: string,
): ((progress: { done: number; total: number }) => void) | undefined {
  if (!process.stderr.isTTY) return undefined;
  return ({ done, total }) => {
    process.stderr.write(`\r${what} ${done}/${total}${done === total ? '\n' : ''}`);
  };
}

/** A file that cannot be used. */
export function unreachable(path: string, done: string, error: unknown, mend: string): AttuneError {
  const why = (error as NodeJS.ErrnoException).code ?? String(error);
  return new AttuneError('file', `cannot be ${done} (${why})`, mend, { file: path });
}
