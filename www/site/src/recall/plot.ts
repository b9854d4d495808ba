import type { RecallReport } from 'attune';
import { scaleLinear, scaleLog } from 'd3-scale';
import { area, line } from 'd3-shape';
import { el, svg } from '../common/dom.js';
import { number, percent, short } from '../common/format.js';
import type { Row } from './rows.js';

type Series = 'ure' | 'traditional';
const HEIGHT = 340;
const MARGIN = { top: 14, right: 14, bottom: 44, left: 40 };

/** The plot of the estimates against K with its key, drawn anew when its width changes. */
export function plotFigure(report: RecallReport, rows: Row[]): HTMLElement {
  const holder = el('div');
  let drawn = 0;
  const draw = () => {
    const width = Math.round(holder.clientWidth);
    if (width === 0 || width === drawn) return;
    drawn = width;
    holder.replaceChildren(plot(rows, width, report.items));
  };
  new ResizeObserver(draw).observe(holder);
  return el('figure', { class: 'stack' }, key(), holder, caption(report));
}

function plot(rows: Row[], width: number, items: number): SVGElement {
  const ks = rows.flatMap(({ k, impliedK }) => [k, impliedK]);
  const [low, high] = [Math.min(...ks), Math.max(...ks)];
  const range: [number, number] = [MARGIN.left, width - MARGIN.right];
  // Cut-offs that span decades crowd at the left of a linear axis.
  const logarithmic = high / low > 20;
  const x = logarithmic
    ? scaleLog([low, high], range)
    : scaleLinear([Math.min(low, 1), Math.max(high, low + 1)], range);
  const y = scaleLinear([0, 1], [HEIGHT - MARGIN.bottom, MARGIN.top]);

  const ticks = logarithmic ? logTicks(low, high, width) : x.ticks(width < 480 ? 5 : 8);
  const floor = y(0);
  const axes = [
    ...y
      .ticks(5)
      .map((tick) =>
        svg(
          'g',
          { transform: `translate(0 ${y(tick)})` },
          svg('line', { class: tick === 0 ? 'axis' : 'grid', x1: range[0], x2: range[1] }),
          svg(
            'text',
            { x: range[0] - 8, dy: '0.32em', 'text-anchor': 'end', 'font-size': 13 },
            tick.toFixed(1),
          ),
        ),
      ),
    ...ticks.map((tick) =>
      svg(
        'g',
        { transform: `translate(${x(tick)} ${floor})` },
        svg('line', { class: 'axis', y2: 5 }),
        svg('text', { y: 20, 'text-anchor': 'middle', 'font-size': 13 }, short(tick)),
      ),
    ),
    svg(
      'text',
      { x: range[1], y: HEIGHT - 6, 'text-anchor': 'end', 'font-size': 13 },
      `K of ${short(items)} candidates${logarithmic ? ' (logarithmic)' : ''}`,
    ),
  ];
  return svg(
    'svg',
    {
      class: 'plot',
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: 'img',
      'aria-label': describe(rows),
      'data-testid': 'recall-plot',
    },
    ...axes,
    series(rows, 'traditional', x, y),
    series(rows, 'ure', x, y),
  );
}

type Scale = (value: number) => number;

function series(rows: Row[], name: Series, x: Scale, y: Scale): SVGElement {
  const points = rows.flatMap((row) => {
    const value = row[name].macro;
    return value === null ? [] : [{ ...row, value, ci: row[name].ci }];
  });
  const path = line<(typeof points)[number]>(
    (point) => x(point.k),
    (point) => y(point.value),
  )(points);
  const shifts =
    name === 'ure'
      ? []
      : points.flatMap(({ k, impliedK, value }) => [
          svg('line', { class: 'shift', x1: x(k), x2: x(impliedK), y1: y(value), y2: y(value) }),
          svg(
            'rect',
            { class: 'moved', x: x(impliedK) - 4.5, y: y(value) - 4.5, width: 9, height: 9 },
            svg(
              'title',
              {},
              `Traditional@${k} speaks of Recall@${short(impliedK)}: ${number(value, 3)}`,
            ),
          ),
        ]);
  const band = area<(typeof points)[number]>()
    .x((point) => x(point.k))
    .y0((point) => y(point.ci?.[0] ?? point.value))
    .y1((point) => y(point.ci?.[1] ?? point.value))(points);
  return svg(
    'g',
    { class: name },
    ...(points.some(({ ci }) => ci) ? [svg('path', { class: 'band', d: band ?? '' })] : []),
    ...shifts,
    svg('path', { class: 'curve', d: path ?? '' }),
    ...points.map(({ k, value, ci }) => {
      const title = svg(
        'title',
        {},
        `${name === 'ure' ? 'URE' : 'Traditional'}@${k}: ${number(value, 3)}${ci ? ` (${number(ci[0], 3)} to ${number(ci[1], 3)})` : ''}`,
      );
      return name === 'ure'
        ? svg('circle', { class: 'point', cx: x(k), cy: y(value), r: 5.5 }, title)
        : svg(
            'rect',
            { class: 'point', x: x(k) - 5, y: y(value) - 5, width: 10, height: 10 },
            title,
          );
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

function describe(rows: Row[]): string {
  const say = (name: Series) =>
    rows
      .map(({ k, [name]: { macro } }) => `${macro === null ? 'none' : number(macro, 2)} at ${k}`)
      .join(', ');
  return `Recall against K, macro. URE: ${say('ure')}. Traditional: ${say('traditional')}.`;
}

function key(): HTMLElement {
  const sign = (name: Series, ...marks: SVGElement[]) =>
    svg(
      'svg',
      { class: 'plot', viewBox: '0 0 36 14', 'aria-hidden': true },
      svg('g', { class: name }, ...marks),
    );
  const across = () => svg('path', { class: 'curve', d: 'M0 7H36' });
  return el(
    'ul',
    { class: 'key' },
    el(
      'li',
      {},
      sign('ure', across(), svg('circle', { class: 'point', cx: 18, cy: 7, r: 5.5 })),
      'URE',
    ),
    el(
      'li',
      {},
      sign(
        'traditional',
        across(),
        svg('rect', { class: 'point', x: 13, y: 2, width: 10, height: 10 }),
      ),
      'Traditional, at the K it is quoted for',
    ),
    el(
      'li',
      {},
      sign(
        'traditional',
        svg('line', { class: 'shift', x1: 0, x2: 36, y1: 7, y2: 7 }),
        svg('rect', { class: 'moved', x: 13.5, y: 2.5, width: 9, height: 9 }),
      ),
      'the same, at the K it speaks of',
    ),
  );
}

function caption({ items, meanExposed, settings }: RecallReport): HTMLElement {
  return el(
    'figcaption',
    { class: 'hint' },
    `Macro averages; the bands are ${percent(settings.level)} intervals for users like these. With ${short(meanExposed)} of ${short(items)} items shown, a traditional figure quoted at K ` +
      `speaks of about ${short(items / meanExposed)} · K; moved there, it meets the URE curve.`,
  );
}
