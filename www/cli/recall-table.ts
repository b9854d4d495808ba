import type { RecallReport, RecallResult } from '../lib/node.js';

/** A report for people: a table of figures, then comparisons and agreements. */
export function recallTable(report: RecallReport): string {
  const several = report.systems.length > 1;
  const figures = report.systems.flatMap(({ name, results }) =>
    results
      .filter(({ metric, average }) => metric === 'recall' || average === 'macro')
      .map((result) => [
        ...(several ? [name] : []),
        result.scheme,
        result.average,
        `${result.metric}@${result.k}`,
        shown(result.estimate),
        interval(result.ci),
        interval(result.ciTheseUsers),
        String(result.users),
        String(result.usersWithoutPositives),
        speaksOf(result),
      ]),
  );
  const level = `${Math.round(report.settings.level * 100)} %`;
  const head = [
    ...(several ? ['recommender'] : []),
    ...['scheme', 'average', 'metric', 'estimate', `${level}, users like these`],
    ...[`${level}, these users`, 'users', 'without positives', 'speaks of'],
  ];
  const parts = [aligned([head, ...figures])];
  if (report.comparisons.length > 0) {
    const rows = report.comparisons.map((one) => [
      `${one.a} − ${one.b}`,
      one.scheme,
      `${one.metric}@${one.k}`,
      shown(one.difference),
      interval(one.ci),
      one.p.toPrecision(2),
      one.pHolm.toPrecision(2),
    ]);
    const head = ['difference', 'scheme', 'metric', 'estimate', level, 'p', 'p (Holm)'];
    parts.push(aligned([head, ...rows]));
  }
  if (report.agreements.length > 0) {
    const rows = report.agreements.map(({ a, b, metric, k, tauB, ci }) => [
      `${a}, ${b}`,
      `${metric}@${k}`,
      shown(tauB),
      interval(ci),
    ]);
    parts.push(aligned([['schemes', 'metric', 'Kendall τ-b', level], ...rows]));
  }
  const { items, meanExposed, resamples, seed, version } = report;
  const shownItems = meanExposed == null ? '' : `, ${meanExposed.toFixed(1)} shown to a user`;
  parts.push(
    `${items} candidates${shownItems}; ${resamples} resamples of users, seed ${seed}; attune ${version}\n`,
  );
  return parts.join('\n');
}

function shown(value: number | null | undefined): string {
  return value == null ? 'none' : value.toFixed(4);
}

function interval(ends: number[] | null | undefined): string {
  return ends == null ? '' : ends.map((end) => end.toFixed(4)).join(' to ');
}

function speaksOf({ impliedK, metric }: RecallResult): string {
  return impliedK === undefined || metric !== 'recall'
    ? ''
    : `Recall@${Number(impliedK.toFixed(1))}`;
}

function aligned(rows: string[][]): string {
  const widths = rows[0]?.map((_, at) =>
    Math.max(...rows.map((row) => [...(row[at] ?? '')].length)),
  );
  const line = (row: string[]) =>
    row.map((cell, at) => cell + ' '.repeat((widths?.[at] ?? 0) - [...cell].length)).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}
