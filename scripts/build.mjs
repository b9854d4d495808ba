// Builds pkg/: the WebAssembly modules, the front end, the command and the site. A step whose
// inputs have not changed since it last ran is left out.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main, root, run, step } from './run.mjs';
import { setup } from './setup.mjs';

const target = resolve(root, process.env.CARGO_TARGET_DIR ?? 'target');
const WASM = 'wasm32-unknown-unknown';

/** The modules: each is the same crate with other features. */
export const MODULES = [
  { folder: 'core', name: 'core', features: '', profile: 'small' },
  { folder: 'evaluation', name: 'evaluation', features: 'evaluation', profile: 'fast' },
  { folder: 'models-cpu', name: 'models', features: 'models', profile: 'release' },
  { folder: 'models-webgpu', name: 'models', features: 'webgpu', profile: 'release' },
  { folder: 'training', name: 'training', features: 'train', profile: 'release' },
];

const RUST = ['Cargo.toml', 'Cargo.lock', '.cargo', 'src', 'data/lexicons', 'data/rubrics'];

/** Builds everything that is out of date. */
export async function build() {
  await setup();
  const xtask = join(target, 'debug', process.platform === 'win32' ? 'xtask.exe' : 'xtask');
  await changed('xtask', [...RUST, 'xtask'], [xtask], () =>
    step('build steps (xtask)', () => run('cargo', ['build', '--locked', '--package', 'xtask'])),
  );
  for (const module of MODULES) {
    const out = `pkg/wasm/${module.folder}`;
    await changed(out, [...RUST, 'xtask'], [`${out}/${module.name}_bg.wasm`], () =>
      step(`WebAssembly module ${module.folder}`, () => {
        const features = module.features ? ['--features', module.features] : [];
        const { profile } = module;
        run('cargo', [
          ...['build', '--locked', '--lib', '--profile', profile, '--target', WASM],
          ...features,
        ]);
        rmSync(join(root, out), { recursive: true, force: true });
        const wasm = join(target, WASM, profile, 'attune.wasm');
        run(xtask, ['bindgen', '--wasm', wasm, '--out', out, '--name', module.name]);
      }),
    );
  }
  await changed(
    'pkg/lib',
    [...RUST, 'xtask', 'www/lib', 'www/cli', 'www/tsconfig.json'],
    ['pkg/lib/index.js'],
    () =>
      step('front end and command', () => {
        run(xtask, ['types', '--out', 'www/lib/types.ts']);
        for (const folder of ['pkg/lib', 'pkg/cli']) {
          rmSync(join(root, folder), { recursive: true, force: true });
        }
        run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'www']);
        chmodSync(join(root, 'pkg/cli/attune.js'), 0o755);
      }),
  );
  await changed('pkg/weights', ['data/builtin'], ['pkg/weights/heads.safetensors'], () => {
    mkdirSync(join(root, 'pkg/weights'), { recursive: true });
    for (const name of [
      'embedder.safetensors',
      'tokenizer.json',
      'heads.safetensors',
      'personal.safetensors',
      'embedder.md',
      'heads.md',
      'personal.md',
      'LICENSE-all-MiniLM-L6-v2.txt',
    ]) {
      cpSync(join(root, 'data/builtin', name), join(root, 'pkg/weights', name));
    }
  });
  await changed('pkg/rubrics', ['data/rubrics'], ['pkg/rubrics/en.json'], () => {
    rmSync(join(root, 'pkg/rubrics'), { recursive: true, force: true });
    cpSync(join(root, 'data/rubrics'), join(root, 'pkg/rubrics'), { recursive: true });
  });
  linkCommand();
  await changed(
    'pkg/site',
    [...RUST, 'xtask', 'www', 'data/builtin', 'data/samples', 'package-lock.json'],
    ['pkg/site/index.html'],
    () =>
      step('site', () =>
        run(process.execPath, [
          'node_modules/vite/bin/vite.js',
          'build',
          'www/site',
          '--logLevel',
          'warn',
        ]),
      ),
  );
}

/** Lets `npx attune` work here as it does for someone who installed the package. */
function linkCommand() {
  const link = join(root, 'node_modules/.bin/attune');
  if (existsSync(link) || process.platform === 'win32') return;
  rmSync(link, { force: true });
  symlinkSync('../../pkg/cli/attune.js', link);
}

const STAMPS = join(root, 'pkg', '.stamps.json');

/** Runs `work` unless `outputs` exist and `inputs` are as they were when it last ran. */
async function changed(name, inputs, outputs, work) {
  const stamps = existsSync(STAMPS) ? JSON.parse(readFileSync(STAMPS, 'utf8')) : {};
  const hash = createHash('sha256');
  for (const input of inputs) addTo(hash, input);
  const stamp = hash.digest('hex');
  const made = outputs.every((path) => existsSync(resolve(root, path)));
  if (made && stamps[name] === stamp) return;
  await work();
  mkdirSync(join(root, 'pkg'), { recursive: true });
  writeFileSync(STAMPS, JSON.stringify({ ...stamps, [name]: stamp }, null, 2));
}

/** Generated, and following from other inputs. */
const LEFT_OUT = new Set(['www/lib/types.ts']);

function addTo(hash, path) {
  if (LEFT_OUT.has(path)) return;
  const entries = readFolder(path);
  if (entries === undefined) {
    hash.update(`${path}\0`).update(readFileSync(join(root, path)));
    return;
  }
  for (const entry of entries.sort()) addTo(hash, `${path}/${entry}`);
}

function readFolder(path) {
  try {
    return readdirSync(join(root, path));
  } catch (error) {
    if (error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(build);
