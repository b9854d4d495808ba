import { createAttune } from 'attune';
import { byId, el } from '../common/dom.js';
import {
  dropHeads,
  headsName,
  keepHeads,
  keptHeads,
  type OwnHeads,
  sha256,
} from '../common/heads.js';
import { Intake } from '../common/intake.js';
import { Task } from '../common/task.js';

const state = byId('using-state', HTMLElement);

/** Has the site score with these heads, and says so. */
export function useHeads(heads: OwnHeads): void {
  keepHeads(heads);
  show();
}

/** Says which heads the site scores with. */
function show(): void {
  const own = keptHeads();
  state.replaceChildren(...(own ? inUse(own) : builtIn()));
}

function builtIn(): Node[] {
  return [
    el('p', {}, 'The page Score judges with the ', el('strong', {}, 'built-in heads'), '.'),
    el(
      'p',
      { class: 'hint' },
      'Heads that you train or import take their place in this tab, until you close it or go back.',
    ),
  ];
}

function inUse(own: OwnHeads): Node[] {
  const back = () => {
    dropHeads();
    show();
    // The button under the focus is gone.
    byId('using-title', HTMLElement).focus();
  };
  return [
    el('p', {}, 'The page Score judges with ', el('strong', {}, 'your trained heads'), ':'),
    el('p', { 'data-testid': 'using-name' }, headsName(own)),
    el(
      'p',
      { class: 'hint' },
      'In this tab, until you close it. Only what you download is kept for longer.',
    ),
    el(
      'div',
      { class: 'row' },
      el('a', { class: 'button', href: './score.html' }, 'Score a reply'),
      el(
        'button',
        { type: 'button', 'data-testid': 'back-to-builtin', click: back },
        'Back to the built-in heads',
      ),
    ),
  ];
}

const task = new Task({
  region: byId('using', HTMLElement),
  status: byId('import-status', HTMLElement),
  error: byId('import-error', HTMLElement),
});

const intake = new Intake(byId('heads-intake', HTMLElement), {
  label: 'Import heads',
  hint: 'A heads.safetensors that this page or attune train wrote. It is put to use at once.',
  accept: '.safetensors',
  onInput: (input) => {
    void task.run('Checking …', async () => {
      const { name, bytes } = input;
      const attune = createAttune({ heads: { name, bytes } });
      try {
        // Loading the judge with them checks every tensor.
        await attune.device();
      } finally {
        attune.close();
      }
      useHeads({ name, bytes, hash: await sha256(bytes) });
      intake.show(input);
      return 'These heads fit and are in use.';
    });
  },
});

// Pages that the browser kept whole come back with what was in use then.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) show();
});
show();
