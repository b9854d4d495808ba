import type { BallotCount } from 'attune';
import { byId } from '../common/dom.js';
import { dropEngine, engineOn } from '../common/engine.js';
import { isInputError } from '../common/errors.js';
import { percent, plural, span } from '../common/format.js';
import { busyBar, Task, type TaskTools } from '../common/task.js';
import { Files } from './inputs.js';
import { showTrained } from './report.js';
import { settings } from './settings.js';
import { useHeads } from './using.js';

const status = byId('status', HTMLElement);
const count = byId('count', HTMLElement);

const task = new Task({
  region: byId('results', HTMLElement),
  status,
  error: byId('error', HTMLElement),
  busy: busyBar(),
  // Heads that were trained before stay: they may not have been saved yet.
  onError: (error) => {
    if (!isInputError(error)) dropEngine('cpu');
  },
});

const files = new Files((missing) => {
  status.textContent = '';
  if (missing === undefined) return void check();
  count.textContent =
    missing === 'votes'
      ? 'Now give the votes that speak of these replies.'
      : 'Now give the replies that these votes speak of.';
});

/** Reads both files, and says what is in them or what is wrong. */
function check(): void {
  void task.run('Reading …', read, count);
}

async function read({ signal }: TaskTools): Promise<string> {
  const { votes, responses } = files.take();
  const found = await engineOn('cpu').readVotes(votes, responses);
  signal.throwIfAborted();
  return inWords(found);
}

function inWords({ kind, ballots, ties, replies, queries, raters }: BallotCount): string {
  const one = kind === 'votes' ? 'vote' : 'rating';
  const tied = ties > 0 ? ` (${plural(ties, 'tie')})` : '';
  const by = raters === undefined ? '' : ` by ${plural(raters, 'rater')}`;
  const on = `${plural(replies, 'reply', 'replies')} to ${plural(queries, 'query', 'queries')}`;
  return `${plural(ballots, one)}${tied}${by} on ${on}.`;
}

async function train({ signal, say, onProgress }: TaskTools): Promise<string> {
  const { votes, responses } = files.take();
  const start = performance.now();
  const trained = await engineOn('cpu').train(
    { votes, responses, ...settings() },
    {
      signal,
      onProgress: (progress) => {
        onProgress(progress);
        say(`Training: ${percent(progress.done / progress.total)} …`);
      },
    },
  );
  signal.throwIfAborted();
  showTrained(byId('result', HTMLElement), trained, useHeads);
  return `Trained in ${span(performance.now() - start)}.`;
}

byId('form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void task.run('Loading what trains …', train);
});
byId('demo', HTMLButtonElement).addEventListener('click', () => {
  status.textContent = '';
  const work = async (tools: TaskTools) => {
    await files.useDemo();
    return read(tools);
  };
  void task.run('Loading the demo votes …', work, count);
});

byId('results', HTMLElement).setAttribute('aria-busy', 'false');
document.documentElement.dataset.state = 'ready';
