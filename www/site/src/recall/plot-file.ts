import type { RecallReport } from 'attune';
import { type Attributes, svg } from '../common/dom.js';
import { signs } from './marks.js';
import { HEIGHT, plot } from './plot.js';
import type { Row } from './rows.js';

const WIDTH = 680;
const LINE = 22;
const FONT = 'Helvetica, Arial, sans-serif';
const INK = '#22302b';

/** A file has no style sheet of the page's and is for paper: the colours of the light scheme. */
const COLOURS = { ure: '#17594d', traditional: '#a8481a', full: INK };
const LOOK: [selector: string, attributes: Attributes][] = [
  ['text', { fill: INK, 'font-family': FONT, stroke: 'none' }],
  ['.grid', { stroke: '#dad5c6' }],
  ['.axis', { stroke: '#857f6e' }],
  ...Object.entries(COLOURS).flatMap(([scheme, colour]): [string, Attributes][] => [
    [`.${scheme} .band`, { fill: colour, 'fill-opacity': 0.14 }],
    [`.${scheme} .curve`, { fill: 'none', stroke: colour, 'stroke-width': 2.5 }],
    [`.${scheme} .shift`, { stroke: colour, 'stroke-width': 1.25, 'stroke-dasharray': '1.5 4' }],
    [`.${scheme} .point`, { fill: colour, stroke: '#fff', 'stroke-width': 1.5 }],
    [`.${scheme} .moved`, { fill: '#fff', stroke: colour, 'stroke-width': 2 }],
  ]),
  ['.traditional .curve', { 'stroke-dasharray': '7 5' }],
  ['.full .point', { fill: 'none', stroke: INK, 'stroke-width': 1.75 }],
  ['.full .curve', { 'stroke-dasharray': '2 4', 'stroke-linecap': 'round' }],
];

/** The plot and its key as an SVG file that stands by itself. */
export function plotFile(report: RecallReport, rows: Row[], name: string): string {
  const entries = signs(report.settings.schemes);
  const top = LINE * (entries.length + 1) + 12;
  const drawing = plot(report, rows, WIDTH);
  const label = drawing.getAttribute('aria-label') ?? '';
  const file = svg(
    'svg',
    {
      viewBox: `0 0 ${WIDTH} ${top + HEIGHT}`,
      width: WIDTH,
      height: top + HEIGHT,
    },
    svg('title', {}, name),
    svg('desc', {}, label),
    svg('rect', { width: WIDTH, height: top + HEIGHT, fill: '#fff' }),
    svg('text', { x: 8, y: 20, 'font-size': 14, 'font-weight': 600 }, name),
    ...entries.map(({ scheme, marks, text }, at) =>
      svg(
        'g',
        { transform: `translate(8 ${LINE * (at + 1) + 8})` },
        svg('g', { class: scheme }, ...marks),
        svg('text', { x: 46, y: 11.5, 'font-size': 13 }, text),
      ),
    ),
    svg('g', { transform: `translate(0 ${top})` }, ...drawing.childNodes),
  );
  for (const [selector, attributes] of LOOK) {
    for (const element of file.querySelectorAll(selector)) {
      for (const [name, value] of Object.entries(attributes)) {
        element.setAttribute(name, String(value));
      }
    }
  }
  return `${new XMLSerializer().serializeToString(file)}\n`;
}
