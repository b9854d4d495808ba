// `npm run lint`: formatting and lints, Rust and TypeScript, warnings as errors.
import { main, run, step } from './run.mjs';
import { setup } from './setup.mjs';

await main(async () => {
  await setup();
  const node = (file, ...parameters) =>
    run(process.execPath, [`node_modules/${file}`, ...parameters]);
  await step('rustfmt', () => run('cargo', ['fmt', '--all', '--check']));
  await step('Biome', () => node('@biomejs/biome/bin/biome', 'ci', '--error-on-warnings'));
  await step('tsc, library', () => node('typescript/bin/tsc', '-p', 'www', '--noEmit'));
  await step('tsc, site', () => node('typescript/bin/tsc', '-p', 'www/site'));
  const deny = ['--', '--deny', 'warnings'];
  await step('clippy, native', () =>
    run('cargo', [
      'clippy',
      '--workspace',
      '--all-targets',
      '--features',
      'train,xtask/train',
      ...deny,
    ]),
  );
  await step('clippy, WebAssembly core', () =>
    run('cargo', ['clippy', '--lib', '--target', 'wasm32-unknown-unknown', ...deny]),
  );
  await step('clippy, WebAssembly models', () =>
    run('cargo', [
      'clippy',
      '--lib',
      '--target',
      'wasm32-unknown-unknown',
      '--features',
      'webgpu',
      ...deny,
    ]),
  );
});
