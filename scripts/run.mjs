// Running steps: one line when a step begins, one with its time when it ends.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

/** Runs a command in the root; its output goes where ours goes. Throws where it fails. */
export function run(command, parameters, options = {}) {
  const result = spawnSync(command, parameters, { cwd: root, stdio: 'inherit', ...options });
  if (result.error?.code === 'ENOENT') {
    throw new StepError(`${command} is not installed`);
  }
  if (result.error) throw result.error;
  if (result.status !== 0) {
    throw new StepError(
      `${command} ${parameters.join(' ')} ended with ${result.status ?? result.signal}`,
    );
  }
  return result;
}

/** Runs a command and returns what it printed. */
export function output(command, parameters) {
  return run(command, parameters, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })
    .stdout;
}

/** Whether a command exists and ends well. */
export function works(command, parameters) {
  return spawnSync(command, parameters, { stdio: 'ignore' }).status === 0;
}

/** A step that failed for a reason already printed. */
export class StepError extends Error {}

const times = [];

/** Runs `work`, telling on standard error what it is and how long it took. */
export async function step(name, work) {
  process.stderr.write(`▸ ${name}\n`);
  const start = performance.now();
  const result = await work();
  const seconds = (performance.now() - start) / 1000;
  times.push({ name, seconds });
  process.stderr.write(`  ${name}: ${seconds.toFixed(1)} s\n`);
  return result;
}

/** The steps run so far and their times, as a table. */
export function timeTable() {
  const total = times.reduce((sum, { seconds }) => sum + seconds, 0);
  const lines = [...times, { name: 'total', seconds: total }].map(
    ({ name, seconds }) => `${seconds.toFixed(1).padStart(8)} s  ${name}`,
  );
  return `${lines.join('\n')}\n`;
}

/** Ends the process in good order when a script fails. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    process.stderr.write(`✗ ${error.message}\n`);
    process.exitCode = 1;
  }
}
