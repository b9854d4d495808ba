import { svg } from '../common/dom.js';
import { number, percent } from '../common/format.js';

const WIDTH = 150;
const BASE = 76;
const TALLEST = 56;
const BAR = 22;

/**
 * The judge's distribution over the levels 1 to 5 as a bar chart, with the expected score. `top` is
 * the share that fills the height, one for all charts that stand side by side; `interval` is drawn
 * under the bars.
 */
export function distribution(
  name: string,
  score: number,
  shares: readonly number[],
  top: number,
  interval?: readonly [number, number],
): SVGElement {
  const step = WIDTH / 5;
  const centre = (level: number) => (level - 0.5) * step;
  const bars = shares.map((share, at) => {
    const level = at + 1;
    const height = Math.max((share / top) * TALLEST, 1);
    return svg(
      'g',
      { transform: `translate(${centre(level)} 0)` },
      svg('rect', { x: -BAR / 2, y: BASE - height, width: BAR, height, rx: 2 }),
      svg('text', { y: BASE - height - 5, 'text-anchor': 'middle', 'font-size': 12 }, whole(share)),
      svg('text', { y: BASE + 26, 'text-anchor': 'middle', 'font-size': 13 }, String(level)),
    );
  });
  const words = shares.map((share, at) => `${percent(share)} at ${at + 1}`).join(', ');
  const x = centre(score);
  const between =
    interval === undefined
      ? ''
      : `, between ${number(interval[0], 1)} and ${number(interval[1], 1)}`;
  return svg(
    'svg',
    {
      class: 'bars',
      viewBox: `0 0 ${WIDTH} 114`,
      role: 'img',
      'aria-label': `${name}, expected ${number(score, 2)}${between}: ${words}`,
    },
    ...bars,
    svg('line', { class: 'base', x1: 0, x2: WIDTH, y1: BASE, y2: BASE }),
    ...(interval === undefined ? [] : [whisker(centre(interval[0]), centre(interval[1]))]),
    svg('path', { class: 'mean', d: `M${x} ${BASE + 2}l6 9h-12z` }),
  );
}

/** A line with ends, under the levels that it spans. */
function whisker(from: number, to: number): SVGElement {
  const y = BASE + 33;
  return svg('path', {
    class: 'interval',
    d: `M${from} ${y - 3}v6M${to} ${y - 3}v6M${from} ${y}H${to}`,
  });
}

function whole(share: number): string {
  return share > 0 && share < 0.005 ? '<1' : String(Math.round(share * 100));
}
