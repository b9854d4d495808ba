import { AttuneError, type NoPositives, type RecallReport, type Ties } from 'attune';
import { byId, chosen } from '../common/dom.js';
import { dropEngine, engineOn } from '../common/engine.js';
import { isInputError } from '../common/errors.js';
import { span } from '../common/format.js';
import { Intake } from '../common/intake.js';
import { type Input, sample } from '../common/samples.js';
import { Task } from '../common/task.js';
import { showReport } from './report.js';

const result = byId('result', HTMLElement);
const status = byId('status', HTMLElement);
const back = byId('sample', HTMLButtonElement);
const inputs: { scores?: Input; exposed?: Input } = {};

const task = new Task({
  region: byId('results', HTMLElement),
  status,
  error: byId('error', HTMLElement),
  onError: (error) => {
    result.replaceChildren();
    if (!isInputError(error)) dropEngine('cpu');
  },
});

const scores = new Intake(byId('scores-intake', HTMLElement), {
  label: 'Scores',
  hint: 'CSV user,item,score, every candidate scored; or a NumPy matrix (.npy) [users × items].',
  accept: '.csv,.npy,text/csv',
  pasteName: 'pasted scores',
  pasteExample: 'user,item,score\nann,tea,0.8',
  onInput: (input) => take('scores', input),
});
const exposed = new Intake(byId('exposed-intake', HTMLElement), {
  label: 'Exposure log',
  hint: 'CSV user,item,label of the items shown at random; label 1 liked, 0 not.',
  accept: '.csv,text/csv',
  pasteName: 'pasted log',
  pasteExample: 'user,item,label\nann,tea,1',
  onInput: (input) => take('exposed', input),
});

function take(which: 'scores' | 'exposed', input: Input): void {
  inputs[which] = input;
  const other = which === 'scores' ? inputs.exposed : inputs.scores;
  show();
  if (!other?.sample) return void evaluate();
  status.textContent =
    which === 'scores'
      ? 'Now give the exposure log that belongs to these scores.'
      : 'Now give the scores that belong to this log.';
}

function show(): void {
  scores.show(inputs.scores);
  exposed.show(inputs.exposed);
  back.hidden = Boolean(inputs.scores?.sample && inputs.exposed?.sample);
}

/** The cut-offs as typed. */
function cutoffs(): number[] {
  const text = byId('k', HTMLInputElement).value;
  const words = text.split(/[\s,;]+/).filter(Boolean);
  for (const word of words) {
    if (!/^[1-9]\d{0,8}$/.test(word)) {
      const mend = 'Give whole numbers of at least 1, separated by commas.';
      throw new AttuneError('setting', `"${word}" is not a cut-off`, mend, { field: 'k' });
    }
  }
  return [...new Set(words.map(Number))].sort((one, other) => one - other);
}

function evaluate(): Promise<void> {
  return task.run('Evaluating …', async ({ signal }) => {
    inputs.scores ??= await sample('scores.npy');
    inputs.exposed ??= await sample('exposed.csv');
    show();
    const start = performance.now();
    const report: RecallReport = await engineOn('cpu').recall(inputs.scores, inputs.exposed, {
      k: cutoffs(),
      ties: byId('ties', HTMLSelectElement).value as Ties,
      noPositives: chosen('no-positives') as NoPositives,
      signal,
    });
    signal.throwIfAborted();
    showReport(result, report);
    return `Evaluated in ${span(performance.now() - start)}.`;
  });
}

byId('form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void evaluate();
});
back.addEventListener('click', () => {
  delete inputs.scores;
  delete inputs.exposed;
  void evaluate();
});

void evaluate();
