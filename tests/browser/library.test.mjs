// The library in a real page: the corpus on CPU and WebGPU, cancelling, crashes, honesty.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { serve } from '../../scripts/serve.mjs';
import { corpus } from '../files.mjs';
import { buildPage, launch, openPage } from './browser.mjs';

const folder = mkdtempSync(join(tmpdir(), 'attune-page-'));
let chrome;
let site;
/** Text put in front of the worker's script, to break its world on purpose. */
let sabotage = '';

before(async () => {
  await buildPage(folder);
  const isWorker = (path) => /worker-[^/]*\.js$/.test(path);
  site = await serve(folder, 0, (path) => (isWorker(path) ? sabotage : undefined));
  chrome = await launch();
});

after(async () => {
  await chrome?.close();
  await site?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs `work` in a fresh page; the function must stand on its own. */
async function inPage(work, parameter) {
  const { page, problems, close } = await openPage(chrome.browser);
  try {
    await page.goto(site.url);
    await page.waitForFunction(() => 'createAttune' in globalThis);
    return { result: await page.evaluate(work, parameter), problems };
  } finally {
    await close();
  }
}

test('the shared corpus holds on the page', async () => {
  const { result, problems } = await inPage(
    (files) => globalThis.runCorpus(globalThis.createAttune(), files),
    corpus(),
  );
  assert.deepEqual(result, []);
  assert.deepEqual(problems, []);
});

const MEMORIES = [
  'Planted the pear tree with his brother in the year ',
  'Dislikes advice, said so in call number ',
  'Works nights on ward ',
  'Her sister moved to flat ',
  'Keeps the garden going, bed ',
  'Failed the exam in room ',
];

/** Scores, embeds and remembers on WebGPU, telling what differed from native and what the GPU did. */
function webgpu({ builtin, embedder, recall }) {
  const memories = Array.from({ length: 30 }, (_, at) => ({
    id: `${at}`,
    text: MEMORIES[at % 6] + at,
  }));
  return inPage(
    async (files) => {
      const attune = globalThis.createAttune({ device: 'webgpu' });
      const failures = [];
      const check = (name, good, found) =>
        good || failures.push(`${name}: ${JSON.stringify(found)}`);
      const start = (await attune.device()).gpu.submissions;
      await globalThis.compareScores(attune, files.builtin, check);
      await globalThis.compareEmbeddings(attune, files.embedder, check);
      // Remember: the same memories found in the same order, with the same similarities.
      const search = async (on) => {
        const memory = await on.openMemory();
        await memory.add(files.memories);
        return memory.search('the garden and my brother', { k: 5 });
      };
      const [found, expected] = [await search(attune), await search(globalThis.createAttune())];
      found.forEach((hit, at) => {
        const same = hit.id === expected[at].id && Math.abs(hit.score - expected[at].score) < 1e-5;
        check(`memory ${at + 1}`, same, hit);
      });
      check('memories found', found.length === 5, found.length);
      // Recall needs no model; it must work beside them.
      const [row] = files.recall.rows;
      const scores = { name: 'scores.csv', text: row.scores };
      const report = await attune.recall(
        scores,
        { name: 'e.csv', text: row.exposed },
        row.settings,
      );
      const [result] = report.systems[0].results;
      check('recall', result.estimate === row.results[0].estimate, result);
      const device = await attune.device();
      return { failures, device, start };
    },
    { builtin, embedder, recall, memories },
  );
}

test('WebGPU agrees with native, and the work was done on its adapter', async () => {
  const { result, problems } = await webgpu(corpus());
  assert.deepEqual(result.failures, []);
  assert.equal(result.device.backend, 'webgpu');
  assert.notEqual(result.device.gpu.adapter, 'unknown');
  const submitted = result.device.gpu.submissions - result.start;
  assert.ok(submitted > 0, `${submitted} submissions`);
  assert.deepEqual(problems, []);
  console.log(`# adapter: ${result.device.gpu.adapter}; ${submitted} submissions`);
});

test('without a device the same run fails: nothing falls back to the CPU', async () => {
  sabotage = "GPUAdapter.prototype.requestDevice = () => Promise.reject(new Error('no device'));\n";
  try {
    await assert.rejects(webgpu(corpus()));
    const { result } = await inPage(async () => {
      const attune = globalThis.createAttune({ device: 'webgpu' });
      const row = { id: '1', query: 'q', response: 'r' };
      return attune.score([row]).then(
        () => 'scored',
        ({ name, code, mend }) => ({ name, code, mend: mend.length > 0 }),
      );
    });
    assert.equal(result.name, 'AttuneError');
    assert.ok(result.mend);
    assert.ok(['device', 'worker'].includes(result.code), result.code);
  } finally {
    sabotage = '';
  }
});

test('a GPU that computes wrong numbers is refused by the self-test', async () => {
  // Every shader that multiplies adds instead: valid programs, wrong results.
  sabotage = `{
    const create = GPUDevice.prototype.createShaderModule;
    GPUDevice.prototype.createShaderModule = function (descriptor) {
      return create.call(this, { ...descriptor, code: descriptor.code.replaceAll(/ \\* (?=[a-z_0-9]+\\[)/g, ' + ').replaceAll('exp(', 'abs(') });
    };
  }\n`;
  try {
    const { result } = await inPage(async () => {
      const attune = globalThis.createAttune({ device: 'webgpu' });
      return attune.embed(['hello']).then(
        () => 'embedded',
        (error) => `${error.code}: ${error.message}`,
      );
    });
    assert.match(result, /^device: .*disagrees|^device: .*GPU reported|^device: .*did not return/);
  } finally {
    sabotage = '';
  }
});

test('the recorder hears what a worker asks of a stranger', async () => {
  await inPage(async () => {
    const code = "fetch('http://stranger.test/beacon').finally(() => postMessage('done'))";
    const worker = new Worker(URL.createObjectURL(new Blob([code])));
    await new Promise((resolve) => worker.addEventListener('message', resolve));
  });
  assert.deepEqual(chrome.strangers.splice(0), ['GET http://stranger.test/beacon']);
});

test('scoring does not block the page, and an abort is heard at once', async () => {
  const { result } = await inPage(async () => {
    const attune = globalThis.createAttune();
    await attune.embed(['warm up']);
    const rows = Array.from({ length: 400 }, (_, at) => ({
      id: String(at),
      query: 'My dog died.',
      response: `Oh no. ${'I am so sorry, he was loved. '.repeat(20)}`,
    }));
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const controller = new AbortController();
    let seen = 0;
    const onProgress = ({ done }) => {
      seen = done;
      if (done >= 48) controller.abort();
    };
    const outcome = await attune.score(rows, { signal: controller.signal, onProgress }).then(
      () => 'scored',
      (error) => error.name,
    );
    clearInterval(timer);
    return { outcome, seen, longest };
  });
  assert.equal(result.outcome, 'AbortError');
  assert.ok(result.seen < 400, `${result.seen} rows were scored`);
  assert.ok(result.longest < 250, `the page stood still for ${result.longest} ms`);
});

test('closing ends the calls in flight; aborting afterwards is harmless', async () => {
  const { result, problems } = await inPage(async () => {
    const attune = globalThis.createAttune();
    const controller = new AbortController();
    const row = { id: '1', query: 'q', response: 'r' };
    await attune.score([row], { signal: controller.signal });
    const flying = attune.embed(['hello'], { signal: controller.signal }).then(
      () => 'embedded',
      (error) => error.code,
    );
    attune.close();
    controller.abort();
    return flying;
  });
  assert.equal(result, 'closed');
  assert.deepEqual(problems, []);
});

test('a worker that dies rejects what is in flight, and the next call starts a new one', async () => {
  sabotage = "setTimeout(() => { throw new Error('boom'); }, 1000);\n";
  try {
    const { result } = await inPage(async () => {
      const attune = globalThis.createAttune();
      const rows = Array.from({ length: 5000 }, (_, at) => ({
        id: String(at),
        query: 'q',
        response: 'He was loved. '.repeat(50),
      }));
      const first = await attune.score(rows).then(
        () => 'scored',
        (error) => error.code,
      );
      const [reward] = await Promise.all([
        attune.permReward({
          resonation: 3,
          expression: 3,
          reception: 3,
          bystander: 100,
          tokens: 1,
        }),
      ]);
      return { first, empathy: reward.empathy };
    });
    assert.equal(result.first, 'worker');
    assert.ok(Math.abs(result.empathy - 0.6) < 1e-12);
  } finally {
    sabotage = '';
  }
});
