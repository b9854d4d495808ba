import { proxy, releaseProxy, wrap } from 'comlink';
import { type Connection, closed, Ending, type EngineCalls } from './connection.js';
import { AttuneError } from './error.js';
import { sendErrorsWhole } from './transfer.js';

let prepared = false;

/** Starts an engine in a module worker. */
export function connectWorker(): Connection {
  if (!prepared) {
    sendErrorsWhole();
    prepared = true;
  }
  // One literal expression, so that bundlers see the worker.
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    type: 'module',
    name: 'attune',
  });
  const remote = wrap<EngineCalls>(worker);
  const ending = new Ending();
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    // A panic inside a call leaves its promise pending for ever, so the worker's last words must
    // end every call in flight.
    // A script that could not be loaded ends without a message.
    const problem = event.message
      ? `the worker stopped (${event.message})`
      : 'the worker could not be started';
    const mend = event.message
      ? 'Try again: the next call starts a new worker. If it stays, report it.'
      : "Check the connection, and that the host serves all of the package's files.";
    ending.reach(new AttuneError('worker', problem, mend));
    worker.terminate();
  });
  return {
    engine: remote as unknown as EngineCalls,
    callback: (callback) => proxy(callback),
    ending,
    close() {
      ending.reach(closed());
      remote[releaseProxy]();
      worker.terminate();
    },
  };
}
