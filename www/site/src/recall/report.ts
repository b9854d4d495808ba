import type { RecallReport, Scheme } from 'attune';
import { el } from '../common/dom.js';
import { count, percent, plural, short } from '../common/format.js';
import { comparisonTables } from './comparison.js';
import { plotFigure } from './plot.js';
import { leadOf, type Row, rowsOf, speaksOf, speaksOfTheseUsers } from './rows.js';
import { methods, saveButtons } from './saving.js';
import { recallTable } from './table.js';

/**
 * Shows a report: a sentence, the plot, warnings, tables, and what can be taken away. Whether
 * training items were masked is not in the report, but belongs into a paper.
 */
export function showReport(place: HTMLElement, report: RecallReport, masked: boolean): void {
  let system = 0;
  const said = el('p', { class: 'finding', 'aria-live': 'polite' });
  const drawn = el('div');
  const table = el('div');
  const show = () => {
    const rows = rowsOf(report, system);
    said.textContent = finding(report, rows);
    drawn.replaceChildren(plotFigure(report, rows));
    table.replaceChildren(recallTable(report, rows));
  };
  const picker = pick(report, (chosen) => {
    system = chosen;
    show();
  });
  show();
  const compared = comparisonTables(report);
  place.replaceChildren(
    el('div', { class: 'card stack' }, picker, said, drawn),
    ...warnings(report),
    el(
      'div',
      { class: 'card stack' },
      table,
      targets(report),
      facts(report),
      saveButtons(report, () => system),
    ),
    ...(compared.length > 0 ? [el('div', { class: 'card stack' }, ...compared)] : []),
    el('div', { class: 'card stack' }, ...methods(report, masked)),
  );
}

/** Where there are several recommenders: which one is shown. */
function pick({ systems }: RecallReport, onPick: (system: number) => void): HTMLElement | false {
  if (systems.length < 2) return false;
  const list = el(
    'select',
    {
      id: 'system',
      'data-testid': 'system',
      change: () => onPick(list.selectedIndex),
    },
    ...systems.map(({ name }) => el('option', {}, name)),
  );
  return el('div', { class: 'field' }, el('label', { for: 'system' }, 'Recommender shown'), list);
}

/** The main result in a sentence, at the K nearest to 10. */
function finding({ systems }: RecallReport, rows: Row[]): string {
  const row = rows
    .filter((row) => leadOf(row, 'ure'))
    .reduce<Row | undefined>(
      (best, next) => (best && Math.abs(best.k - 10) <= Math.abs(next.k - 10) ? best : next),
      undefined,
    );
  const ure = row && leadOf(row, 'ure');
  if (!row || !ure) {
    return 'No user in this log has a liked item, so there is no recall to estimate.';
  }
  const { ci, average, estimate } = ure;
  const range = ci ? ` (for users like these, ${percent(ci[0])} to ${percent(ci[1])})` : '';
  const of = average === 'macro' ? 'Of what a user likes' : 'Of all that users like';
  const which = systems.length > 1 ? 'the' : 'this';
  const traditional = leadOf(row, 'traditional');
  const full = leadOf(row, 'full');
  return [
    `${of}, ${percent(estimate)} stands in ${which} recommender’s top ${row.k}${range}.`,
    full && `The complete labels say ${percent(full.estimate)}.`,
    traditional &&
      `The traditional figure says ${percent(traditional.estimate)}, but ${speaksOf(traditional)}.`,
  ]
    .filter(Boolean)
    .join(' ');
}

function warnings({ warnings, meanExposed, items }: RecallReport): Node[] {
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
      meanExposed !== null &&
        el(
          'p',
          {},
          `The log shows ${short(meanExposed)} of ${count(items)} items to a user on average.`,
        ),
    ),
  ];
}

/** What the two intervals speak of, where there are any. */
function targets(report: RecallReport): HTMLElement | false {
  const { intervalTargets, settings } = report;
  if (settings.resamples === 0) return false;
  const one = (target: string) => {
    const [name = '', says = ''] = target.split(/: (.*)/);
    return el('div', {}, el('dt', {}, `For ${name}: `), el('dd', {}, says));
  };
  return el(
    'dl',
    { class: 'targets' },
    one(intervalTargets.ci),
    speaksOfTheseUsers(report) && one(intervalTargets.ciTheseUsers),
  );
}

function facts(report: RecallReport): HTMLElement {
  const { settings, items, meanExposed, propensities } = report;
  const of = (scheme: Scheme) =>
    report.systems[0]?.results.find((one) => one.scheme === scheme && one.average === 'macro');
  const fact = (name: string, value: string, code = false) =>
    el('div', {}, el('dt', {}, name), el('dd', code ? { class: 'code' } : {}, value));
  const [exposed, full] = [of('ure'), of('full')];
  const fate = settings.noPositives === 'skip' ? 'left out' : 'counted as 0';
  const dropped = (users: number) => `${plural(users, 'user')}, ${fate}`;
  return el(
    'dl',
    { class: 'facts' },
    fact('Candidates', count(items)),
    meanExposed !== null && fact('Items shown to a user', short(meanExposed)),
    fact('Users in the macro figures', `${count(exposed?.users ?? 0)} of ${count(report.users)}`),
    fact('Without a liked item in the log', dropped(exposed?.usersWithoutPositives ?? 0)),
    full && fact('Without one in the complete labels', dropped(full.usersWithoutPositives)),
    propensities && fact('Mean weight (1 is right)', propensities.meanWeight.toFixed(3)),
    propensities &&
      fact(
        'Liked items by weight',
        `${short(propensities.effectiveSample)} of ${count(propensities.positives)}`,
      ),
    fact('Intervals', `${count(settings.resamples)} resamples of users, seed ${settings.seed}`),
    fact('attune', report.version),
    fact('Input (SHA-256)', report.inputHashes.map((hash) => hash.slice(0, 12)).join(' '), true),
  );
}
