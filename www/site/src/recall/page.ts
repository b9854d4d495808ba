import { AttuneError, type NoPositives, type RecallReport, type Ties } from 'attune';
import { byId, chosen } from '../common/dom.js';
import { dropEngine, engineOn } from '../common/engine.js';
import { isInputError } from '../common/errors.js';
import { plural, span } from '../common/format.js';
import { busyBar, Task } from '../common/task.js';
import { Files } from './inputs.js';
import { showReport } from './report.js';

const result = byId('result', HTMLElement);
const status = byId('status', HTMLElement);
const back = byId('sample', HTMLButtonElement);

const task = new Task({
  region: byId('results', HTMLElement),
  status,
  error: byId('error', HTMLElement),
  busy: busyBar(),
  onError: (error) => {
    result.replaceChildren();
    if (!isInputError(error)) dropEngine('cpu');
  },
});

const files = new Files((missing) => {
  back.hidden = files.areSamples;
  if (missing === undefined) return void evaluate();
  status.textContent =
    missing === 'exposed'
      ? 'Now give the exposure log that belongs to these scores.'
      : 'Now give the scores that belong to this log.';
});

const typed = (id: string) => byId(id, HTMLInputElement).value.trim();

/** The cut-offs as typed. */
function cutoffs(): number[] {
  const words = typed('k')
    .split(/[\s,;]+/)
    .filter(Boolean);
  for (const word of words) {
    if (!/^[1-9]\d{0,8}$/.test(word)) {
      const mend = 'Give whole numbers of at least 1, separated by commas.';
      throw new AttuneError('setting', `"${word}" is not a cut-off`, mend, { field: 'k' });
    }
  }
  return [...new Set(words.map(Number))].sort((one, other) => one - other);
}

/** A whole number as typed. */
function whole(id: string): number {
  if (/^\d{1,9}$/.test(typed(id))) return Number(typed(id));
  const problem = `"${typed(id)}" is not a whole number`;
  throw new AttuneError('setting', problem, 'Give a whole number.', { field: id });
}

function evaluate(): Promise<void> {
  return task.run('Evaluating …', async ({ signal, say, onProgress }) => {
    const { recommenders, exposed, full, mask } = await files.take();
    back.hidden = files.areSamples;
    const propensity = typed('propensity');
    const start = performance.now();
    const report: RecallReport = await engineOn('cpu').recall(recommenders, exposed, {
      k: cutoffs(),
      schemes: full ? ['ure', 'traditional', 'full'] : ['ure', 'traditional'],
      ties: byId('ties', HTMLSelectElement).value as Ties,
      noPositives: chosen('no-positives') as NoPositives,
      resamples: whole('resamples'),
      seed: whole('seed'),
      full,
      mask,
      ...(propensity ? { propensity } : {}),
      signal,
      onProgress: (progress) => {
        onProgress(progress);
        say(`Evaluated ${progress.done} of ${plural(progress.total, 'user')} …`);
      },
    });
    signal.throwIfAborted();
    showReport(result, report, mask !== undefined);
    return `Evaluated in ${span(performance.now() - start)}.`;
  });
}

byId('form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void evaluate();
});
back.addEventListener('click', () => {
  files.clear();
  byId('propensity', HTMLInputElement).value = '';
  void evaluate();
});

void evaluate();
