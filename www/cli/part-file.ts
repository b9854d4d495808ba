import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, type FileHandle, open, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { destination, unreachable } from './files.js';

/** Where a run writes its rows, one after the other. */
export interface Output {
  /** Rows that an earlier, broken run has written already. */
  before: number;
  /** How many of those had failed. */
  failedBefore: number;
  write(row: unknown): Promise<void>;
  /** Puts the file in place: it appears whole or not at all. */
  finish(): Promise<void>;
  /** Lets go after a fault, leaving the part for `--resume`. */
  leave(): Promise<void>;
}

/** Rows that go to standard output as they come. */
export function toStandardOutput(): Output {
  return {
    before: 0,
    failedBefore: 0,
    write: (row) =>
      new Promise((resolve, reject) => {
        const failed = (error: unknown) =>
          reject(unreachable('standard output', 'written', error, 'Make room, or name a file.'));
        process.stdout.write(`${JSON.stringify(row)}\n`, (error) =>
          error ? failed(error) : resolve(),
        );
      }),
    async finish() {},
    async leave() {},
  };
}

/**
 * Rows that go to `PATH.part` and, when all are there, to `PATH`. The first line of the part says
 * for which run it is: only the same input and settings go on with it.
 */
export async function toFile(path: string, run: string, resume: boolean): Promise<Output> {
  try {
    const target = await destination(path);
    // A pipe or a device takes the rows as they come.
    if (target === undefined) return stream(await open(path, 'w'));
    const part = `${target}.part`;
    const found = resume ? await earlier(part, run) : undefined;
    if (found === undefined) {
      if (resume && (await exists(part))) {
        process.stderr.write(
          `attune: ${part} is of another input or other settings: starting over\n`,
        );
      }
      await rm(part, { force: true });
    }
    const file = await open(part, 'a', 0o600);
    if (found === undefined) await file.appendFile(`${JSON.stringify({ run })}\n`);
    else await file.truncate(found.end);
    return {
      before: found?.rows ?? 0,
      failedBefore: found?.failed ?? 0,
      write: (row) => file.appendFile(`${JSON.stringify(row)}\n`),
      leave: () => file.close(),
      async finish() {
        await file.close();
        await withoutHeader(part, target);
      },
    };
  } catch (error) {
    throw unreachable(path, 'written', error, 'Check the folder and its permissions.');
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function stream(file: FileHandle): Output {
  return {
    before: 0,
    failedBefore: 0,
    write: (row) => file.appendFile(`${JSON.stringify(row)}\n`),
    finish: () => file.close(),
    leave: () => file.close(),
  };
}

/** How much of a part can be gone on with; none where there is no part of this run. */
async function earlier(part: string, run: string) {
  let rows = 0;
  let failed = 0;
  let end = 0;
  let header: string | undefined;
  try {
    let begun: Buffer = Buffer.alloc(0);
    for await (const piece of createReadStream(part)) {
      begun = Buffer.concat([begun, piece as Buffer]);
      for (let at = begun.indexOf(10); at >= 0; at = begun.indexOf(10)) {
        const row = JSON.parse(begun.toString('utf8', 0, at));
        if (header === undefined) {
          header = row.run;
        } else {
          rows += 1;
          failed += 'error' in row ? 1 : 0;
        }
        end += at + 1;
        begun = begun.subarray(at + 1);
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (!(error instanceof SyntaxError)) throw error;
  }
  return header === run ? { rows, failed, end } : undefined;
}

async function withoutHeader(part: string, target: string): Promise<void> {
  const draft = `${target}.${randomBytes(6).toString('hex')}`;
  const out = await open(draft, 'wx');
  try {
    const lines = createInterface({ input: createReadStream(part), crlfDelay: Infinity });
    let first = true;
    for await (const line of lines) {
      if (!first) await out.appendFile(`${line}\n`);
      first = false;
    }
    await out.close();
    await rename(draft, target);
  } catch (error) {
    await out.close();
    await rm(draft, { force: true });
    throw error;
  }
  await rm(part, { force: true });
}
