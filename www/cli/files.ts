import { randomBytes } from 'node:crypto';
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
export async function write(text: string, path?: string): Promise<void> {
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
async function destination(path: string): Promise<string | undefined> {
  try {
    const target = await realpath(path);
    return (await stat(target)).isFile() ? target : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return path;
    throw unreachable(path, 'written', error, 'Check the path and its permissions.');
  }
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

function unreachable(path: string, done: string, error: unknown, mend: string): AttuneError {
  const why = (error as NodeJS.ErrnoException).code ?? String(error);
  return new AttuneError('file', `cannot be ${done} (${why})`, mend, { file: path });
}
