export type {
  BatchOptions,
  BestOf,
  CallOptions,
  EvaluateOptions,
  Heads,
  RecallOptions,
  ScoreOptions,
  TrainInput,
  UserMemory,
} from './attune.js';
export { Attune } from './attune.js';
export type { DeviceReport, Progress, TrainedHeads } from './connection.js';
export { AttuneError } from './error.js';
export type { FileLike } from './file-like.js';
export type { GpuReport } from './gpu-watch.js';
export * from './judges/index.js';
export type { FactorFiles, LogFile, NamedScores, RecommenderLike } from './recall-input.js';
export type { RecommenderInput, TrainedRecommender } from './recommenders.js';
export { type CallCache, memoryCache } from './scoring/calls.js';
export type { CallCount, RunWarning, TokenizerChoice } from './scoring/context.js';
export type { Evaluation, JudgedSystem } from './scoring/evaluate.js';
export type { Pair, PairOptions, PairReport, Verdict } from './scoring/pairs.js';
export type { BatchProgress } from './scoring/progress.js';
export type { RunSummary, ScoredRow, ScoreRun } from './scoring/run.js';
export type { RowSource } from './scoring/source.js';
export type * from './types.js';
