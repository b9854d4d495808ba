import type { RecallReport, RecallResult } from 'attune';
import { el } from '../common/dom.js';
import { percent } from '../common/format.js';
import { type Figures, figure, interval, pooled, type Row, SCHEMES, speaksOf } from './rows.js';

/** A table that scrolls sideways, also by keyboard, where the screen is narrower. */
export function scrolling(name: string, table: HTMLElement): HTMLElement {
  return el('div', { class: 'scroll', role: 'region', tabindex: 0, 'aria-label': name }, table);
}

/** A head of columns. */
export function columns(...names: string[]): HTMLElement {
  const cells = names.map((name, at) =>
    el('th', { scope: 'col', class: at === 0 ? '' : 'num' }, name),
  );
  return el('thead', {}, el('tr', {}, ...cells));
}

/** A cell with a figure, or an interval that may break at its dash. */
export function cell(text: string, value?: number | null): HTMLElement {
  const [from, to] = text.split('–');
  const parts = to === undefined ? [text] : [`${from}–`, el('wbr'), to];
  return el('td', { class: 'num', ...(value == null ? {} : { 'data-value': value }) }, ...parts);
}

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
