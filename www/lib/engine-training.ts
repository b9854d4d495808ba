import type { NamedBytes, OnProgress, TrainingCalls } from './connection.js';
import { run } from './engine-core.js';
import { EvaluationEngine } from './engine-evaluation.js';
import { Jobs } from './jobs.js';
import type { TrainingModule } from './loader.js';
import type { BallotCount } from './types.js';

/** How long a training may go on before messages are let in, in milliseconds. */
const SLICE = 40;

/** What can be trained, over the training module. */
export class TrainingEngine extends EvaluationEngine implements TrainingCalls {
  protected readonly jobs = new Jobs();
  #module: Promise<TrainingModule> | undefined;

  async countBallots(votes: NamedBytes, responses: NamedBytes): Promise<BallotCount> {
    const module = await this.loadTraining();
    return run(() => module.countBallots(votes.name, votes.bytes, responses.name, responses.bytes));
  }

  /**
   * What a training of the WebAssembly module calls as it goes: passes on how far it is, and lets
   * messages in often enough for a cancel to be heard soon.
   */
  protected pace(job: number, onProgress?: OnProgress) {
    let last = performance.now();
    return async (done: number, total: number): Promise<void> => {
      if (performance.now() - last < SLICE) return;
      onProgress?.({ done, total });
      await this.jobs.pause(job);
      last = performance.now();
    };
  }

  protected loadTraining(): Promise<TrainingModule> {
    this.#module ??= this.loader.training().catch((error) => {
      // A load that failed is tried again by the next call.
      this.#module = undefined;
      throw error;
    });
    return this.#module;
  }
}
