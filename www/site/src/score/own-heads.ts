import { byId, el } from '../common/dom.js';
import { judgeWith } from '../common/engine.js';
import { dropHeads, headsName, keptHeads, type OwnHeads } from '../common/heads.js';

const place = byId('own-heads', HTMLElement);
let own: OwnHeads | undefined;

/**
 * Scores with the heads that the page Train keeps for this tab, says so beside the result, and
 * offers the way back; `onChange` is called when others are to be used from now on.
 */
export function followHeads(onChange: () => void): void {
  const take = () => {
    own = keptHeads();
    judgeWith(own);
    place.replaceChildren(...(own ? notice(own, back) : []));
  };
  const back = () => {
    dropHeads();
    take();
    // The button under the focus is gone.
    byId('results-title', HTMLElement).focus();
    onChange();
  };
  take();
  // Pages that the browser kept whole come back with what was in use then.
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted || keptHeads()?.hash === own?.hash) return;
    take();
    onChange();
  });
}

function notice(heads: OwnHeads, back: () => void): Node[] {
  return [
    el(
      'aside',
      { class: 'note warning', 'aria-label': 'Heads in use' },
      el('p', {}, el('strong', {}, 'Scored with your trained heads')),
      el('p', {}, headsName(heads)),
      el('p', {}, 'Compare these figures with each other, not with those of the built-in heads.'),
      el(
        'div',
        { class: 'row' },
        el(
          'button',
          { type: 'button', 'data-testid': 'back-to-builtin', click: back },
          'Back to the built-in heads',
        ),
        el('a', { href: './train.html#using' }, 'Trained heads'),
      ),
    ),
  ];
}
