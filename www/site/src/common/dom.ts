/** Attributes of an element; functions are listeners, `false` and `undefined` are left out. */
export type Attributes = Record<
  string,
  string | number | boolean | undefined | ((event: Event) => void)
>;

/** What an element can hold. */
export type Child = Node | string | false | undefined;

/** Makes an HTML element. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  return fill(document.createElement(tag), attributes, children);
}

/** Makes an SVG element. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[Tag] {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

/** The element of the page with this id, which must be of the class named. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new TypeError(`the page has no ${type.name} "${id}"`);
  return found;
}

/** The value of the radio button chosen in the group `name`. */
export function chosen(name: string): string {
  const input = document.querySelector<HTMLInputElement>(`input[name="${name}"]:checked`);
  return input?.value ?? '';
}

/** A bar of a length between 0 and 1, for the eye only: the number must stand beside it. */
export function meter(share: number): HTMLDivElement {
  const bar = el('div', { class: 'meter-fill' });
  bar.style.width = `${Math.min(1, Math.max(0, share)) * 100}%`;
  return el('div', { class: 'meter', 'aria-hidden': true }, bar);
}

function fill<T extends Element>(element: T, attributes: Attributes, children: Child[]): T {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== undefined && value !== false) {
      // ARIA states are words; other attributes that are true stand empty.
      const text = value === true && !name.startsWith('aria-') ? '' : String(value);
      element.setAttribute(name, text);
    }
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}
