import type { Scheme } from 'attune';
import { el, svg } from '../common/dom.js';

/** What stands in the key of a plot: its sign around (18, 7) and its words. */
export interface Sign {
  scheme: Scheme;
  marks: SVGElement[];
  text: string;
}

/**
 * The mark of a scheme's estimate: told apart by shape as well as by colour. That of full Recall is
 * open, so that it shows around an estimate that meets it.
 */
export function mark(scheme: Scheme, x: number, y: number, ...children: Node[]): SVGElement {
  if (scheme === 'ure') {
    return svg('circle', { class: 'point', cx: x, cy: y, r: 5.5 }, ...children);
  }
  const d =
    scheme === 'full'
      ? `M${x} ${y - 9}L${x + 9} ${y}L${x} ${y + 9}L${x - 9} ${y}Z`
      : `M${x - 5} ${y - 5}h10v10h-10Z`;
  return svg('path', { class: 'point', d }, ...children);
}

/** The mark of a traditional estimate at the K of which it speaks. */
export function moved(x: number, y: number, ...children: Node[]): SVGElement {
  return svg('rect', { class: 'moved', x: x - 4.5, y: y - 4.5, width: 9, height: 9 }, ...children);
}

/** The signs of a plot of these schemes. */
export function signs(schemes: readonly Scheme[]): Sign[] {
  const curve = (scheme: Scheme, text: string): Sign => ({
    scheme,
    marks: [svg('path', { class: 'curve', d: 'M0 7H36' }), mark(scheme, 18, 7)],
    text,
  });
  const all: Record<Scheme, () => Sign[]> = {
    ure: () => [curve('ure', 'URE')],
    traditional: () => [
      curve('traditional', 'Traditional, at the K it is quoted for'),
      {
        scheme: 'traditional',
        marks: [svg('line', { class: 'shift', x1: 0, x2: 36, y1: 7, y2: 7 }), moved(18, 7)],
        text: 'the same, at the K it speaks of',
      },
    ],
    full: () => [curve('full', 'Full, from complete labels')],
  };
  return schemes.flatMap((scheme) => all[scheme]());
}

/** The key beside a plot. */
export function key(schemes: readonly Scheme[]): HTMLElement {
  return el(
    'ul',
    { class: 'key' },
    ...signs(schemes).map(({ scheme, marks, text }) =>
      el(
        'li',
        {},
        svg(
          'svg',
          { class: 'plot', viewBox: '0 -3 36 20', 'aria-hidden': true },
          svg('g', { class: scheme }, ...marks),
        ),
        text,
      ),
    ),
  );
}
