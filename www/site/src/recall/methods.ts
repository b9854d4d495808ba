import type { RecallReport, RecallResult, Scheme, Ties } from 'attune';
import { count, number, percent, plural, short } from '../common/format.js';
import { pValue } from './comparison.js';
import { figure, interval, leadOf, rowsOf, SCHEMES, speaksOfTheseUsers } from './rows.js';

const DEFINITIONS: Record<Scheme, string> = {
  ure:
    'Unbiased Recall Evaluation (URE; arXiv 2409.04810) takes the rank of each exposed liked item ' +
    'among all candidates and gives the share of them within the top K.',
  traditional:
    'The traditional scheme ranks the exposed items alone; quoted at K, it speaks of Recall at ' +
    'about K·N/N̄ for N candidates of which N̄ were exposed (Theorem 1 there).',
  full: 'Full Recall@K was computed from complete labels.',
};

const TIES: Record<Ties, string> = {
  pessimistic: 'counted against the liked item',
  optimistic: 'counted for the liked item',
  expected: 'counted as the mean over all their orders',
  random: 'broken at random from the seed',
};

/** A paragraph for the methods and results of a paper, with the numbers filled in. */
export function methodsParagraph(report: RecallReport, masked: boolean): string {
  const { settings, systems } = report;
  return [
    data(report),
    masked && 'Training items were masked: neither ranked nor counted.',
    ...settings.schemes.map((scheme) => DEFINITIONS[scheme]),
    `Cut-offs were K = ${settings.k.join(', ')}; ties in score were ${TIES[settings.ties]}.`,
    without(report),
    intervals(report),
    ...systems.map((_, at) => estimates(report, at)),
    comparisons(report),
    agreements(report),
    `Computed with attune ${report.version}; SHA-256 of the inputs: ${report.inputHashes.join(', ')}.`,
  ]
    .filter(Boolean)
    .join(' ');
}

function data({
  systems,
  users,
  items,
  meanExposed,
  settings,
  propensities,
}: RecallReport): string {
  const who = plural(systems.length, 'recommender');
  const shown =
    meanExposed === null
      ? ''
      : `, of which ${short(meanExposed)} were exposed to a user on average (N̄)`;
  const weights =
    settings.propensity && propensities
      ? ` Exposures were weighted by 1/p with the propensities of the column “${settings.propensity}” ` +
        `in a pooled Hájek ratio (mean weight ${number(propensities.meanWeight, 3)}, effective ` +
        `sample ${short(propensities.effectiveSample)} of ${count(propensities.positives)} positives).`
      : '';
  return `We evaluated ${who} on ${plural(users, 'user')} and ${plural(items, 'candidate item')} (N)${shown}.${weights}`;
}

function first(report: RecallReport, scheme: Scheme): RecallResult | undefined {
  return report.systems[0]?.results.find((one) => one.scheme === scheme);
}

function without(report: RecallReport): string {
  const { noPositives, schemes } = report.settings;
  const treated =
    noPositives === 'skip'
      ? 'left out of the macro averages'
      : 'counted as 0 in the macro averages';
  const parts: string[] = [];
  const exposed = first(report, schemes.find((scheme) => scheme !== 'full') ?? 'full');
  if (exposed) {
    parts.push(
      `Users without an exposed liked item (${count(exposed.usersWithoutPositives)}) were ${treated}.`,
    );
  }
  const full = first(report, 'full');
  if (full && full !== exposed) {
    parts.push(
      `So were, for full Recall, users whose complete labels hold none (${count(full.usersWithoutPositives)}).`,
    );
  }
  return parts.join(' ');
}

function intervals(report: RecallReport): string {
  const { resamples, level, interval: method, seed } = report.settings;
  if (resamples === 0) return '';
  const how = method === 'bca' ? 'BCa' : 'percentile';
  const likeThese =
    `for users like these, by a ${how} bootstrap over users (${count(resamples)} resamples, seed ` +
    `${seed}), the ratio recomputed in each`;
  return speaksOfTheseUsers(report)
    ? `Intervals at ${percent(level)} are of two kinds: ${likeThese}; and, for URE, for exactly ` +
        'these users, of whom only the exposure was random, by its plug-in variance.'
    : `Intervals at ${percent(level)} are ${likeThese}.`;
}

function estimates(report: RecallReport, system: number): string {
  const rows = rowsOf(report, system);
  const says = report.settings.schemes.map((scheme) => {
    const each = rows.flatMap((row) => {
      const lead = leadOf(row, scheme);
      return lead ? [oneEstimate(lead)] : [];
    });
    const average = rows.map((row) => leadOf(row, scheme)?.average).find(Boolean) ?? 'macro';
    return `${SCHEMES[scheme]}, ${average} average: ${each.join('; ') || 'no estimate'}`;
  });
  return `Results of ${report.systems[system]?.name ?? ''}. ${says.join('. ')}.`;
}

function oneEstimate({ k, estimate, impliedK, ci, ciTheseUsers }: RecallResult): string {
  const notes = [
    impliedK === undefined ? '' : `speaks of Recall@K≈${short(impliedK)}`,
    ci ? `users like these ${interval(ci)}` : '',
    ciTheseUsers ? `these users ${interval(ciTheseUsers)}` : '',
  ].filter(Boolean);
  return `Recall@${k} ${figure(estimate)}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`;
}

/** By URE alone: the traditional figures speak of other K, and the tables hold all. */
function comparisons({ comparisons, settings }: RecallReport): string {
  const scheme = settings.schemes.includes('ure') ? 'ure' : settings.schemes[0];
  const shown = comparisons.filter((one) => one.scheme === scheme);
  if (!scheme || shown.length === 0) return '';
  const equal = (p: number) => pValue(p).replace(/^(?=\d)/, '= ');
  const others = [...new Set(shown.map(({ b }) => b))].map((other) => {
    const each = shown
      .filter(({ b }) => b === other)
      .map(
        ({ k, difference, ci, p, pHolm }) =>
          `Recall@${k} ${figure(difference)}${ci ? ` (${interval(ci)})` : ''}, p ${equal(p)}, ` +
          `Holm-corrected p ${equal(pHolm)}`,
      );
    return `minus ${other}: ${each.join('; ')}`;
  });
  return (
    `${shown[0]?.a ?? ''} was compared by ${SCHEMES[scheme]} with each other recommender, by users’ ` +
    'paired differences (percentile bootstrap interval for users like these; two-sided p by ' +
    `${count(settings.permutations)} sign flips, Holm-corrected over the recommenders): ` +
    `${others.join('; ')}.`
  );
}

function agreements({ agreements }: RecallReport): string {
  if (agreements.length === 0) return '';
  const each = agreements.map(
    ({ a, b, k, tauB, ci }) =>
      `${SCHEMES[a]} and ${SCHEMES[b]} at K = ${k} ${figure(tauB)}${ci ? ` (${interval(ci)})` : ''}`,
  );
  return `Agreement of the schemes’ rankings of the recommenders (Kendall’s τ-b): ${each.join('; ')}.`;
}
