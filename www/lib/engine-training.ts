import type { NamedBytes, OnProgress, TrainedHeads, TrainingCalls } from './connection.js';
import { flat, run } from './engine-core.js';
import { EvaluationEngine } from './engine-evaluation.js';
import { AttuneError, revive } from './error.js';
import type { TrainingModule } from './loader.js';
import type { InteractionFiles, TrainedRecommender } from './recommenders.js';
import type { Backend, BallotCount, RecommenderSettings, VoteSettings } from './types.js';

/** How long a training may go on before messages are let in, in milliseconds. */
const SLICE = 40;

const HEADS = 'heads.safetensors';

/** What can be trained, over the training module. */
export class TrainingEngine extends EvaluationEngine implements TrainingCalls {
  #module: Promise<TrainingModule> | undefined;
  #heads: NamedBytes | undefined;

  async useHeads(heads: NamedBytes): Promise<void> {
    this.#heads = heads;
  }

  async countBallots(votes: NamedBytes, responses: NamedBytes): Promise<BallotCount> {
    const module = await this.loadTraining();
    return run(() => module.countBallots(votes.name, votes.bytes, responses.name, responses.bytes));
  }

  trainHeads(
    votes: NamedBytes,
    responses: NamedBytes,
    settings: Partial<VoteSettings>,
    backend: Backend,
    job: number,
    onProgress?: OnProgress,
  ): Promise<TrainedHeads> {
    return this.jobs.run(job, async () => {
      const [{ HeadsTraining }, table, tokenizer, heads, personal] = await Promise.all([
        this.loadTraining(),
        this.loader.weights('embedder.safetensors'),
        this.loader.weights('tokenizer.json'),
        this.heads(),
        this.loader.weights('personal.safetensors'),
      ]);
      await this.jobs.pause(job);
      const training = new HeadsTraining(table, tokenizer, heads, personal);
      training.votes(votes.name, votes.bytes);
      training.responses(responses.name, responses.bytes);
      const trained = await training
        .run(backend, settings, this.pace(job, onProgress))
        .catch((error) => {
          throw this.named(flat(revive(error)));
        });
      try {
        return { heads: trained.heads, card: trained.card, report: trained.report };
      } finally {
        trained.free();
      }
    });
  }

  trainRecommender(
    files: InteractionFiles,
    settings: Partial<RecommenderSettings>,
    backend: Backend,
    job: number,
    onProgress?: OnProgress,
  ): Promise<TrainedRecommender> {
    return this.jobs.run(job, async () => {
      const { RecommenderTraining } = await this.loadTraining();
      const { interactions, users, items, random } = files;
      const training = new RecommenderTraining(interactions.name, interactions.bytes);
      if (users) training.users(users.name, users.bytes);
      if (items) training.items(items.name, items.bytes);
      if (random) training.random(random.name, random.bytes);
      const trained = await training
        .run(backend, settings, this.pace(job, onProgress))
        .catch((error) => {
          throw flat(revive(error));
        });
      try {
        const { userFactors, itemFactors, users, items, report } = trained;
        return { userFactors, itemFactors, users, items, report };
      } finally {
        trained.free();
      }
    });
  }

  /** The heads of the built-in judge: those it was given, else its own. */
  protected async heads(): Promise<Uint8Array> {
    return this.#heads?.bytes ?? (await this.loader.weights(HEADS));
  }

  /** The same error, with the name of the heads that were given in the place of their own. */
  protected named(error: unknown): unknown {
    const given = this.#heads?.name;
    if (!(error instanceof AttuneError) || error.file !== HEADS || !given) return error;
    const { code, problem, field } = error;
    const mend =
      'Give heads that attune train, or the page Train, wrote for this version of attune.';
    return new AttuneError(code, problem, mend, { file: given, ...(field ? { field } : {}) });
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
