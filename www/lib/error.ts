/** Where in the input something was wrong, and how to mend it. */
export interface ErrorPlace {
  /** The file's name. */
  file?: string;
  /** The line, counted from 1. */
  line?: number;
  /** The field or column. */
  field?: string;
}

/**
 * What every call of attune rejects with when the input, the settings, the weights or the device
 * are at fault. `message` is the whole in one line; the other fields are its parts.
 */
export class AttuneError extends Error {
  override readonly name = 'AttuneError';
  /** What went wrong, in a stable word a program can branch on. */
  readonly code: string;
  /** What is wrong, without place and mend. */
  readonly problem: string;
  /** What to do about it, as a sentence. */
  readonly mend: string;
  readonly file?: string;
  readonly line?: number;
  readonly field?: string;

  constructor(code: string, problem: string, mend: string, place: ErrorPlace = {}) {
    super(`${inWords(place)}${problem}. ${mend}`);
    this.code = code;
    this.problem = problem;
    this.mend = mend;
    if (place.file !== undefined) this.file = place.file;
    if (place.line !== undefined) this.line = place.line;
    if (place.field !== undefined) this.field = place.field;
  }

  /** The same error as a plain object, to be printed or sent. */
  toJSON(): Record<string, unknown> {
    const { code, message, problem, mend, file, line, field } = this;
    return { name: this.name, code, message, problem, mend, file, line, field };
  }
}

/** `file:line: field "name": `, as far as known; written as in the core's own errors. */
function inWords({ file, line, field }: ErrorPlace): string {
  const at =
    file === undefined && line !== undefined
      ? `line ${line}`
      : [file, line].filter((part) => part !== undefined).join(':');
  return `${at && `${at}: `}${field === undefined ? '' : `field "${field}": `}`;
}

/** Makes an AttuneError of an error from WebAssembly or from a worker; leaves others alone. */
export function revive(error: unknown): unknown {
  if (error instanceof WebAssembly.RuntimeError) {
    return new AttuneError(
      'worker',
      `the module stopped (${error.message})`,
      'Try again: the next call starts anew. If it stays, report it.',
    );
  }
  if (error instanceof AttuneError || !isThrown(error)) return error;
  return new AttuneError(error.code, error.problem, error.mend, error);
}

interface Thrown extends ErrorPlace {
  name: string;
  code: string;
  problem: string;
  mend: string;
}

function isThrown(error: unknown): error is Thrown {
  return (
    typeof error === 'object' &&
    error !== null &&
    (error as Thrown).name === 'AttuneError' &&
    typeof (error as Thrown).problem === 'string'
  );
}

/** The rejection of a call whose signal was aborted. */
export function aborted(): DOMException {
  return new DOMException('The operation was aborted.', 'AbortError');
}
