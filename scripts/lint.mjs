// `npm run lint`: formatting and lints, Rust and TypeScript, warnings as errors.
import { MODULES } from './build.mjs';
import { main, run, step, works } from './run.mjs';
import { setup } from './setup.mjs';

await main(async () => {
  await setup();
  for (const component of ['rustfmt', 'clippy']) {
    if (!works('cargo', [component === 'rustfmt' ? 'fmt' : component, '--version'])) {
      await step(`rustup component add ${component}`, () =>
        run('rustup', ['component', 'add', component]),
      );
    }
  }
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
      '--locked',
      '--workspace',
      '--all-targets',
      '--features',
      'train,xtask/train',
      ...deny,
    ]),
  );
  for (const { folder, features } of MODULES) {
    // What the CPU's models module is made of is in WebGPU's.
    if (folder === 'models-cpu') continue;
    const wanted = features ? ['--features', features] : [];
    const target = ['--lib', '--target', 'wasm32-unknown-unknown'];
    await step(`clippy, WebAssembly ${folder}`, () =>
      run('cargo', ['clippy', '--locked', ...target, ...wanted, ...deny]),
    );
  }
});
