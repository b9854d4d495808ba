import { AttuneError } from './error.js';
import type { GpuReport } from './gpu-watch.js';
import type { AnswerToRead } from './judges/judge.js';
import type { InteractionFiles, TrainedRecommender } from './recommenders.js';
import type {
  AggregateReport,
  Alignment,
  Backend,
  BallotCount,
  Bootstrap,
  Criteria,
  CriteriaRow,
  Criterion,
  DatasetSettings,
  EvaluationItem,
  EvaluationReport,
  EvaluationSettings,
  ExposurePlan,
  JudgeIdentity,
  Judgement,
  JudgementOptions,
  LengthEffect,
  LengthRow,
  Memory,
  MemoryHit,
  Message,
  Opinion,
  Opinions,
  Outcome,
  PermReward,
  PermSettings,
  PlanOptions,
  RecallReport,
  RecallSettings,
  RecommenderSettings,
  Request,
  Scored,
  ScoreRow,
  ScoringOptions,
  SimulationReport,
  SimulationSettings,
  SystemScores,
  VoteReport,
  VoteSettings,
  WorldSettings,
} from './types.js';

/** A file by name and content. */
export interface NamedBytes {
  /** The name used in errors and results. */
  name: string;
  bytes: Uint8Array;
}

/** A recommender: its scores, or the factors they are products of. */
export interface RecommenderFiles {
  /** Its name in the report. */
  name: string;
  scores?: NamedBytes;
  userFactors?: NamedBytes;
  itemFactors?: NamedBytes;
  userBias?: NamedBytes;
  itemBias?: NamedBytes;
  /** Names of a matrix's rows and columns, one a line. */
  users?: NamedBytes;
  items?: NamedBytes;
}

/** A log by name, in pieces of its bytes. */
export interface LogPieces {
  name: string;
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | Blob;
}

/** What is evaluated. */
export interface RecallInput {
  recommenders: RecommenderFiles[];
  exposed?: LogPieces;
  full?: LogPieces;
  mask?: LogPieces;
}

/** How far a long call has come. */
export interface Progress {
  done: number;
  total: number;
}

/** Told how far a call has come. It is an argument of its own because workers need it so. */
export type OnProgress = (progress: Progress) => void;

/** Heads of the built-in judge, retrained. */
export interface TrainedHeads {
  /** The weights, a safetensors file: give it to `createAttune({ heads })`. */
  heads: Uint8Array;
  /** What they were trained on, how, and what came of it: Markdown, to keep beside them. */
  card: string;
  /** The same as data. */
  report: VoteReport;
}

/** The backend in use and what is known of it. */
export interface DeviceReport {
  backend: Backend;
  /** Only on WebGPU. */
  gpu?: GpuReport;
}

/**
 * What the front end asks about rewards and judges. `held` is a number of the caller's choice,
 * under which something is kept until `release`.
 */
export interface CoreCalls {
  permReward(judgement: Judgement, settings: Partial<PermSettings>): Promise<PermReward>;
  advantages(rewards: number[]): Promise<number[]>;
  aggregateJudgements(file: NamedBytes, settings: JudgementOptions): Promise<AggregateReport>;
  readScoreRows(file: NamedBytes): Promise<ScoreRow[]>;
  /** Checks rows that did not come from a file. */
  checkRows(rows: ScoreRow[]): Promise<void>;
  readMemories(file: NamedBytes): Promise<Memory[]>;
  /** Keeps settings and rubrics, and names the rubrics. */
  openProtocol(
    held: number,
    settings: ScoringOptions,
    rubrics?: NamedBytes,
  ): Promise<{ rubrics: string }>;
  requests(held: number, row: ScoreRow): Promise<Request[]>;
  comparisonRequest(held: number, a: ScoreRow, b: ScoreRow): Promise<Message[]>;
  criteriaRequests(held: number, row: ScoreRow): Promise<Request[]>;
  readAnswers(held: number, answers: AnswerToRead[]): Promise<Opinion[]>;
  readChoice(text: string): Promise<'a' | 'b' | 'tie'>;
  panelOpinion(members: [string, Opinion][], median: boolean): Promise<Opinion>;
  /** Keeps a batch of rewards under a protocol's settings. */
  openBatch(held: number, protocol: number, judge: JudgeIdentity): Promise<void>;
  addToBatch(
    held: number,
    id: string,
    tokens: number | undefined,
    opinions: Opinions,
  ): Promise<Outcome>;
  scoreInBatch(
    held: number,
    id: string,
    tokens: number | undefined,
    opinions: Opinions,
  ): Promise<Outcome>;
  /** Keeps a reader of JSONL rows that come in pieces. */
  openRows(held: number, file: string): Promise<void>;
  pushRows(held: number, piece: Uint8Array): Promise<ScoreRow[]>;
  finishRows(held: number): Promise<{ rows: ScoreRow[]; hash: string }>;
  release(held: number): Promise<void>;
  /** Reads a JSONL file of rows `{id, criteria}`. */
  readCriteria(file: NamedBytes): Promise<CriteriaRow[]>;
  parseCriteria(text: string): Promise<Criterion[]>;
  checkCriteria(criteria: Criterion[]): Promise<void>;
  /** The replies of rows as they are judged: without thinking and analysis. */
  judgedReplies(rows: ScoreRow[]): Promise<string[]>;
  sha256(text: string): Promise<string>;
}

