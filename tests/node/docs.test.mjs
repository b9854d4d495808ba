// The examples of docs/scoring.md, run as they stand: only engines that cannot be had here (a model
// on a GPU, a browser's own) and the endpoint are stood in for.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { endpoint } from '../endpoint.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/scoring.md'), 'utf8');
const examples = [...page.matchAll(/^#+ (.+)\n(?:(?!^#+ )[\s\S])*?^```js\n([\s\S]*?)^```/gm)];

const ANSWER = `JSON.stringify(messages).includes('Total Score')
  ? 'Total Score: 80 / 100' : 'Reason: fits.\\nScore: 4'`;
const STAND_INS = {
  '@mlc-ai/web-llm': `export const CreateMLCEngine = async () => ({ chat: { completions: {
    create: async ({ messages }) => ({ choices: [{ message: { content: ${ANSWER} } }] }) } } });`,
  '@huggingface/transformers': `export const pipeline = async () => async (messages) =>
    [{ generated_text: ${ANSWER} }];`,
};
const BROWSER = `globalThis.LanguageModel = { create: async ({ initialPrompts }) => ({
  prompt: async (text) => { const messages = [initialPrompts, text]; return ${ANSWER}; } }) };`;

let server;
let folder;
before(async () => {
  server = await endpoint();
  // Inside the package, so that 'attune' is the package itself.
  folder = mkdtempSync(join(root, 'pkg/.examples-'));
});
after(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

test('the page has an example for every judge', () => {
  for (const name of [
    'openai',
    'chat',
    'webllm',
    'transformers',
    'promptApi',
    'panel',
    'builtin',
  ]) {
    assert.ok(
      examples.some(([, , code]) => code.includes(`${name}(`)),
      name,
    );
  }
  assert.ok(examples.length >= 10, `${examples.length} examples`);
});

for (const [, title, code] of examples) {
  test(`docs/scoring.md: ${title}`, async () => {
    let runnable = code.replaceAll('http://localhost:8080/v1', server.url);
    for (const [name, source] of Object.entries(STAND_INS)) {
      if (!runnable.includes(`'${name}'`)) continue;
      const file = `${name.replace(/\W/g, '-')}.mjs`;
      writeFileSync(join(folder, file), source);
      runnable = runnable.replaceAll(`'${name}'`, `'./${file}'`);
    }
    if (code.includes('promptApi')) runnable = `${BROWSER}\n${runnable}`;
    const file = join(folder, `${title.replace(/\W/g, '-')}.mjs`);
    writeFileSync(file, runnable);
    const { stdout: printed } = await promisify(execFile)(process.execPath, [file], {
      cwd: folder,
    });
    assert.ok(printed.length > 0, 'it prints something');
    assert.doesNotMatch(printed, /undefined|NaN|error/, printed);
  });
}
