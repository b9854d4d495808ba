import { AttuneError } from 'attune';
import { el } from './dom.js';

/** Shows an error in the page's alert: what happened, what to do, and where. */
export function showError(box: HTMLElement, error: unknown): void {
  const { message, mend, place, code } = describe(error);
  box.dataset.code = code;
  box.replaceChildren(
    el('p', {}, el('strong', {}, sentence(message))),
    el('p', {}, mend),
    ...(place.length > 0
      ? [
          el(
            'dl',
            {},
            ...place.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))),
          ),
        ]
      : []),
  );
  // Once the page has its new height.
  requestAnimationFrame(() => box.scrollIntoView({ block: 'nearest' }));
}

/** Takes the last error away. */
export function clearError(box: HTMLElement): void {
  box.replaceChildren();
  delete box.dataset.code;
}

/** Whether a call ended because it was cancelled. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** Whether the input is at fault, so that the engine itself is sound. */
export function isInputError(error: unknown): boolean {
  return error instanceof AttuneError && !['device', 'weights', 'worker'].includes(error.code);
}

interface Description {
  code: string;
  message: string;
  mend: string;
  place: [name: string, value: string][];
}

function describe(error: unknown): Description {
  if (error instanceof AttuneError) {
    const { code, mend, file, line } = error;
    // What comes from a form is the only row there is.
    const field = error.field?.replace(/^(rows)?\[0\]\./, '');
    const place: Description['place'] = [];
    if (file !== undefined) place.push(['File', file]);
    if (line !== undefined) place.push(['Line', String(line)]);
    if (field !== undefined) place.push(['Field', field]);
    return { code, message: error.problem, mend, place };
  }
  return {
    code: 'unexpected',
    message: error instanceof Error ? error.message : 'Something unexpected happened',
    mend: 'Reload the page and try again. If it happens again, please report what you did.',
    place: [],
  };
}

function sentence(text: string): string {
  const trimmed = text.trim();
  const start = /^[a-z]+[A-Z]/.test(trimmed)
    ? trimmed
    : trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?)]$/.test(start) ? start : `${start}.`;
}
