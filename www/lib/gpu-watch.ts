import { AttuneError } from './error.js';

/** What really happened on the GPU, seen from outside the models. */
export interface GpuReport {
  /** The adapter's vendor, architecture and description, as far as the browser tells. */
  adapter: string;
  /** Command buffers handed to the queue so far. */
  submissions: number;
}

/**
 * Watches the WebGPU of this realm: an invalid shader returns wrong numbers and says so only in
 * an `uncapturederror` event, so every run must ask here whether it may be believed.
 */
export class GpuWatch {
  #adapter = 'unknown';
  #submissions = 0;
  #errors: string[] = [];
  #queue: GPUQueue | undefined;

  constructor() {
    const watch = this;
    const request = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, descriptor) {
      const device = await request.call(this, descriptor);
      watch.#opened(this, device);
      return device;
    };
    const submit = GPUQueue.prototype.submit;
    GPUQueue.prototype.submit = function (this: GPUQueue, buffers) {
      const list = [...buffers];
      watch.#submissions += list.length;
      return submit.call(this, list);
    };
  }

  #opened(adapter: GPUAdapter, device: GPUDevice): void {
    const { vendor, architecture, device: name, description } = adapter.info;
    this.#adapter =
      [vendor, architecture, name, description].filter(Boolean).join(' ') || 'unnamed';
    this.#queue = device.queue;
    device.addEventListener('uncapturederror', (event) => {
      this.#errors.push((event as GPUUncapturedErrorEvent).error.message);
    });
    device.lost.then((lost) => this.#errors.push(`the device was lost (${lost.message})`));
  }

  /** A point in time, for {@link GpuWatch.check}. */
  mark(): number {
    return this.#errors.length;
  }

  /**
   * Throws if the GPU complained since `mark`. Calls that ran at the same time all throw: whose
   * work it was cannot be told.
   */
  async check(mark: number): Promise<void> {
    await this.#queue?.onSubmittedWorkDone();
    const first = this.#errors[mark];
    if (first !== undefined) {
      throw new AttuneError(
        'device',
        `the GPU reported an error: ${first}`,
        'Choose the CPU; the result of this run was discarded.',
      );
    }
  }

  report(): GpuReport {
    return { adapter: this.#adapter, submissions: this.#submissions };
  }
}
