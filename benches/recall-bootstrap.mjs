// What 10,000 resamples of 5,000 users cost in WebAssembly, and how that grows with users:
//   node benches/recall-bootstrap.mjs
import { createAttune } from '../pkg/lib/node.js';

const ITEMS = 200;
const attune = createAttune();

/** A draw from 0 to 1 that follows from where it stands. */
const draw = (a, b) => {
  let z = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35);
  z = Math.imul(z ^ (z >>> 15), 0x2c1b3c6d);
  z = Math.imul(z ^ (z >>> 12), 0x297a2d39);
  return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
};

function npy(users) {
  const shape = `(${users}, ${ITEMS})`;
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117);
  const values = Float32Array.from({ length: users * ITEMS }, (_, at) => draw(at, 1));
  const head = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0]);
  return Buffer.concat([head, Buffer.from(`${header}\n`), Buffer.from(values.buffer)]);
}

for (const users of [1250, 2500, 5000]) {
  const scores = { name: 's.npy', bytes: new Uint8Array(npy(users)) };
  const rows = [];
  for (let user = 0; user < users; user += 1) {
    for (let item = 0; item < ITEMS; item += 1) {
      if (draw(user, item + 1e6) < 0.15) {
        rows.push(`${user},${item},${draw(user, item + 2e6) < 0.2 ? 1 : 0}`);
      }
    }
  }
  const exposed = { name: 'e.csv', text: `user,item,label\n${rows.join('\n')}\n` };
  const seconds = async (resamples) => {
    const start = performance.now();
    await attune.recall(scores, exposed, { k: [1, 5, 10], resamples });
    return (performance.now() - start) / 1000;
  };
  await seconds(0);
  const without = await seconds(0);
  const with10k = await seconds(10_000);
  const cost = (with10k - without).toFixed(2);
  console.log(
    `${users} users, 12 figures: ${cost} s for 10,000 resamples (${without.toFixed(2)} s without)`,
  );
}
