// `npm run size`: what a visitor downloads, against the budgets of the design.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { root } from './run.mjs';

const KB = 1000;
const PARTS = [
  { name: 'core', files: ['pkg/wasm/core'], budget: 250 * KB },
  { name: 'evaluation', files: ['pkg/wasm/evaluation'], budget: 400 * KB },
  { name: 'models (CPU)', files: ['pkg/wasm/models-cpu'], budget: 1200 * KB },
  { name: 'models (WebGPU)', files: ['pkg/wasm/models-webgpu'], budget: 2500 * KB },
  { name: 'training', files: ['pkg/wasm/training'], budget: 1500 * KB },
  { name: 'built-in weights', files: ['pkg/weights'], budget: 3000 * KB },
];

/** What is served: not declarations, cards and maps. */
const SERVED = /\.(wasm|js|safetensors|json)$/;

let over = false;
console.log(
  `${'part'.padEnd(20)}${'raw'.padStart(10)}${'gzip'.padStart(10)}${'brotli'.padStart(10)}${'budget'.padStart(10)}`,
);
for (const { name, files, budget } of PARTS) {
  const bytes = files
    .flatMap(list)
    .filter((file) => SERVED.test(file))
    .map((file) => readFileSync(file));
  const sum = (size) => bytes.reduce((total, file) => total + size(file), 0);
  const brotli = sum(
    (file) =>
      brotliCompressSync(file, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
          [constants.BROTLI_PARAM_SIZE_HINT]: file.length,
        },
      }).length,
  );
  const kb = (size) => `${(size / KB).toFixed(0)} KB`.padStart(10);
  const verdict = brotli > budget ? '  OVER' : '';
  over ||= brotli > budget;
  console.log(
    name.padEnd(20) +
      kb(sum((f) => f.length)) +
      kb(sum((f) => gzipSync(f).length)) +
      kb(brotli) +
      kb(budget) +
      verdict,
  );
}
if (over) process.exitCode = 1;

function list(path) {
  const full = join(root, path);
  if (statSync(full).isFile()) return [full];
  return readdirSync(full).flatMap((name) => list(join(path, name)));
}
