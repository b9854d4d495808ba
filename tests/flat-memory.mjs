// Scores `rows` replies with the built-in judge, run as a process of its own with --expose-gc, and
// prints the memory in use at each tenth (heap and what it holds on to), in MB.
import { createAttune } from 'attune';

const rows = Number(process.argv[2]);

async function* replies() {
  for (let at = 0; at < rows; at += 1) {
    const query = `Day ${at} on the ward, and I lost count of the nights.`;
    const response = `I hear how tired you are. What would help you rest on day ${at}?`;
    yield { id: `r${at}`, query, response, memory: [`She worked ${at} nights.`] };
  }
}

const used = [];
let done = 0;
const start = performance.now();
for await (const row of createAttune().scoreBatch(replies())) {
  if (!(row.reward <= 1)) throw new Error(`${row.id} has no reward`);
  done += 1;
  if (done % (rows / 10) === 0) {
    globalThis.gc();
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    used.push((heapUsed + external + arrayBuffers) / 1e6);
  }
}
const resident = process.memoryUsage().rss / 1e6;
console.log(JSON.stringify({ done, used, resident, seconds: (performance.now() - start) / 1000 }));
