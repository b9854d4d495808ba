import { transferHandlers } from 'comlink';
import { revive } from './error.js';

interface Sent {
  isError: boolean;
  value: unknown;
}

/**
 * Comlink sends errors with their message alone. After this it also sends what an AttuneError
 * knows besides (code, place, mend), and gives it its class back on arrival. Called once on each
 * side; a function rather than a side effect of the import, which bundlers would drop.
 */
export function sendErrorsWhole(): void {
  const own = transferHandlers.get('throw');
  if (own === undefined) throw new Error('this version of Comlink has no handler for errors');
  transferHandlers.set('throw', {
    canHandle: own.canHandle,
    serialize({ value }: { value: unknown }): [Sent, Transferable[]] {
      if (!(value instanceof Error)) return [{ isError: false, value }, []];
      const { name, message, stack } = value;
      return [{ isError: true, value: { name, message, stack, ...known(value) } }, []];
    },
    deserialize({ isError, value }: Sent): never {
      if (!isError) throw value;
      const { name, message } = value as Error;
      if (name === 'AbortError') throw new DOMException(message, name);
      const error = revive(value);
      throw error instanceof Error ? error : Object.assign(new Error(message), value);
    },
  });
}

/** What is set of an AttuneError's own fields. */
function known(error: Error): Record<string, unknown> {
  const { code, problem, mend, file, line, field } = error as Error & Record<string, unknown>;
  const entries = Object.entries({ code, problem, mend, file, line, field });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
