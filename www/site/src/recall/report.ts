import type { RecallReport } from 'attune';
import { el } from '../common/dom.js';
import { download } from '../common/download.js';
import { count, number, percent, plural, short } from '../common/format.js';
import { plotFigure } from './plot.js';
import { at, type Ends, type Row, rowsOf } from './rows.js';

/** Shows a report: a sentence, the plot, the table, warnings and what the figures rest on. */
export function showReport(place: HTMLElement, report: RecallReport): void {
  const rows = rowsOf(report);
  place.replaceChildren(
    el(
      'div',
      { class: 'card stack' },
      el('p', { class: 'finding', 'aria-live': 'polite' }, finding(rows)),
      plotFigure(report, rows),
    ),
    ...warnings(report),
    el('div', { class: 'card stack' }, table(rows, report), facts(report), saving(report)),
  );
}

/** The main result in a sentence, at the K nearest to 10. */
function finding(rows: Row[]): string {
  const known = rows.filter(({ ure }) => ure.macro !== null);
  const row = known.reduce<Row | undefined>(
    (best, next) => (best && Math.abs(best.k - 10) <= Math.abs(next.k - 10) ? best : next),
    undefined,
  );
  if (!row || row.ure.macro === null || row.traditional.macro === null) {
    return 'No user in this log has a liked item, so there is no recall to estimate.';
  }
  const { ci } = row.ure;
  const range = ci ? ` (for users like these, ${percent(ci[0])} to ${percent(ci[1])})` : '';
  return (
    `Of what a user likes, ${percent(row.ure.macro)} stands in this recommender’s top ${row.k}${range}. ` +
    `The traditional figure says ${percent(row.traditional.macro)}, but speaks of ` +
    `Recall@${short(row.impliedK)}.`
  );
}

function warnings({ warnings, ...report }: RecallReport): Node[] {
  if (warnings.length === 0) return [];
  return [
    el(
      'aside',
      { class: 'note warning', 'aria-label': 'What to know' },
      el('h3', {}, 'What to know before you quote these figures'),
      el(
        'ul',
        {},
        ...warnings.map((warning) => el('li', { 'data-code': warning.code }, warning.message)),
      ),
      el(
        'p',
        {},
        `The log shows ${short(report.meanExposed)} of ${count(report.items)} items to a user on average.`,
      ),
    ),
  ];
}

function table(rows: Row[], { settings }: RecallReport): HTMLElement {
  const level = percent(settings.level);
  const head = (text: string, label: string) =>
    el(
      'th',
      { scope: 'col', class: 'num' },
      el('span', { 'aria-hidden': true }, text),
      el('span', { class: 'sr-only' }, label),
    );
  return el(
    'table',
    { class: 'recall-table', 'data-testid': 'recall-table' },
    el(
      'caption',
      {},
      `Estimated recall. Macro: every user counts alike; micro: every liked item does. Under a macro figure stands its ${level} interval for users like these. The last column is the K of which the traditional figures speak.`,
    ),
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        el('th', { rowspan: 2, scope: 'col' }, 'K'),
        el('th', { colspan: 2, scope: 'colgroup', class: 'group' }, 'URE'),
        el('th', { colspan: 3, scope: 'colgroup', class: 'group' }, 'Traditional'),
      ),
      el(
        'tr',
        {},
        head('macro', 'URE, macro'),
        head('micro', 'URE, micro'),
        head('macro', 'Traditional, macro'),
        head('micro', 'Traditional, micro'),
        head('speaks of K', 'Traditional, the K it speaks of'),
      ),
    ),
    el('tbody', {}, ...rows.map(tableRow)),
  );
}

function tableRow({ k, ure, traditional, impliedK }: Row): HTMLElement {
  const cell = (value: number | null, ci?: Ends) =>
    el(
      'td',
      { class: 'num', 'data-value': value ?? '' },
      value === null ? 'none' : number(value, 3),
      ...(ci
        ? [
            el(
              'span',
              { class: 'interval' },
              `${number(ci[0], 3)}–`,
              el('wbr', {}),
              number(ci[1], 3),
            ),
          ]
        : []),
    );
  return el(
    'tr',
    {},
    el('th', { scope: 'row' }, String(k)),
    cell(ure.macro, ure.ci),
    cell(ure.micro),
    cell(traditional.macro, traditional.ci),
    cell(traditional.micro),
    el('td', { class: 'num', 'data-value': impliedK }, short(impliedK)),
  );
}

function facts(report: RecallReport): HTMLElement {
  const first = report.systems[0]?.results[0];
  const without = first?.usersWithoutPositives ?? 0;
  const fact = (name: string, value: string, code = false) =>
    el('div', {}, el('dt', {}, name), el('dd', code ? { class: 'code' } : {}, value));
  return el(
    'dl',
    { class: 'facts' },
    fact('Recommender', report.systems[0]?.name ?? ''),
    fact('Candidates', count(report.items)),
    fact('Items shown to a user', short(report.meanExposed)),
    fact('Users in the macro figures', count(at(report, 'ure', 'macro')[0]?.users ?? 0)),
    fact('Without a liked item', plural(without, 'user')),
    ...theseUsers(report),
    fact(
      'Intervals',
      `${count(report.settings.resamples)} resamples of users, seed ${report.settings.seed}`,
    ),
    fact('attune', report.version),
    fact('Input (SHA-256)', report.inputHashes.map((hash) => hash.slice(0, 12)).join(' '), true),
  );
}

/** The interval for exactly these users, at the largest K: narrower, and about something else. */
function theseUsers(report: RecallReport): HTMLElement[] {
  const last = at(report, 'ure', 'macro').at(-1);
  const ends = last?.ciTheseUsers;
  if (!last || !ends) return [];
  const text = `${number(ends[0], 3)}–${number(ends[1], 3)}`;
  return [el('div', {}, el('dt', {}, `URE@${last.k}, these users only`), el('dd', {}, text))];
}

function saving(report: RecallReport): HTMLElement {
  const save = () =>
    download('recall.json', `${JSON.stringify(report, null, 2)}\n`, 'application/json');
  return el('div', {}, el('button', { type: 'button', click: save }, 'Download JSON'));
}
