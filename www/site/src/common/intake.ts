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
  /** The name that pasted text goes by; without one, nothing can be pasted. */
  pasteName?: string;
  /** A first line or two that pasted text could have. */
  pasteExample?: string;
  /** Whether several files may be given at once. */
  multiple?: boolean;
  /** Given the file that was picked, dropped or pasted; more of them where there may be several. */
  onInput: (input: Input, ...more: Input[]) => void;
  /** For an input that need not be: takes it away again. */
  onClear?: () => void;
}

/** A place that takes a file: picked, dropped or pasted. */
export class Intake {
  readonly #name: HTMLElement;
  readonly #clear: HTMLButtonElement;
  readonly #button: HTMLButtonElement;
  readonly #optional: boolean;

  constructor(place: HTMLElement, settings: IntakeSettings) {
    const { label, hint, accept, multiple = false, onInput, onClear } = settings;
    const id = `${place.id}-file`;
    this.#name = el('p', { class: 'small', id: `${id}-name` });
    const picker = el('input', { type: 'file', id, accept, multiple, hidden: true });
    const give = async (files: FileList | undefined | null) => {
      const taken = [...(files ?? [])].slice(0, multiple ? undefined : 1);
      const [first, ...more] = await Promise.all(taken.map(read));
      if (first) onInput(first, ...more);
    };
    picker.addEventListener('change', () => {
      // Read before the list is emptied, so that the same file can be chosen again.
      void give(picker.files);
      picker.value = '';
    });
    const button = el('button', { type: 'button', click: () => picker.click() }, 'Choose file');
    button.setAttribute('aria-label', `Choose file: ${label}`);
    this.#button = button;
    this.#optional = onClear !== undefined;
    const clear = () => {
      onClear?.();
      this.#button.focus();
    };
    this.#clear = el('button', { type: 'button', class: 'link', click: clear }, 'Remove');
    this.#clear.setAttribute('aria-label', `Remove: ${label}`);
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
      this.#clear,
      el('p', { class: 'hint' }, hint),
      settings.pasteName !== undefined && pasting(settings.pasteName, settings),
    );
    takeDrops(drop, (files) => void give(files));
    place.append(drop);
    this.show(undefined);
  }

  /** Says which file is in use, or which are. */
  show(...inputs: (Input | undefined)[]): void {
    const given = inputs.filter((input) => input !== undefined);
    this.#clear.hidden = !this.#optional || given.length === 0;
    this.#name.replaceChildren(
      ...given.flatMap((input, at) => [
        ...(at > 0 ? [', '] : []),
        el('span', { class: 'file-name' }, input.name),
        input.sample ? ' (sample)' : ` ${fileSize(input.bytes.length)}`,
      ]),
    );
    if (given.length === 0) this.#name.textContent = this.#optional ? 'None' : 'Drop a file here';
  }
}

async function read(file: File): Promise<Input> {
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()), sample: false };
}

function pasting(name: string, { label, pasteExample, onInput }: IntakeSettings): HTMLElement {
  const text = el('textarea', {
    rows: 3,
    spellcheck: 'false',
    placeholder: pasteExample,
    'aria-label': `Paste: ${label}`,
  });
  const use = () => {
    onInput({ name, bytes: new TextEncoder().encode(text.value), sample: false });
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

function takeDrops(zone: HTMLElement, give: (files: FileList | undefined) => void): void {
  zone.addEventListener('dragover', (event) => {
    event.preventDefault();
    zone.dataset.over = '';
  });
  zone.addEventListener('dragleave', () => delete zone.dataset.over);
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    delete zone.dataset.over;
    give(event.dataTransfer?.files);
  });
}

// A file dropped beside the zone must not replace the page.
for (const kind of ['dragover', 'drop']) {
  window.addEventListener(kind, (event) => event.preventDefault());
}
