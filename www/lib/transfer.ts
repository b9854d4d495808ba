import { transferHandlers } from 'comlink';
import { revive } from './error.js';

/**
 * Comlink sends errors with their message alone. This sends what an AttuneError knows besides
 * (code, place, mend), and gives it its class back on arrival. Both sides import it.
 */
interface Sent {
  isError: boolean;
  value: unknown;
}

const own = transferHandlers.get('throw');
if (own !== undefined) {
  transferHandlers.set('throw', {
    canHandle: own.canHandle,
    serialize({ value }: { value: unknown }): [Sent, Transferable[]] {
      if (!(value instanceof Error)) return [{ isError: false, value }, []];
      const { name, message, stack } = value;
      return [{ isError: true, value: { name, message, stack, ...withoutUndefined(value) } }, []];
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

function withoutUndefined(error: Error): Record<string, unknown> {
  const { code, mend, file, line, field } = error as Error & Record<string, unknown>;
  const known = Object.entries({ code, mend, file, line, field });
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}
