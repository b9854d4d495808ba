import type { RecallReport } from 'attune';
import { el } from '../common/dom.js';
import { percent } from '../common/format.js';
import { figure, interval, SCHEMES } from './rows.js';
import { cell, columns, scrolling } from './table.js';

/** A p-value: two digits, and never more zeros than the eye can count. */
export function pValue(p: number): string {
  return p < 0.001 ? p.toExponential(1).replace('e-', ' × 10^−') : p.toPrecision(2);
}

/** How the first recommender differs from each other, and how far the schemes agree. */
export function comparisonTables(report: RecallReport): HTMLElement[] {
  const parts: HTMLElement[] = [];
  const level = percent(report.settings.level);
  const { comparisons, agreements } = report;
  if (comparisons.length > 0) {
    const lines = comparisons.map((one) =>
      el(
        'tr',
        {},
        el('th', { scope: 'row' }, `${SCHEMES[one.scheme]}@${one.k}`, against(report, one.b)),
        cell(figure(one.difference), one.difference),
        cell(interval(one.ci)),
        cell(pValue(one.p), one.p),
        cell(pValue(one.pHolm), one.pHolm),
      ),
    );
    const says =
      `${comparisons[0]?.a ?? ''} minus the other, user by user: the difference with its ${level} ` +
      'interval for users like these, and the two-sided p-value by flipping signs, alone and ' +
      'after Holm’s correction over the recommenders compared.';
    parts.push(
      el('h3', {}, 'Recommenders compared'),
      scrolling(
        'Recommenders compared',
        el(
          'table',
          { class: 'recall-table lines', 'data-testid': 'comparison-table' },
          el('caption', {}, says),
          columns('Scheme', 'Difference', 'for users like these', 'p', 'p (Holm)'),
          el('tbody', {}, ...lines),
        ),
      ),
    );
  }
  if (agreements.length > 0) {
    const lines = agreements.map(({ a, b, k, tauB, ci }) =>
      el(
        'tr',
        {},
        el('th', { scope: 'row' }, `${SCHEMES[a]} and ${SCHEMES[b]}, K = ${k}`),
        cell(figure(tauB), tauB),
        cell(interval(ci)),
      ),
    );
    const says =
      'Kendall’s τ-b between the schemes’ rankings of the recommenders: 1 the same order, −1 the ' +
      `opposite; with its ${level} interval over users.`;
    parts.push(
      el('h3', {}, 'Do the schemes rank alike?'),
      scrolling(
        'Agreement of the schemes',
        el(
          'table',
          { class: 'recall-table lines', 'data-testid': 'agreement-table' },
          el('caption', {}, says),
          columns('Schemes', 'τ-b', 'for users like these'),
          el('tbody', {}, ...lines),
        ),
      ),
    );
  }
  return parts;
}

/** Which other recommender, where there is more than one. */
function against({ systems }: RecallReport, name: string): HTMLElement | false {
  return systems.length > 2 && el('span', { class: 'interval' }, `against ${name}`);
}
