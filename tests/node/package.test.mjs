// The packed tarball, not the tree: what someone who installs attune gets.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'attune-pack-'));
const installed = join(folder, 'node_modules/attune');
let files;

before(() => {
  const packed = execFileSync('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  const [{ filename, files: list }] = Object.values(JSON.parse(packed));
  files = list.map((file) => file.path);
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['xzf', join(folder, filename), '-C', installed, '--strip-components=1']);
  // Its dependencies, without asking a registry for them.
  for (const name of Object.keys(
    JSON.parse(readFileSync(join(root, 'package.json'))).dependencies,
  )) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('the tarball holds the library, the command, the modules, the weights and their licences', () => {
  for (const name of [
    'pkg/lib/index.js',
    'pkg/lib/index.d.ts',
    'pkg/lib/worker.js',
    'pkg/cli/attune.js',
    'pkg/wasm/core/core_bg.wasm',
    'pkg/wasm/evaluation/evaluation_bg.wasm',
    'pkg/wasm/models-cpu/models_bg.wasm',
    'pkg/wasm/models-webgpu/models_bg.wasm',
    'pkg/rubrics/en.json',
    'pkg/rubrics/README.md',
    'pkg/weights/embedder.md',
    'pkg/weights/LICENSE-all-MiniLM-L6-v2.txt',
    'LICENSE-MIT',
    'LICENSE-APACHE',
    'README.md',
  ]) {
    assert.ok(files.includes(name), name);
  }
  const strays = files.filter((name) => /(^|\/)\.|\.rs$|test/.test(name));
  assert.deepEqual(strays, []);
});

test('an ES module imports it by name', () => {
  writeFileSync(
    join(folder, 'app.mjs'),
    `import { createAttune, AttuneError } from 'attune';
     const [scored] = await createAttune().score([{ id: '1', query: 'My dog died.', response: 'Oh no.' }]);
     console.log(typeof scored.reward, typeof AttuneError);`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, ['app.mjs'], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.equal(stdout, 'number function\n', stderr);
});

test('the command runs from the package', () => {
  writeFileSync(join(folder, 't.jsonl'), '{"id":"a","text":"hello"}\n');
  const command = join(installed, 'pkg/cli/attune.js');
  const { status, stdout } = spawnSync(process.execPath, [command, 'embed', 't.jsonl'], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.deepEqual([status, JSON.parse(stdout).id], [0, 'a']);
});

test('a strict TypeScript consumer compiles against its types, under both resolutions', () => {
  writeFileSync(
    join(folder, 'app.mts'),
    `import { createAttune, type RecallReport, type Scored, type ScoreRow } from 'attune';
     const rows: ScoreRow[] = [{ id: '1', query: 'q', response: 'r' }];
     const scored: Scored[] = await createAttune({ device: 'cpu' }).score(rows, { aggregate: 'mean' });
     const p: [number, number, number, number, number] = scored[0]!.resonation.distribution;
     // @ts-expect-error: there is no such setting
     await createAttune().score(rows, { agregate: 'mean' });
     export const report = (r: RecallReport): number | null | undefined => r.systems[0]?.results[0]?.estimate;
     export { p };`,
  );
  for (const [module, resolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    const { status, stdout } = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules/typescript/bin/tsc'),
        '--noEmit',
        '--strict',
        '--exactOptionalPropertyTypes',
        '--target',
        'es2022',
        '--lib',
        'es2022,dom',
        '--types',
        '',
        '--module',
        module,
        '--moduleResolution',
        resolution,
        'app.mts',
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    assert.equal(status, 0, stdout);
  }
});
