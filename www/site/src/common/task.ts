import type { Progress } from 'attune';
import { clearError, isAbort, showError } from './errors.js';

/** What the page is doing: written to `<html data-state>`. */
export type PageState = 'busy' | 'ready' | 'error';

/** The bar that shows long work and can cancel it. */
export interface BusyBar {
  bar: HTMLElement;
  text: HTMLElement;
  progress: HTMLProgressElement;
  cancel: HTMLButtonElement;
}

/** The parts of a page that follow its work. */
export interface TaskParts {
  /** The region that is busy meanwhile. */
  region: HTMLElement;
  /** Where it is said how the work ended. */
  status: HTMLElement;
  error: HTMLElement;
  busy?: BusyBar;
  /** Whether new work waits for the last; else it cancels it. */
  queue?: boolean;
  /** Told of an error before it is shown. */
  onError?: (error: unknown) => void;
}

/** What a piece of work is given. */
export interface TaskTools {
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
  /** Says what is going on. */
  say: (text: string) => void;
}

/** The work of a page, one piece at a time. */
export class Task {
  readonly #parts: TaskParts;
  #current: AbortController | undefined;
  #last: Promise<void> = Promise.resolve();
  #focus: Element | null = null;

  constructor(parts: TaskParts) {
    this.#parts = parts;
    parts.busy?.cancel.addEventListener('click', () => this.#current?.abort());
  }

  /** Runs `work`; what it returns is said in `status`. Its errors are shown, never thrown. */
  run(
    beginning: string,
    work: (tools: TaskTools) => Promise<string>,
    status = this.#parts.status,
  ): Promise<void> {
    const before = this.#last;
    if (!this.#parts.queue) this.#current?.abort();
    const current = new AbortController();
    this.#current = current;
    this.#start(beginning, status);
    this.#last = (this.#parts.queue ? before : Promise.resolve()).then(() =>
      this.#work(work, current, status),
    );
    return this.#last;
  }

  async #work(
    work: (tools: TaskTools) => Promise<string>,
    current: AbortController,
    status: HTMLElement,
  ): Promise<void> {
    const { error: box, busy, onError } = this.#parts;
    const isCurrent = () => this.#current === current;
    const say = (text: string) => {
      if (isCurrent()) (busy?.text ?? status).textContent = text;
    };
    const onProgress = ({ done, total }: Progress) => {
      if (!isCurrent() || !busy || total < 2) return;
      busy.progress.max = total;
      busy.progress.value = done;
    };
    try {
      const ending = await work({ signal: current.signal, say, onProgress });
      if (isCurrent()) this.#end('ready', status, ending);
    } catch (error) {
      if (isAbort(error)) {
        if (isCurrent()) this.#end('ready', status, 'Cancelled.');
        return;
      }
      if (!isCurrent() && !this.#parts.queue) return;
      onError?.(error);
      showError(box, error);
      if (isCurrent()) this.#end('error', status, '');
    }
  }

  #start(beginning: string, status: HTMLElement): void {
    const { region, error, busy } = this.#parts;
    clearError(error);
    status.textContent = busy ? '' : beginning;
    document.documentElement.dataset.state = 'busy' satisfies PageState;
    region.setAttribute('aria-busy', 'true');
    if (!busy) return;
    this.#focus = document.activeElement;
    busy.text.textContent = beginning;
    // Without a value the bar only says that something is going on.
    busy.progress.removeAttribute('value');
    busy.bar.hidden = false;
  }

  #end(state: PageState, status: HTMLElement, ending: string): void {
    const { region, busy } = this.#parts;
    this.#current = undefined;
    status.textContent = ending;
    document.documentElement.dataset.state = state;
    region.setAttribute('aria-busy', 'false');
    if (!busy) return;
    // The keyboard goes back where it was when the button under it vanishes.
    if (document.activeElement === busy.cancel && this.#focus instanceof HTMLElement) {
      this.#focus.focus();
    }
    busy.bar.hidden = true;
  }
}

/** The busy bar of this page. */
export function busyBar(): BusyBar {
  const find = <T extends Element>(selector: string) => {
    const found = document.querySelector<T>(`#busy ${selector}`);
    if (!found) throw new TypeError(`the busy bar has no ${selector}`);
    return found;
  };
  const progress = find<HTMLProgressElement>('progress');
  return {
    bar: progress.closest('#busy') as HTMLElement,
    text: find<HTMLElement>('p'),
    progress,
    cancel: find<HTMLButtonElement>('button'),
  };
}
