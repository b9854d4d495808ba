// `npm test`: builds, then the Rust, Node and browser tests. With --full (`npm run test:full`) also
// what takes long.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { main, root, run, step, timeTable } from './run.mjs';
import { chromium, setup } from './setup.mjs';

await main(async () => {
  await setup();
  const browser = await chromium();
  await build();
  await step('Rust tests', () => run('cargo', ['test', '--locked', '--features', 'train']));
  await step('Node tests', () => nodeTest('tests/node'));
  const env = { ...process.env, CHROME_BIN: browser };
  await step('browser tests', () => nodeTest('tests/browser', env));
  if (process.argv.includes('--full')) await step('long tests', () => nodeTest('tests/full'));
  process.stderr.write(`\n${timeTable()}`);
});

function nodeTest(folder, env = process.env) {
  const files = readdirSync(join(root, folder)).filter((name) => name.endsWith('.test.mjs'));
  const paths = files.sort().map((name) => join(folder, name));
  run(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=spec', ...paths], {
    env,
  });
}
