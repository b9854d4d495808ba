import { aborted } from './error.js';

/** Long calls under way, each under a number of the caller's choice, and whether they are to end. */
export class Jobs {
  readonly #cancelled = new Map<number, boolean>();
  #stopped = false;

  /** Does `work` as the job of this number. */
  async run<T>(job: number, work: () => Promise<T>): Promise<T> {
    this.#cancelled.set(job, false);
    try {
      return await work();
    } finally {
      this.#cancelled.delete(job);
    }
  }

  /**
   * Lets messages in, since they are delivered between tasks and not between promises; throws
   * where one of them cancelled the job.
   */
  async pause(job: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    if (this.#stopped || this.#cancelled.get(job)) throw aborted();
  }

  /** Makes a job end at its next pause. */
  cancel(job: number): void {
    if (this.#cancelled.has(job)) this.#cancelled.set(job, true);
  }

  /** Makes every job end at its next pause. */
  stop(): void {
    this.#stopped = true;
  }
}
