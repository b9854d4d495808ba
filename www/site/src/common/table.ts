import { el } from './dom.js';

/** A table that scrolls sideways, also by keyboard, where the screen is narrower. */
export function scrolling(name: string, table: HTMLElement): HTMLElement {
  return el('div', { class: 'scroll', role: 'region', tabindex: 0, 'aria-label': name }, table);
}

/** A head of columns. */
export function columns(...names: string[]): HTMLElement {
  const cells = names.map((name, at) =>
    el('th', { scope: 'col', class: at === 0 ? '' : 'num' }, name),
  );
  return el('thead', {}, el('tr', {}, ...cells));
}

/** A cell with a figure, or an interval that may break at its dash. */
export function cell(text: string, value?: number | null): HTMLElement {
  const [from, to] = text.split('–');
  const parts = to === undefined ? [text] : [`${from}–`, el('wbr'), to];
  return el('td', { class: 'num', ...(value == null ? {} : { 'data-value': value }) }, ...parts);
}
