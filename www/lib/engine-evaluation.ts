import type { EvaluationCalls, NamedBytes, OnProgress, RecallInput } from './connection.js';
import { CoreEngine, run } from './engine-core.js';
import { evaluateRecall, simulateRecall } from './engine-recall.js';
import { Jobs } from './jobs.js';
import type { EvaluationModule } from './loader.js';
import type {
  Alignment,
  Bootstrap,
  Criteria,
  DatasetSettings,
  EvaluationItem,
  EvaluationReport,
  EvaluationSettings,
  ExposurePlan,
  LengthEffect,
  LengthRow,
  PlanOptions,
  RecallReport,
  RecallSettings,
  SimulationReport,
  SimulationSettings,
  SystemScores,
  WorldSettings,
} from './types.js';

/** Datasets, tables, comparisons and Recall, over the evaluation module. */
export class EvaluationEngine extends CoreEngine implements EvaluationCalls {
  protected readonly jobs = new Jobs();
  #module: Promise<EvaluationModule> | undefined;

  evaluateRecall(
    input: RecallInput,
    settings: Partial<RecallSettings>,
    form: 'report' | 'partial',
    job: number,
    onProgress?: OnProgress,
  ): Promise<RecallReport | string> {
    return this.jobs.run(job, async () => {
      const module = await this.#load();
      const pause = () => this.jobs.pause(job);
      return evaluateRecall(module, input, settings, form, pause, onProgress);
    });
  }

  simulateRecall(
    world: Partial<WorldSettings>,
    settings: Partial<SimulationSettings>,
    job: number,
    onProgress?: OnProgress,
  ): Promise<SimulationReport> {
    return this.jobs.run(job, async () => {
      const module = await this.#load();
      return simulateRecall(module, world, settings, () => this.jobs.pause(job), onProgress);
    });
  }

  async mergeRecall(files: NamedBytes[]): Promise<RecallReport> {
    const module = await this.#load();
    const names = files.map(({ name }) => name);
    return run(() =>
      module.mergeRecall(
        names,
        files.map(({ bytes }) => bytes),
      ),
    );
  }

  async planExposure(settings: PlanOptions): Promise<ExposurePlan> {
    const module = await this.#load();
    return run(() => module.planExposure(settings));
  }

  async readDataset(
    file: NamedBytes,
    settings: Partial<DatasetSettings>,
  ): Promise<EvaluationItem[]> {
    const module = await this.#load();
    return run(() => module.readDataset(file.name, file.bytes, settings));
  }

  async readEvaluation(
    dataset: NamedBytes,
    predictions: NamedBytes,
    criteria: NamedBytes | undefined,
    settings: Partial<DatasetSettings>,
  ): Promise<Alignment> {
    const module = await this.#load();
    return run(() =>
      module.readEvaluation(
        dataset.name,
        dataset.bytes,
        predictions.name,
        predictions.bytes,
        criteria?.name,
        criteria?.bytes,
        settings,
      ),
    );
  }

  async writeCriteria(dataset: NamedBytes, criteria: Record<string, Criteria>): Promise<string> {
    const module = await this.#load();
    return run(() => module.writeCriteria(dataset.name, dataset.bytes, criteria));
  }

  async evaluationReport(
    systems: SystemScores[],
    settings: Partial<EvaluationSettings>,
  ): Promise<EvaluationReport> {
    const module = await this.#load();
    return run(() => module.evaluationReport(systems, settings));
  }

  async lengthEffect(rows: LengthRow[], settings: Partial<Bootstrap>): Promise<LengthEffect> {
    const module = await this.#load();
    return run(() => module.lengthEffect(rows, settings));
  }

  #load(): Promise<EvaluationModule> {
    this.#module ??= this.loader.evaluation().catch((error) => {
      // A load that failed is tried again by the next call.
      this.#module = undefined;
      throw error;
    });
    return this.#module;
  }
}
