import type { Attune, Backend, Progress, Scored, ScoreRow } from 'attune';
import { byId, chosen, el } from '../common/dom.js';
import { dropEngine, engineOn } from '../common/engine.js';
import { isInputError } from '../common/errors.js';
import { number, plural, span } from '../common/format.js';
import { Intake } from '../common/intake.js';
import { type Input, sample } from '../common/samples.js';
import { busyBar, Task, type TaskTools } from '../common/task.js';
import { showBatch } from './batch.js';
import { formRow, offerExamples } from './form.js';
import { followHeads } from './own-heads.js';
import { showScored } from './result.js';

const batch = byId('batch', HTMLElement);
const batchStatus = byId('batch-status', HTMLElement);
const result = byId('result', HTMLElement);
const deviceReport = byId('device-report', HTMLElement);
let samples: ScoreRow[] = [];

const task = new Task({
  region: byId('results', HTMLElement),
  status: byId('status', HTMLElement),
  error: byId('error', HTMLElement),
  busy: busyBar(),
  onError: (error) => {
    // What stands would seem to answer the call that failed.
    result.replaceChildren();
    if (isInputError(error)) return;
    dropEngine(device());
    deviceReport.textContent = `${deviceName(device())}: no result.`;
  },
});

const device = () => chosen('device') as Backend;

function deviceName(backend: Backend): string {
  return backend === 'webgpu' ? 'WebGPU' : 'CPU';
}

/** Scores on the device chosen, and says where it ran and how long it took. */
async function score(
  rows: ScoreRow[],
  { signal, onProgress, say }: TaskTools,
): Promise<{ scored: Scored[]; where: string }> {
  const backend = device();
  const attune = engineOn(backend);
  const start = performance.now();
  const told = (progress: Progress) => {
    onProgress(progress);
    if (progress.total > 1)
      say(`Scored ${progress.done} of ${plural(progress.total, 'reply', 'replies')} …`);
  };
  const scored = await attune.score(rows, { signal, onProgress: told });
  const time = span(performance.now() - start);
  await tellDevice(attune);
  signal.throwIfAborted();
  return { scored, where: `on the ${deviceName(backend).replace('WebGPU', 'GPU')} in ${time}` };
}

async function tellDevice(attune: Attune): Promise<void> {
  const { gpu } = await attune.device();
  deviceReport.textContent = gpu
    ? `WebGPU on ${gpu.adapter}; ${plural(gpu.submissions, 'submission')} to its queue so far.`
    : 'On the CPU of this device.';
}

function scoreForm(): Promise<void> {
  return task.run('Scoring …', async (tools) => {
    await loadSamples();
    const row = formRow();
    const { scored, where } = await score([row], tools);
    const first = scored[0] as Scored;
    showScored(result, first, row);
    return `Scored ${where}: reward ${number(first.reward, 3)}.`;
  });
}

function scoreRows(name: string, read: () => Promise<ScoreRow[]>): Promise<void> {
  const work = async (tools: TaskTools) => {
    const rows = await read();
    tools.say(`Scoring ${plural(rows.length, 'reply', 'replies')} …`);
    const { scored, where } = await score(rows, tools);
    showBatch(batch, name, scored, (at) => {
      showScored(result, scored[at] as Scored, rows[at] as ScoreRow, true);
      byId('results-title', HTMLElement).focus();
    });
    return `Scored ${plural(scored.length, 'reply', 'replies')} ${where}.`;
  };
  return task.run('Reading …', work, batchStatus);
}

let loading: Promise<void> | undefined;

/** Loads the samples once, however many ask at the same time; after a failure, again. */
function loadSamples(): Promise<void> {
  loading ??= (async () => {
    samples = await engineOn(device()).readScoreRows(await sample('replies.jsonl'));
    offerExamples(samples, () => void scoreForm());
  })().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

const intake = new Intake(byId('rows-intake', HTMLElement), {
  label: 'Replies',
  hint: 'JSONL, one row a line: {"id", "query", "response"} and optionally persona, scenario, memory, history, analysis.',
  accept: '.jsonl,.ndjson,.json,application/jsonl',
  pasteName: 'pasted rows',
  pasteExample: '{"id":"1","query":"…","response":"…"}',
  onInput: (input: Input) => {
    intake.show(input);
    void scoreRows(input.name, () => engineOn(device()).readScoreRows(input));
  },
});

byId('form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void scoreForm();
});
byId('score-samples', HTMLButtonElement).addEventListener('click', () => {
  void scoreRows('replies.jsonl', async () => {
    await loadSamples();
    return samples;
  });
});
for (const input of document.querySelectorAll('input[name="device"]')) {
  input.addEventListener('change', () => {
    deviceReport.textContent = '';
    void scoreForm();
  });
}

followHeads(() => {
  if (batch.querySelector('table')) {
    const text = 'Other heads are in use now: score the replies again.';
    batch.replaceChildren(el('p', { class: 'soft small' }, text));
  }
  void scoreForm();
});
void scoreForm();
