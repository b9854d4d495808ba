import type { Scored } from 'attune';
import { el } from '../common/dom.js';
import { download, jsonLines } from '../common/download.js';
import { count, number } from '../common/format.js';

/** A page with more rows than this is slow; the download holds all. */
const SHOWN = 200;

/** Shows many results as a table; `onChoice` is told which one is to be seen in full. */
export function showBatch(
  place: HTMLElement,
  name: string,
  scored: Scored[],
  onChoice: (at: number) => void,
): void {
  const column = (text: string, full: string) =>
    el('th', { scope: 'col', class: 'num' }, el('abbr', { title: full }, text));
  const save = () =>
    download(
      `${name.replace(/\.[^.]*$/, '')}-scored.jsonl`,
      jsonLines(scored),
      'application/jsonl',
    );
  place.replaceChildren(
    el(
      'table',
      { class: 'batch', 'data-testid': 'batch-table' },
      el('caption', {}, el('strong', {}, name), '. Choose a reply to see it in full.'),
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          el('th', { scope: 'col' }, 'Reply'),
          column('R', 'Reward'),
          column('Res.', 'Resonation, 1 to 5'),
          column('Exp.', 'Expression, 1 to 5'),
          column('Rec.', 'Reception, 1 to 5'),
          column('Byst.', 'Bystander, 0 to 100'),
        ),
      ),
      el('tbody', {}, ...scored.slice(0, SHOWN).map((row, at) => line(row, () => onChoice(at)))),
    ),
    ...(scored.length > SHOWN
      ? [
          el(
            'p',
            { class: 'hint' },
            `The first ${SHOWN} of ${count(scored.length)}; the download holds all.`,
          ),
        ]
      : []),
    el('div', {}, el('button', { type: 'button', click: save }, 'Download JSONL')),
  );
}

function line(row: Scored, choose: () => void): HTMLElement {
  const cell = (value: number, digits: number) => el('td', { class: 'num' }, number(value, digits));
  return el(
    'tr',
    {},
    el(
      'th',
      { scope: 'row', class: 'tight' },
      el('button', { type: 'button', class: 'link', click: choose }, row.id),
    ),
    cell(row.reward, 3),
    cell(row.resonation.score, 2),
    cell(row.expression.score, 2),
    cell(row.reception.score, 2),
    cell(row.bystander.total, 0),
  );
}
