import type { EvaluationCalls, NamedBytes } from './connection.js';
import { CoreEngine, run } from './engine-core.js';
import type { EvaluationModule } from './loader.js';
import type {
  Alignment,
  Bootstrap,
  Criteria,
  DatasetSettings,
  EvaluationItem,
  EvaluationReport,
  EvaluationSettings,
  LengthEffect,
  LengthRow,
  RecallReport,
  RecallSettings,
  SystemScores,
} from './types.js';

/** Datasets, tables, comparisons and Recall, over the evaluation module. */
export class EvaluationEngine extends CoreEngine implements EvaluationCalls {
  #module: Promise<EvaluationModule> | undefined;

  async evaluateRecall(
    scores: NamedBytes[],
    exposed: NamedBytes,
    settings: Partial<RecallSettings>,
  ): Promise<RecallReport> {
    const module = await this.#load();
    const names = scores.map(({ name }) => name);
    const tables = scores.map(({ bytes }) => bytes);
    return run(() => module.evaluateRecall(names, tables, exposed.name, exposed.bytes, settings));
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
