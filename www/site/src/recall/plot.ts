import type { RecallReport, Scheme } from 'attune';
import { scaleLinear, scaleLog } from 'd3-scale';
import { area, line } from 'd3-shape';
import { el, svg } from '../common/dom.js';
import { number, percent, short } from '../common/format.js';
import { key, mark, moved } from './marks.js';
import { figure, interval, leadOf, pooled, type Row, SCHEMES } from './rows.js';

/** The height of a plot. */
export const HEIGHT = 340;
const MARGIN = { top: 14, right: 14, bottom: 44, left: 40 };

type Scale = (value: number) => number;

/** The plot of the estimates against K with its key, drawn anew when its width changes. */
export function plotFigure(report: RecallReport, rows: Row[]): HTMLElement {
  const holder = el('div');
  let drawn = 0;
  const draw = () => {
    const width = Math.round(holder.clientWidth);
    if (width === 0 || width === drawn) return;
    drawn = width;
    holder.replaceChildren(plot(report, rows, width));
  };
  new ResizeObserver(draw).observe(holder);
  return el(
    'figure',
    { class: 'stack' },
    key(report.settings.schemes),
    holder,
    el('figcaption', { class: 'hint' }, caption(report, rows)),
  );
}

/** The plot alone, `width` wide. */
export function plot(report: RecallReport, rows: Row[], width: number): SVGElement {
  const { schemes } = report.settings;
  const implied = rows.map((row) => leadOf(row, 'traditional')?.impliedK ?? row.k);
  const ks = [...rows.map(({ k }) => k), ...implied];
  const [low, high] = [Math.min(...ks), Math.max(...ks)];
  const range: [number, number] = [MARGIN.left, width - MARGIN.right];
  // Cut-offs that span decades crowd at the left of a linear axis.
  const logarithmic = high / low > 20;
  const x = logarithmic
    ? scaleLog([low, high], range)
    : scaleLinear([Math.min(low, 1), Math.max(high, low + 1)], range);
  const y = scaleLinear([0, 1], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const ticks = logarithmic ? logTicks(low, high, width) : x.ticks(width < 480 ? 5 : 8);
  return svg(
    'svg',
    {
      class: 'plot',
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: 'img',
      'aria-label': describe(rows, schemes),
      'data-testid': 'recall-plot',
    },
    ...y.ticks(5).map((tick) => across(tick, y(tick), range)),
    ...ticks.map((tick) => below(tick, x(tick), y(0))),
    svg(
      'text',
      { x: range[1], y: HEIGHT - 6, 'text-anchor': 'end', 'font-size': 13 },
      `K of ${short(report.items)} candidates${logarithmic ? ' (logarithmic)' : ''}`,
    ),
    // URE on top.
    ...[...schemes].reverse().map((scheme) => series(rows, scheme, x, y)),
  );
}

function across(tick: number, at: number, [left, right]: [number, number]): SVGElement {
  return svg(
    'g',
    { transform: `translate(0 ${at})` },
    svg('line', { class: tick === 0 ? 'axis' : 'grid', x1: left, x2: right }),
    svg('text', { x: left - 8, y: 4.5, 'text-anchor': 'end', 'font-size': 13 }, tick.toFixed(1)),
  );
}

function below(tick: number, at: number, floor: number): SVGElement {
  return svg(
    'g',
    { transform: `translate(${at} ${floor})` },
    svg('line', { class: 'axis', y2: 5 }),
    svg('text', { y: 20, 'text-anchor': 'middle', 'font-size': 13 }, short(tick)),
  );
}

function series(rows: Row[], scheme: Scheme, x: Scale, y: Scale): SVGElement {
  const points = rows.flatMap((row) => leadOf(row, scheme) ?? []);
  type Point = (typeof points)[number];
  const path = line<Point>(
    ({ k }) => x(k),
    ({ estimate }) => y(estimate),
  )(points);
  const shifts = points.flatMap(({ k, impliedK, estimate }) => {
    if (impliedK === undefined) return [];
    const at = y(estimate);
    const says = `Traditional@${k} speaks of Recall@K≈${short(impliedK)}: ${figure(estimate)}`;
    return [
      svg('line', { class: 'shift', x1: x(k), x2: x(impliedK), y1: at, y2: at }),
      moved(x(impliedK), at, svg('title', {}, says)),
    ];
  });
  const band = area<Point>()
    .x(({ k }) => x(k))
    .y0(({ ci, estimate }) => y(ci?.[0] ?? estimate))
    .y1(({ ci, estimate }) => y(ci?.[1] ?? estimate))(points);
  return svg(
    'g',
    { class: scheme },
    points.some(({ ci }) => ci) && svg('path', { class: 'band', d: band ?? '' }),
    ...shifts,
    svg('path', { class: 'curve', d: path ?? '' }),
    ...points.map(({ k, estimate, ci }) => {
      const range = ci ? ` (${interval(ci)})` : '';
      const says = `${SCHEMES[scheme]}@${k}: ${figure(estimate)}${range}`;
      return mark(scheme, x(k), y(estimate), svg('title', {}, says));
    }),
  );
}

/** 1, 2, 5, 10, … within the axis; fewer where it is narrow. */
function logTicks(low: number, high: number, width: number): number[] {
  const steps = width < 480 && high / low > 50 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = 1; power <= high; power *= 10) {
    ticks.push(...steps.map((step) => step * power).filter((tick) => tick >= low && tick <= high));
  }
  return ticks;
}

function describe(rows: Row[], schemes: readonly Scheme[]): string {
  const say = (scheme: Scheme) =>
    rows
      .map((row) => {
        const estimate = leadOf(row, scheme)?.estimate;
        return `${estimate === undefined ? 'none' : number(estimate, 2)} at ${row.k}`;
      })
      .join(', ');
  const all = schemes.map((scheme) => `${SCHEMES[scheme]}: ${say(scheme)}.`);
  return `Recall against K. ${all.join(' ')}`;
}

/** What a plot shows, in words. */
export function caption({ items, meanExposed, settings }: RecallReport, rows: Row[]): string {
  const averages = pooled(rows)
    ? 'URE: micro averages, since propensities leave no macro figure; the others: macro.'
    : 'Macro averages.';
  const bands =
    settings.resamples > 0
      ? ` The bands are ${percent(settings.level)} intervals for users like these.`
      : '';
  if (meanExposed === null) return averages + bands;
  return (
    `${averages}${bands} With ${short(meanExposed)} of ${short(items)} items shown, a ` +
    `traditional figure quoted at K speaks of about ${short(items / meanExposed)} · K; ` +
    'moved there, it should meet the URE curve.'
  );
}
