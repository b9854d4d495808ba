// Installing what a build or a test needs and this machine does not have.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { output, root, run, StepError, step, works } from './run.mjs';

const TARGET = 'wasm32-unknown-unknown';

/** The Rust target and the npm packages. */
export async function setup() {
  if (!works('cargo', ['--version'])) {
    throw new StepError('Rust is not installed: see https://rustup.rs');
  }
  if (!output('rustup', ['target', 'list', '--installed']).split('\n').includes(TARGET)) {
    await step(`rustup target add ${TARGET}`, () => run('rustup', ['target', 'add', TARGET]));
  }
  if (!packagesAreInstalled()) {
    await step('npm ci', () => run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']));
  }
}

function packagesAreInstalled() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  return statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

/** The path of a Chromium: $CHROME_BIN, one on the PATH, Debian's, or Playwright's own. */
export async function chromium() {
  const found = process.env.CHROME_BIN || onPath();
  if (found) return found;
  if (isDebian() && process.getuid?.() === 0) {
    await step('apt-get install chromium', () => {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      run('apt-get', ['update', '-qq'], { env });
      run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env });
    });
    const installed = onPath();
    if (installed) return installed;
  }
  await step('playwright-core install chromium', () => {
    run(process.execPath, [
      join(root, 'node_modules/playwright-core/cli.js'),
      'install',
      'chromium',
    ]);
  });
  const { chromium: playwright } = await import('playwright-core');
  return playwright.executablePath();
}

function onPath() {
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
  const found = names.find((name) => works(name, ['--version']));
  return found && output('sh', ['-c', `command -v ${found}`]).trim();
}

function isDebian() {
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}
