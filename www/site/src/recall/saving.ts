import type { RecallReport } from 'attune';
import { el } from '../common/dom.js';
import { download } from '../common/download.js';
import { methodsParagraph } from './methods.js';
import { plotFile } from './plot-file.js';
import { rowsOf } from './rows.js';

type Value = string | number | null | undefined;

/** Rows as CSV (RFC 4180). */
function csv(rows: Value[][]): string {
  const field = (value: Value) => {
    const text = String(value ?? '');
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** Every estimate of every recommender, one a row. */
function estimatesCsv({ systems }: RecallReport): string {
  const head = [
    ...['recommender', 'scheme', 'average', 'metric', 'k', 'impliedK', 'estimate'],
    ...['ciLow', 'ciHigh', 'ciTheseUsersLow', 'ciTheseUsersHigh'],
    ...['users', 'usersWithoutPositives', 'target'],
  ];
  const rows = systems.flatMap(({ name, results }) =>
    results.map((one) => [
      ...[name, one.scheme, one.average, one.metric, one.k, one.impliedK, one.estimate],
      ...[one.ci?.[0], one.ci?.[1], one.ciTheseUsers?.[0], one.ciTheseUsers?.[1]],
      ...[one.users, one.usersWithoutPositives, one.target],
    ]),
  );
  return csv([head, ...rows]);
}

function comparisonsCsv({ comparisons }: RecallReport): string {
  const head = [
    ...['a', 'b', 'scheme', 'average', 'metric', 'k', 'difference', 'ciLow', 'ciHigh'],
    ...['p', 'pHolm', 'users'],
  ];
  const rows = comparisons.map((one) => [
    ...[one.a, one.b, one.scheme, one.average, one.metric, one.k],
    ...[one.difference, one.ci?.[0], one.ci?.[1], one.p, one.pHolm, one.users],
  ]);
  return csv([head, ...rows]);
}

/** The buttons that save a report; the plot is that of the recommender `system()`. */
export function saveButtons(report: RecallReport, system: () => number): HTMLElement {
  const button = (text: string, file: string, type: string, content: () => string) =>
    el(
      'button',
      {
        type: 'button',
        'data-testid': `save-${file}`,
        click: () => download(file, content(), type),
      },
      text,
    );
  const name = () => report.systems[system()]?.name ?? '';
  return el(
    'div',
    { class: 'row', role: 'group', 'aria-label': 'Save' },
    button('Plot as SVG', 'recall.svg', 'image/svg+xml', () =>
      plotFile(report, rowsOf(report, system()), name()),
    ),
    button('Table as CSV', 'recall.csv', 'text/csv', () => estimatesCsv(report)),
    report.comparisons.length > 0 &&
      button('Comparisons as CSV', 'recall-comparisons.csv', 'text/csv', () =>
        comparisonsCsv(report),
      ),
    button(
      'Report as JSON',
      'recall.json',
      'application/json',
      () => `${JSON.stringify(report, null, 2)}\n`,
    ),
  );
}

/** The methods paragraph and a button that copies it. */
export function methods(report: RecallReport, masked: boolean): HTMLElement[] {
  const text = el(
    'p',
    { class: 'methods', tabindex: 0, 'data-testid': 'methods' },
    methodsParagraph(report, masked),
  );
  const said = el('span', { class: 'status', role: 'status' });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text.textContent ?? '');
      said.textContent = 'Copied.';
    } catch {
      getSelection()?.selectAllChildren(text);
      said.textContent = 'This browser lets no page copy; the text is selected for you.';
    }
  };
  return [
    el('h3', {}, 'For your paper'),
    el('p', { class: 'hint' }, 'Methods and results in a paragraph, with the numbers of this run.'),
    text,
    el(
      'div',
      { class: 'row' },
      el(
        'button',
        { type: 'button', 'data-testid': 'copy-methods', click: () => void copy() },
        'Copy paragraph',
      ),
      said,
    ),
  ];
}
