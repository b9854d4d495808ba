import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Scores `rows` in a process of its own: after the first tenth, memory no longer grows. */
export async function staysFlat(rows) {
  const script = fileURLToPath(new URL('flat-memory.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    script,
    `${rows}`,
  ]);
  const { done, used, resident, seconds } = JSON.parse(stdout);
  assert.equal(done, rows);
  const [first, ...later] = used;
  const most = Math.max(...later);
  console.log(
    `${rows} rows in ${seconds.toFixed(0)} s; in use ${first.toFixed(1)} MB after a tenth, ` +
      `${most.toFixed(1)} MB at most later; resident ${resident.toFixed(0)} MB`,
  );
  assert.ok(most < first + 2, `${first} MB, then ${most} MB`);
}
