export type {
  CallOptions,
  FileLike,
  RecallOptions,
  ScoreOptions,
  UserMemory,
} from './attune.js';
export { Attune } from './attune.js';
export type { DeviceReport, Progress } from './connection.js';
export { AttuneError } from './error.js';
export type { GpuReport } from './gpu-watch.js';
export type * from './types.js';
