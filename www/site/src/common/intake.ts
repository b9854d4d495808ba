import { el } from './dom.js';
import { fileSize } from './format.js';
import type { Input } from './samples.js';

/** How a file is asked for. */
export interface IntakeSettings {
  /** Names the input, e.g. "Scores". */
  label: string;
  /** The formats in a sentence. */
  hint: string;
  /** As in `<input accept>`. */
  accept: string;
  /** The name that pasted text goes by. */
  pasteName: string;
  /** A first line or two that pasted text could have. */
  pasteExample: string;
  /** Given the file that was picked, dropped or pasted. */
  onInput: (input: Input) => void;
}

/** A place that takes a file: picked, dropped or pasted. */
export class Intake {
  readonly #name: HTMLElement;

  constructor(place: HTMLElement, settings: IntakeSettings) {
    const { label, hint, accept, onInput } = settings;
    const id = `${place.id}-file`;
    this.#name = el('p', { class: 'small', id: `${id}-name` });
    const picker = el('input', { type: 'file', id, accept, hidden: true });
    const give = async (file: File | undefined) => {
      if (!file) return;
      const bytes = new Uint8Array(await file.arrayBuffer());
      onInput({ name: file.name, bytes, sample: false });
    };
    picker.addEventListener('change', () => {
      void give(picker.files?.[0]);
      picker.value = '';
    });
    const button = el('button', { type: 'button', click: () => picker.click() }, 'Choose file');
    button.setAttribute('aria-label', `Choose file: ${label}`);
    const drop = el(
      'div',
      { class: 'drop' },
      el(
        'div',
        { class: 'drop-head' },
        el('div', {}, el('strong', {}, label), this.#name),
        button,
        picker,
      ),
      el('p', { class: 'hint' }, hint),
      pasting(settings),
    );
    takeDrops(drop, (file) => void give(file));
    place.append(drop);
    this.show(undefined);
  }

  /** Says which file is in use. */
  show(input: Input | undefined): void {
    this.#name.replaceChildren(
      ...(input
        ? [
            el('span', { class: 'file-name' }, input.name),
            input.sample ? ' (sample)' : ` ${fileSize(input.bytes.length)}`,
          ]
        : ['Drop a file here']),
    );
  }
}

function pasting({ label, pasteName, pasteExample, onInput }: IntakeSettings): HTMLElement {
  const text = el('textarea', {
    rows: 3,
    spellcheck: 'false',
    placeholder: pasteExample,
    'aria-label': `Paste: ${label}`,
  });
  const use = () => {
    onInput({ name: pasteName, bytes: new TextEncoder().encode(text.value), sample: false });
  };
  return el(
    'details',
    {},
    el('summary', {}, 'Paste instead'),
    el(
      'div',
      { class: 'stack' },
      text,
      el('div', {}, el('button', { type: 'button', click: use }, 'Use this text')),
    ),
  );
}

function takeDrops(zone: HTMLElement, give: (file: File | undefined) => void): void {
  zone.addEventListener('dragover', (event) => {
    event.preventDefault();
    zone.dataset.over = '';
  });
  zone.addEventListener('dragleave', () => delete zone.dataset.over);
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    delete zone.dataset.over;
    give(event.dataTransfer?.files[0]);
  });
}

// A file dropped beside the zone must not replace the page.
for (const kind of ['dragover', 'drop']) {
  window.addEventListener(kind, (event) => event.preventDefault());
}
