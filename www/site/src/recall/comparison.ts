import type { RecallAgreement, RecallComparison, RecallReport, Scheme } from 'attune';
import { el } from '../common/dom.js';
import { percent } from '../common/format.js';
import { cell, columns, scrolling } from '../common/table.js';
import { figure, interval, SCHEMES } from './rows.js';

/** A p-value to two digits. */
export function pValue(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toPrecision(2);
}

/** How the first recommender differs from each other, and how far the schemes agree. */
export function comparisonTables(report: RecallReport): HTMLElement[] {
  const { comparisons, agreements } = report;
  const parts: HTMLElement[] = [];
  if (comparisons.length > 0) {
    const { schemes } = report.settings;
    const lead = schemes.includes('ure') ? 'ure' : (schemes[0] as Scheme);
    const of = (wanted: Scheme) => comparisons.filter(({ scheme }) => scheme === wanted);
    const rest = schemes.filter((scheme) => scheme !== lead && of(scheme).length > 0);
    parts.push(
      el('h3', {}, 'Recommenders compared'),
      compared(of(lead), report),
      ...rest.map((scheme) =>
        el(
          'details',
          {},
          el('summary', {}, `The same by the scheme “${SCHEMES[scheme]}”`),
          compared(of(scheme), report),
        ),
      ),
    );
  }
  if (agreements.length > 0) {
    parts.push(el('h3', {}, 'Do the schemes rank alike?'), agreed(agreements, report));
  }
  return parts;
}

function compared(rows: RecallComparison[], report: RecallReport): HTMLElement {
  const { a = '', scheme = 'ure', average = 'macro' } = rows[0] ?? {};
  const several = report.systems.length > 2;
  const lines = rows.map((one) =>
    el(
      'tr',
      {},
      el(
        'th',
        { scope: 'row' },
        `${SCHEMES[scheme]}@${one.k}`,
        several && el('span', { class: 'interval' }, `against ${one.b}`),
      ),
      cell(figure(one.difference), one.difference),
      cell(interval(one.ci)),
      cell(pValue(one.p), one.p),
      cell(pValue(one.pHolm), one.pHolm),
    ),
  );
  const other = several ? 'each other' : (rows[0]?.b ?? '');
  const says =
    `${a} minus ${other}, user by user (${average}): the difference with its ` +
    `${percent(report.settings.level)} interval for users like these, and the two-sided p-value ` +
    'by flipping signs, alone and after Holm’s correction over the recommenders compared.';
  return scrolling(
    `Recommenders compared, ${SCHEMES[scheme]}`,
    el(
      'table',
      { class: 'recall-table lines', 'data-testid': `comparison-table-${scheme}` },
      el('caption', {}, says),
      columns('Scheme', 'Difference', 'for users like these', 'p', 'p (Holm)'),
      el('tbody', {}, ...lines),
    ),
  );
}

function agreed(agreements: RecallAgreement[], { settings }: RecallReport): HTMLElement {
  const pairs = [...new Map(agreements.map((one) => [`${one.a} ${one.b}`, one])).values()];
  const lines = settings.k.map((k) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, `K = ${k}`),
      ...pairs.map(({ a, b }) => {
        const one = agreements.find((one) => one.k === k && one.a === a && one.b === b);
        const shown = cell(figure(one?.tauB), one?.tauB);
        if (one?.ci) shown.append(el('span', { class: 'interval' }, interval(one.ci)));
        return shown;
      }),
    ),
  );
  const says =
    'Kendall’s τ-b between the schemes’ rankings of the recommenders, 1 the same order, −1 the ' +
    `opposite, none where a scheme sees no difference; under it its ${percent(settings.level)} ` +
    'interval for users like these.';
  return scrolling(
    'Agreement of the schemes',
    el(
      'table',
      { class: 'recall-table lines', 'data-testid': 'agreement-table' },
      el('caption', {}, says),
      columns('Cut-off', ...pairs.map(({ a, b }) => `${SCHEMES[a]} and ${SCHEMES[b]}`)),
      el('tbody', {}, ...lines),
    ),
  );
}
