import type { RecallReport, RecallResult } from 'attune';
import { el } from '../common/dom.js';
import { percent } from '../common/format.js';
import { cell, columns, scrolling } from '../common/table.js';
import { type Figures, figure, interval, pooled, type Row, SCHEMES, speaksOf } from './rows.js';

/** The estimates of a recommender with both intervals, by K and scheme. */
export function recallTable({ settings }: RecallReport, rows: Row[]): HTMLElement {
  const level = percent(settings.level);
  return scrolling(
    'Estimated recall',
    el(
      'table',
      { class: 'recall-table', 'data-testid': 'recall-table' },
      el(
        'caption',
        {},
        `Estimated recall with ${level} intervals of the macro figures` +
          (pooled(rows) ? ' (where there is none, of the micro)' : '') +
          '. Macro: every user counts alike; micro: every liked item does.',
      ),
      columns('Scheme', 'Macro', 'for users like these', 'for these users', 'Micro'),
      ...rows.map(({ k, figures }) =>
        el('tbody', {}, ...figures.map((one, at) => line(k, at === 0 ? 'first' : '', one))),
      ),
    ),
  );
}

function line(k: number, place: string, { scheme, macro, micro, lead }: Figures): HTMLElement {
  const speaks = scheme === 'traditional' && lead;
  return el(
    'tr',
    { class: `${scheme} ${place}` },
    el(
      'th',
      { scope: 'row' },
      SCHEMES[scheme],
      el('wbr'),
      `@${k}`,
      speaks && el('span', { class: 'interval' }, speaksOf(speaks)),
    ),
    cell(figure(macro?.estimate), macro?.estimate),
    cell(ends(lead?.ci)),
    cell(ends(lead?.ciTheseUsers)),
    cell(figure(micro?.estimate), micro?.estimate),
  );
}

function ends(pair: RecallResult['ci']): string {
  return pair ? interval(pair) : '';
}