/** What the front end asks about recommenders, datasets and systems. */
export interface EvaluationCalls {
  evaluateRecall(
    input: RecallInput,
    settings: Partial<RecallSettings>,
    form: 'report' | 'partial',
    job: number,
    onProgress?: OnProgress,
  ): Promise<RecallReport | string>;
  simulateRecall(
    world: Partial<WorldSettings>,
    settings: Partial<SimulationSettings>,
    job: number,
    onProgress?: OnProgress,
  ): Promise<SimulationReport>;
  /** The report of a single run, out of the files of its shards. */
  mergeRecall(files: NamedBytes[]): Promise<RecallReport>;
  planExposure(settings: PlanOptions): Promise<ExposurePlan>;
  /** A dataset's queries, without replies. */
  readDataset(file: NamedBytes, settings: Partial<DatasetSettings>): Promise<EvaluationItem[]>;
  /** A dataset's queries with a system's replies, and criteria of a sidecar. */
  readEvaluation(
    dataset: NamedBytes,
    predictions: NamedBytes,
    criteria: NamedBytes | undefined,
    settings: Partial<DatasetSettings>,
  ): Promise<Alignment>;
  /** The sidecar of a dataset with criteria by item. */
  writeCriteria(dataset: NamedBytes, criteria: Record<string, Criteria>): Promise<string>;
  evaluationReport(
    systems: SystemScores[],
    settings: Partial<EvaluationSettings>,
  ): Promise<EvaluationReport>;
  lengthEffect(rows: LengthRow[], settings: Partial<Bootstrap>): Promise<LengthEffect>;
}

/** What the front end asks of trainings; `job` as in {@link EngineCalls}. */
export interface TrainingCalls {
  /** Puts other heads in the place of the built-in judge's own. */
  useHeads(heads: NamedBytes): Promise<void>;
  /** Reads votes or ratings with their responses, and counts them. */
  countBallots(votes: NamedBytes, responses: NamedBytes): Promise<BallotCount>;
  /** Fine-tunes the heads in use to votes or ratings. */
  trainHeads(
    votes: NamedBytes,
    responses: NamedBytes,
    settings: Partial<VoteSettings>,
    backend: Backend,
    job: number,
    onProgress?: OnProgress,
  ): Promise<TrainedHeads>;
  /** Trains a reference recommender. */
  trainRecommender(
    files: InteractionFiles,
    settings: Partial<RecommenderSettings>,
    backend: Backend,
    job: number,
    onProgress?: OnProgress,
  ): Promise<TrainedRecommender>;
}

/**
 * What the front end asks of an engine, in a worker or at hand. A `job` is a number of the
 * caller's choice, by which a long call can be cancelled.
 */
export interface EngineCalls extends CoreCalls, EvaluationCalls, TrainingCalls {
  /** Criteria out of what is known of the seeker, without weights. */
  personalCriteria(row: ScoreRow, backend: Backend): Promise<Criteria>;
  /** Tokens of each text, by attune's own tokenizer or by a `tokenizer.json`. */
  countTokens(texts: string[], backend: Backend, tokenizer?: NamedBytes): Promise<number[]>;
  /** Scores a few checked rows with the built-in judge. */
  scoreRows(rows: ScoreRow[], settings: ScoringOptions, backend: Backend): Promise<Scored[]>;
  score(
    rows: ScoreRow[],
    settings: ScoringOptions,
    backend: Backend,
    job: number,
    onProgress?: OnProgress,
  ): Promise<Scored[]>;
  embed(
    texts: string[],
    backend: Backend,
    job: number,
    onProgress?: OnProgress,
  ): Promise<Float32Array[]>;
  /** Opens an empty memory store under the number `store`. */
  openMemory(store: number, backend: Backend): Promise<void>;
  /** Adds memories: all of them, or none where one does not fit. */
  addMemories(
    store: number,
    memories: Memory[],
    job: number,
    onProgress?: OnProgress,
  ): Promise<void>;
  searchMemory(store: number, query: string, k: number): Promise<MemoryHit[]>;
  closeMemory(store: number): Promise<void>;
  /** Loads the models of `backend` and says where they run. */
  device(backend: Backend): Promise<DeviceReport>;
  /** Makes the call with this job number stop at its next chunk. */
  cancel(job: number): Promise<void>;
}

/** An engine somewhere. */
export interface Connection {
  engine: EngineCalls;
  /** Prepares a function to be called from where the engine is. */
  callback<F extends object>(callback: F): F;
  /** How it ends: it dies, or is closed. */
  ending: Ending;
  close(): void;
}

/** The end of a connection, of which every call in flight must hear. */
export class Ending {
  #reason: AttuneError | undefined;
  readonly #listeners = new Set<(reason: AttuneError) => void>();

  /** Whether it has come. */
  get reached(): boolean {
    return this.#reason !== undefined;
  }

  /** Ends the connection; a second reason changes nothing. */
  reach(reason: AttuneError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    for (const listener of this.#listeners) listener(reason);
    this.#listeners.clear();
  }

  /** `work`, or the reason of the end, whichever comes first; nothing is kept afterwards. */
  async race<T>(work: Promise<T>): Promise<T> {
    if (this.#reason !== undefined) throw this.#reason;
    let listener: ((reason: AttuneError) => void) | undefined;
    const ended = new Promise<never>((_, reject) => {
      listener = reject;
      this.#listeners.add(reject);
    });
    try {
      return await Promise.race([work, ended]);
    } finally {
      if (listener) this.#listeners.delete(listener);
    }
  }
}

/** What calls in flight are told when their attune is closed. */
export function closed(): AttuneError {
  return new AttuneError('closed', 'attune was closed during the call', 'Call again to reopen it.');
}
