// Recall from factors in Node on one core, beside NumPy's float32 product and counting of the same
// work in the same run, and how the cost grows with users. Needs a Python with NumPy:
//   python tests/reference/recall/bench_numpy.py make DIR
//   PYTHON=python node benches/recall-factors.mjs DIR
import { spawnSync } from 'node:child_process';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAttune } from '../pkg/lib/node.js';

const folder = process.argv[2];
if (folder === undefined) {
  console.error('usage: node benches/recall-factors.mjs DIR');
  process.exit(2);
}
const script = new URL('../tests/reference/recall/bench_numpy.py', import.meta.url).pathname;

const peer = spawnSync(process.env.PYTHON ?? 'python3', [script, 'run', folder], {
  encoding: 'utf8',
});
process.stdout.write(peer.stdout);
if (peer.status !== 0) {
  process.stderr.write(peer.stderr);
  process.exit(1);
}
const numpy = Number(/places[^0-9]*([0-9.]+) ?s/.exec(peer.stdout)?.[1]);

const file = (name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) });
const attune = createAttune();

/** Seconds of reading and of going through the users, for the first `share` of the log. */
async function run(bytes) {
  let begun;
  const start = performance.now();
  const report = await attune.recall(
    { name: 'factors', userFactors: file('U.npy'), itemFactors: file('V.npy') },
    { name: 'exposed.csv', stream: createReadStream(join(folder, 'exposed.csv'), bytes) },
    {
      k: [1, 10, 100, 1000],
      schemes: ['ure'],
      resamples: 0,
      onProgress: () => {
        begun ??= performance.now();
      },
    },
  );
  const end = performance.now();
  return { report, reading: (begun - start) / 1000, users: (end - begun) / 1000 };
}

const whole = await run({});
for (const { average, k, estimate } of whole.report.systems[0].results) {
  if (average === 'macro') console.log(`URE Recall@${k} ${estimate.toFixed(12)}`);
}
const { users } = whole.report;
console.log(`attune: reading ${whole.reading.toFixed(1)} s, users ${whole.users.toFixed(1)} s`);
console.log(`attune / NumPy on the users: ${(whole.users / numpy).toFixed(2)}`);
console.log(`peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
const rows = readFileSync(join(folder, 'exposed.csv'));
for (const part of [4, 2]) {
  // A part of the file that ends with a line.
  const end = rows.indexOf(10, Math.floor(rows.length / part));
  const some = await run({ end });
  const per = (1e6 * some.users) / some.report.users;
  console.log(`${some.report.users} users: ${per.toFixed(0)} µs a user`);
}
console.log(`${users} users: ${((1e6 * whole.users) / users).toFixed(0)} µs a user`);
