/** How far a batch has come. */
export interface BatchProgress {
  /** Rows finished: scored, failed or dropped. */
  done: number;
  /** How many of them failed. */
  failed: number;
  /** How many of them the policy left out. */
  dropped: number;
  /** Rows in all, where that is known beforehand. */
  total?: number;
  /** Rows a second, over the last seconds. */
  rate: number;
  /** Seconds to the end at this rate, where the total is known. */
  remaining?: number;
}

/** Rates are taken over this long. */
const WINDOW = 10_000;

/** Counts rows and tells how fast they come. */
export class Counter {
  done = 0;
  failed = 0;
  dropped = 0;
  readonly #total: number | undefined;
  #marks: [time: number, done: number][] = [[performance.now(), 0]];

  constructor(total: number | undefined) {
    this.#total = total;
  }

  /** How far it has come by now. */
  progress(): BatchProgress {
    const now = performance.now();
    const marks = this.#marks;
    if (now - (marks.at(-1)?.[0] ?? 0) > WINDOW / 50) marks.push([now, this.done]);
    while (marks.length > 2 && now - (marks[1]?.[0] ?? now) > WINDOW) marks.shift();
    const [time, before] = marks[0] ?? [now, this.done];
    const seconds = (now - time) / 1000;
    const rate = seconds > 0 ? (this.done - before) / seconds : 0;
    const { done, failed, dropped } = this;
    const progress: BatchProgress = { done, failed, dropped, rate };
    if (this.#total !== undefined) {
      progress.total = this.#total;
      if (rate > 0) progress.remaining = Math.max(0, this.#total - done) / rate;
    }
    return progress;
  }
}
