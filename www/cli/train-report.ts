import type { Interval, VoteReport } from '../lib/node.js';

/** What a training did, for a reader at a terminal. */
export function trainReport(report: VoteReport, heads: string, card: string): string {
  const { count, parts, settings } = report;
  const raters = count.raters === undefined ? '' : ` by ${many(count.raters, 'rater')}`;
  const ties = count.ties > 0 ? `, ${many(count.ties, 'tie')}` : '';
  const cluster = settings.by === 'query' ? 'queries' : 'raters';
  const left = parts.leftOut > 0 ? `, ${parts.leftOut} left out` : '';
  const lines = [
    `${count.ballots} ${count.kind}${ties}${raters}, ${count.replies} replies to ${count.queries} queries`,
    `${parts.train + parts.validation} trained on, ${parts.heldOut} held out${left}; ` +
      `strength ${settings.strength}, ${report.epochs} steps, seed ${settings.seed}`,
    '',
    `held out: ${100 * settings.level} % intervals over ${report.clusters} ${cluster}`,
    `${''.padEnd(10)}${'before'.padEnd(24)}${'after'.padEnd(24)}difference`,
    row('accuracy', report.accuracy),
    row('log-loss', report.logLoss),
    '',
    ...report.warnings.map(({ message }) => `note: ${message}`),
    `${heads}: the heads, for attune score --heads`,
    `${card}: their card`,
  ];
  return `${lines.join('\n')}\n`;
}

function row(name: string, figure: VoteReport['accuracy']): string {
  const cells = [figure.before, figure.after, figure.difference].map(cell);
  return (
    name.padEnd(10) +
    cells
      .map((text) => text.padEnd(24))
      .join('')
      .trimEnd()
  );
}

function cell({ estimate, low, high }: Interval): string {
  if (estimate === null) return 'none';
  const range = low === null || high === null ? '' : ` (${low.toFixed(3)} to ${high.toFixed(3)})`;
  return estimate.toFixed(3) + range;
}

function many(value: number, one: string): string {
  return `${value} ${one}${value === 1 ? '' : 's'}`;
}
