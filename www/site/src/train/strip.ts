import type { Interval } from 'attune';
import { svg } from '../common/dom.js';
import { percent } from '../common/format.js';
import { points } from './verdict.js';

const WIDTH = 340;
const EDGE = 20;
const LINE = 30;

/** The improvement in accuracy with its interval, beside the 0 of no improvement. */
export function improvementStrip({ estimate, low, high }: Interval, level: number): SVGElement {
  const ends = [estimate, low, high].filter((value) => value !== null);
  // Symmetric, so that 0 stands in the middle, and in steps of ten points.
  const reach = Math.max(0.1, Math.ceil(10 * Math.max(...ends.map(Math.abs))) / 10);
  const x = (value: number) => WIDTH / 2 + (value / reach) * (WIDTH / 2 - EDGE);
  const interval =
    low !== null && high !== null
      ? svg('line', { class: 'range', x1: x(low), x2: x(high), y1: LINE, y2: LINE })
      : undefined;
  const tick = (value: number) =>
    svg('text', { x: x(value), y: 76, 'text-anchor': 'middle', 'font-size': 13 }, points(value));
  const side = (text: string, value: number, anchor: string) =>
    svg('text', { x: x(value), y: 96, 'text-anchor': anchor, 'font-size': 13 }, text);
  const words =
    low === null || high === null
      ? 'no interval'
      : `${percent(level)} interval ${points(low)} to ${points(high)}`;
  return svg(
    'svg',
    {
      class: 'strip',
      viewBox: `0 0 ${WIDTH} 104`,
      role: 'img',
      'aria-label': `Improvement in accuracy: ${points(estimate ?? 0)} percentage points, ${words}`,
    },
    svg('line', { class: 'base', x1: x(-reach), x2: x(reach), y1: 56, y2: 56 }),
    svg('line', { class: 'zero', x1: x(0), x2: x(0), y1: 4, y2: 62 }),
    interval,
    estimate === null
      ? undefined
      : svg('circle', { class: 'point', cx: x(estimate), cy: LINE, r: 7 }),
    ...[-reach, 0, reach].map(tick),
    side('worse', -reach, 'start'),
    side('percentage points', 0, 'middle'),
    side('better', reach, 'end'),
  );
}
