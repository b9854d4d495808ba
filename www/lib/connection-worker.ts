import { proxy, releaseProxy, wrap } from 'comlink';
import { type Connection, closed, type EngineCalls, ending } from './connection.js';
import { AttuneError } from './error.js';
import { sendErrorsWhole } from './transfer.js';

let prepared = false;

/** Starts an engine in a module worker; `base` as in `browserLoader`. */
export function connectWorker(base?: string): Connection {
  if (!prepared) {
    sendErrorsWhole();
    prepared = true;
  }
  // One literal expression, so that bundlers see the worker.
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    type: 'module',
    name: base === undefined ? 'attune' : `attune ${base}`,
  });
  const remote = wrap<EngineCalls>(worker);
  const { ended, end } = ending();
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    // A panic inside a call leaves its promise pending for ever, so the worker's last words must
    // end every call in flight.
    const problem = `the worker stopped${event.message ? ` (${event.message})` : ''}`;
    const mend = 'Try again: the next call starts a new worker. If it stays, report it.';
    end(new AttuneError('worker', problem, mend));
  });
  return {
    engine: remote as unknown as EngineCalls,
    callback: (callback) => proxy(callback),
    ended,
    close() {
      end(closed());
      remote[releaseProxy]();
      worker.terminate();
    },
  };
}
