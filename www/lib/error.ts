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
 * are at fault. `code` is stable; `mend` says what to do.
 */
export class AttuneError extends Error {
  override readonly name = 'AttuneError';
  readonly code: string;
  readonly mend: string;
  readonly file?: string;
  readonly line?: number;
  readonly field?: string;

  constructor(code: string, message: string, mend: string, place: ErrorPlace = {}) {
    super(message);
    this.code = code;
    this.mend = mend;
    if (place.file !== undefined) this.file = place.file;
    if (place.line !== undefined) this.line = place.line;
    if (place.field !== undefined) this.field = place.field;
  }

  /** The same error as a plain object, to be printed or sent. */
  toJSON(): Record<string, unknown> {
    const { code, message, mend, file, line, field } = this;
    return { name: this.name, code, message, mend, file, line, field };
  }
}

/** Makes an AttuneError of an error from WebAssembly or from a worker; leaves others alone. */
export function revive(error: unknown): unknown {
  if (error instanceof AttuneError || !isThrown(error)) return error;
  return new AttuneError(error.code, error.message, error.mend, error);
}

interface Thrown extends ErrorPlace {
  name: string;
  code: string;
  message: string;
  mend: string;
}

function isThrown(error: unknown): error is Thrown {
  return (
    typeof error === 'object' &&
    error !== null &&
    (error as Thrown).name === 'AttuneError' &&
    typeof (error as Thrown).code === 'string'
  );
}

/** The rejection of a call whose signal was aborted, as the platform's own functions reject. */
export function aborted(): DOMException {
  return new DOMException('The operation was aborted.', 'AbortError');
}
