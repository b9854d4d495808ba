// The built-in weights come out of the committed data and code, and are as good as their cards say.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'attune-full-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const run = (command, ...parameters) =>
  execFileSync(command, parameters, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
const xtask = (...parameters) =>
  run('cargo', 'run', '--quiet', '--package', 'xtask', '--features', 'train', '--', ...parameters);
const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

test('the distilled table comes out the same, byte for byte', () => {
  run('python3', '-m', 'venv', join(folder, 'venv'));
  const python = join(folder, 'venv/bin/python');
  run(
    python,
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-deps',
    '-r',
    'xtask/distil/requirements.txt',
  );
  run(python, 'xtask/distil/distil.py', '--out', folder);
  for (const name of ['embedder.safetensors', 'tokenizer.json']) {
    assert.equal(sha256(join(folder, name)), sha256(join(root, 'data/builtin', name)), name);
  }
});

// In this order: the heads are calibrated with the personal fit.
for (const [step, name] of [
  ['train-personal', 'personal.safetensors'],
  ['train-heads', 'heads.safetensors'],
]) {
  test(`${step} gives the committed ${name}`, () => {
    const committed = join(root, 'data/builtin', name);
    const kept = join(folder, name);
    copyFileSync(committed, kept);
    try {
      xtask(step);
      assert.equal(sha256(committed), sha256(kept));
    } finally {
      copyFileSync(kept, committed);
    }
  });
}

test('on scenarios left out, every perspective reaches .65 and beats length; the cards tell it', () => {
  const printed = xtask('eval-builtin');
  const table = printed
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const cells = (name) => table.find(([model]) => model === name).slice(1);
  const figures = (name) => cells(name).map((cell) => Number.parseFloat(cell));
  const shipped = figures('features, n-grams, embedding, kernel');
  const length = figures('length only');
  shipped.slice(0, 3).forEach((rho, at) => {
    assert.ok(rho >= 0.65 && rho > length[at] + 0.3, `${table[0][at + 1]}: ${rho}`);
  });
  const card = (name) => readFileSync(join(root, name), 'utf8');
  const plain = shipped.map((rho) => rho.toFixed(2)).join(' | ');
  assert.ok(card('README.md').includes(plain), 'README.md');
  const whole = cells('features, n-grams, embedding, kernel').join(' | ');
  assert.ok(card('data/builtin/heads.md').includes(whole), 'heads.md');
});
