import type * as Core from '../wasm/core/core.js';
import type * as Evaluation from '../wasm/evaluation/evaluation.js';
import type * as ModelsModule from '../wasm/models-cpu/models.js';
import type * as Training from '../wasm/training/training.js';
import type { Backend } from './types.js';

export type CoreModule = typeof Core;
export type EvaluationModule = typeof Evaluation;
export type TrainingModule = typeof Training;
export type Models = ModelsModule.Models;
export type ModelsCode = Pick<typeof ModelsModule, 'Models' | 'TokenCounter'>;

/** The files of the built-in models. */
export const WEIGHTS = [
  'embedder.safetensors',
  'tokenizer.json',
  'heads.safetensors',
  'personal.safetensors',
] as const;
export type WeightsFile = (typeof WEIGHTS)[number];

/** How an engine gets its modules and weights; the only part that differs between hosts. */
export interface Loader {
  /** The core module, instantiated. */
  core(): Promise<CoreModule>;
  /** The evaluation module, instantiated. */
  evaluation(): Promise<EvaluationModule>;
  /** The models module of a backend, instantiated. */
  models(backend: Backend): Promise<ModelsCode>;
  /** The training module, instantiated. */
  training(): Promise<TrainingModule>;
  /** A file of the built-in models. */
  weights(name: WeightsFile): Promise<Uint8Array>;
}
