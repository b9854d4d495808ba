import type { Interval, PartSizes, VoteReport } from 'attune';
import { el } from '../common/dom.js';
import { count, number, percent } from '../common/format.js';
import { cell, columns, scrolling } from '../common/table.js';

/** Accuracy and log-loss on the held-out part, before and after. */
export function figures({ accuracy, logLoss, settings, clusters }: VoteReport): HTMLElement {
  const line = (name: string, hint: string, { before, after, difference }: typeof accuracy) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, name, el('span', { class: 'interval' }, hint)),
      ...[before, after, difference].map(figure),
    );
  const over = settings.by === 'query' ? 'queries' : 'raters';
  return scrolling(
    'On the held-out part',
    el(
      'table',
      { class: 'recall-table lines spaced', 'data-testid': 'train-figures' },
      el(
        'caption',
        {},
        `On the held-out part, with ${percent(settings.level)} intervals from ${count(settings.resamples)} resamples of ${clusters} ${over}.`,
      ),
      columns('Figure', 'Built-in heads', 'Trained heads', 'Difference'),
      el(
        'tbody',
        {},
        line('Accuracy', 'more is better', accuracy),
        line('Log-loss', 'less is better', logLoss),
      ),
    ),
  );
}

function figure({ estimate, low, high }: Interval): HTMLElement {
  const shown = cell(estimate === null ? 'none' : number(estimate, 3), estimate);
  const range =
    low === null || high === null ? 'no interval' : `${number(low, 3)} to ${number(high, 3)}`;
  shown.append(el('span', { class: 'interval' }, range));
  return shown;
}

const PARTS: [key: keyof PartSizes, name: string][] = [
  ['train', 'Fitted to'],
  ['validation', 'Strength chosen on'],
  ['heldOut', 'Held out to measure on'],
  ['leftOut', 'Left out'],
];

/** How many votes, and queries, each part has. */
export function parts({ parts, queries, count: all, settings }: VoteReport): HTMLElement {
  const what = all.kind === 'votes' ? 'Votes' : 'Ratings';
  const apart = settings.by === 'query' ? 'query' : 'query and no rater';
  const left = parts.leftOut > 0 ? ' What would have connected the sides was left out.' : '';
  return el(
    'table',
    { class: 'recall-table lines', 'data-testid': 'train-parts' },
    el(
      'caption',
      {},
      `How the ${what.toLowerCase()} were parted: no ${apart} is on two sides.${left}`,
    ),
    columns('Part', what, 'Queries'),
    el(
      'tbody',
      {},
      ...PARTS.filter(([key]) => parts[key] > 0).map(([key, name]) =>
        el(
          'tr',
          {},
          el('th', { scope: 'row' }, name),
          el('td', { class: 'num' }, count(parts[key])),
          el('td', { class: 'num' }, count(queries[key])),
        ),
      ),
    ),
  );
}

/** What became of each strength that was tried. */
export function tried({ tried, settings }: VoteReport): HTMLElement | false {
  if (tried.length === 0) return false;
  const lines = tried.map(({ strength, epochs, logLoss }) =>
    el(
      'tr',
      {},
      el(
        'th',
        { scope: 'row' },
        String(strength),
        strength === settings.strength && el('span', { class: 'interval' }, 'chosen'),
      ),
      el('td', { class: 'num' }, count(epochs)),
      el('td', { class: 'num' }, number(logLoss, 4)),
    ),
  );
  return el(
    'details',
    {},
    el('summary', {}, 'How the strength was chosen'),
    el(
      'div',
      { class: 'stack' },
      el(
        'table',
        { class: 'recall-table lines' },
        el(
          'caption',
          {},
          'Strengths tried on the validation part, until one did worse than the one before; the one with the lowest log-loss was taken, and the heads fitted to both parts with it.',
        ),
        columns('Strength λ', 'Steps', 'Log-loss'),
        el('tbody', {}, ...lines),
      ),
    ),
  );
}
