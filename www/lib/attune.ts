import type {
  Connection,
  DeviceReport,
  EngineCalls,
  NamedBytes,
  OnProgress,
  RecallInput,
  TrainedHeads,
} from './connection.js';
import { AttuneError, aborted } from './error.js';
import { type FileLike, named, rowSource } from './file-like.js';
import { builtin } from './judges/builtin.js';
import type { Judge } from './judges/judge.js';
import { type LogFile, logPieces, type RecommenderLike, recommenderFiles } from './recall-input.js';
import {
  interactionFiles,
  type RecommenderInput,
  type TrainedRecommender,
} from './recommenders.js';
import { type CallCache, memoryCache, type Spool } from './scoring/calls.js';
import { set, type TokenizerChoice } from './scoring/context.js';
import { writeCriteria } from './scoring/criteria.js';
import { type Evaluation, evaluateSystems } from './scoring/evaluate.js';
import { comparePairs, type Pair, type PairOptions, type PairReport } from './scoring/pairs.js';
import type { BatchProgress } from './scoring/progress.js';
import { type RunSettings, type ScoredRow, ScoreRun, withRun } from './scoring/run.js';
import { type Pieces, type RowSource, rowsOf } from './scoring/source.js';
import type {
  AggregateReport,
  Backend,
  BallotCount,
  Bootstrap,
  Criteria,
  CriteriaRow,
  DatasetSettings,
  EvaluationItem,
  EvaluationSettings,
  ExposurePlan,
  FailedRow,
  Judgement,
  JudgementOptions,
  LengthEffect,
  LengthRow,
  Memory,
  MemoryHit,
  Method,
  ParseFailure,
  PermReward,
  PermSettings,
  PlanOptions,
  RecallReport,
  RecallSettings,
  Scored,
  ScoreRow,
  ScoringOptions,
  SimulationReport,
  SimulationSettings,
  Thinking,
  VoteSettings,
  WorldSettings,
} from './types.js';

/** What every call that can take long accepts. */
export interface CallOptions {
  /** Ends the call with an `AbortError`. */
  signal?: AbortSignal;
  /** Told how far the call has come. */
  onProgress?: OnProgress;
}

/** Settings of {@link Attune.score} and {@link Attune.scoreBatch}; every one has a default. */
export interface ScoreOptions extends Partial<PermSettings> {
  /** Ends the call with an `AbortError`. */
  signal?: AbortSignal;
  /** Who judges; the built-in judge by default. */
  judge?: Judge;
  /** The reward; `perm` by default. */
  method?: Method;
  /** How often each perspective is judged (PereGRM); 1 by default. */
  trials?: number;
  /** The level of the built-in judge's intervals, 0.5 to 0.99; 0.9 by default. Others give none. */
  level?: number;
  /** What becomes of answers that cannot be read; `error` by default. */
  onParseFailure?: ParseFailure;
  /** What becomes of the thinking before a reply; `drop` by default. */
  thinking?: Thinking;
  /** A rubrics file in place of attune's English one. */
  rubrics?: FileLike;
  /** How reply lengths are counted where rows do not say them; attune's own tokenizer by default. */
  tokenizer?: TokenizerChoice;
  /**
   * Where judges' answers are kept; `false` for nowhere. IndexedDB by default in a browser; in
   * Node nowhere but in memory, unless you give a `fileCache`.
   */
  cache?: CallCache | false;
}

/** Settings of {@link Attune.scoreBatch}. */
export interface BatchOptions extends ScoreOptions {
  /** Told after each row how far the batch has come. */
  onProgress?: (progress: BatchProgress) => void;
  /** Rows in all, where you know: progress can then say what remains. */
  total?: number;
}

/** Settings of {@link Attune.recall}. */
export interface RecallOptions extends Partial<RecallSettings> {
  /** Complete labels `user,item[,label]`, for the scheme `full`. */
  full?: LogFile | undefined;
  /** Items by user, `user,item`, that are neither ranked nor counted: what a model was trained on. */
  mask?: LogFile | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: OnProgress | undefined;
}

/** Heads of the built-in judge, as {@link Attune.train} returns them; a name for errors. */
export type Heads = Uint8Array | { name: string; bytes: Uint8Array };

/** What {@link Attune.train} learns from; every setting has a default. */
export interface TrainInput extends Partial<VoteSettings> {
  /**
   * CSV of votes `left,right,winner[,rater]`, winner `left`, `right` or `tie`; or of ratings
   * `id,perspective,rating[,rater]`, 1 to 5.
   */
  votes: FileLike;
  /** JSONL of the replies with these ids, as for {@link Attune.score}. */
  responses: FileLike;
}

/** Settings of {@link Attune.evaluate}. */
export interface EvaluateOptions
  extends Omit<BatchOptions, 'total'>,
    Partial<DatasetSettings>,
    Partial<EvaluationSettings> {
  /** The criteria sidecar; else the dataset's own criteria, else the judge derives its own. */
  criteria?: FileLike;
}

/** Candidates from best to worst. */
export interface BestOf {
  /** The place of the best among the candidates. */
  best: number;
  /** The places of all, best first. */
  order: number[];
  scored: ScoredRow[];
}

/** What differs between a page and Node. */
export interface Host {
  /** The version of the package. */
  version: string;
  connect(): Connection;
  /** Where answers are kept by default. */
  cache(): CallCache;
  /** Where rows are set aside. */
  spool(): Spool;
}

/**
 * attune: score replies, remember, evaluate recall. Everything is computed in this browser or
 * process; make one with `createAttune`.
 */
export class Attune {
  readonly #host: Host;
  readonly #connect: () => Connection;
  readonly #backend: Backend;
  readonly #heads: NamedBytes | undefined;
  #connection: Connection | undefined;
  #numbers = 0;

  /** @internal */
  constructor(host: Host, backend: Backend, heads?: Heads) {
    this.#heads = headsOf(heads);
    this.#host = host;
    this.#connect = host.connect;
    this.#backend = backend;
  }

  /** The PERM reward of one judgement, whoever judged. */
  permReward(judgement: Judgement, settings: Partial<PermSettings> = {}): Promise<PermReward> {
    return this.#call((engine) => engine.permReward(judgement, settings));
  }

  /** GRPO's advantages of the rewards of the replies to one query: (R − mean) / (s + 1e-4). */
  advantages(rewards: number[]): Promise<number[]> {
    return this.#call((engine) => engine.advantages(rewards));
  }

  /**
   * Rewards of a batch from what judges wrote: a JSONL file of rows
   * `{id, resonation, expression, reception, bystander, tokens?}`. A row that cannot be read fails
   * alone, unless `onParseFailure` says otherwise.
   */
  async aggregate(file: FileLike, settings: JudgementOptions = {}): Promise<AggregateReport> {
    const bytes = await named(file);
    return this.#call((engine) => engine.aggregateJudgements(bytes, settings));
  }

  /** Reads a JSONL file of replies to score, checking every row. */
  async readScoreRows(file: FileLike): Promise<ScoreRow[]> {
    const bytes = await named(file);
    return this.#call((engine) => engine.readScoreRows(bytes));
  }

  /** Reads a JSONL file of memories, or of any texts with ids, checking every row. */
  async readMemories(file: FileLike): Promise<Memory[]> {
    const bytes = await named(file);
    return this.#call((engine) => engine.readMemories(bytes));
  }

  /**
   * Scores replies with the built-in judge.
   *
   * @param input Rows, or a JSONL file of them.
   * @returns One result a row, in order: rewards, the three perspectives (1–5) with their
   * distributions, the bystander's sub-scores (0–20); the interval in which the mean grade of such
   * a reply lies, and `outOfDomain` where the reply is unlike anything the judge was trained on.
   */
  score(
    input: ScoreRow[] | FileLike,
    options?: ScoreOptions & CallOptions & { judge?: never },
  ): Promise<Scored[]>;
  /** Scores replies with any judge; a row that it cannot judge comes back with an `error`. */
  score(input: ScoreRow[] | FileLike, options: ScoreOptions & CallOptions): Promise<ScoredRow[]>;
  async score(
    input: ScoreRow[] | FileLike,
    { onProgress, ...options }: ScoreOptions & CallOptions = {},
  ): Promise<ScoredRow[]> {
    const { signal } = options;
    checkJudge(options.judge);
    const file = Array.isArray(input) ? undefined : await named(input);
    const rows = async (engine: EngineCalls) =>
      file === undefined ? (input as ScoreRow[]) : await engine.readScoreRows(file);
    if (options.judge === undefined) {
      const scoring = scoringOf(options);
      return this.#long({ signal, onProgress }, async (engine, job, told) =>
        engine.score(await rows(engine), scoring, this.#backend, job, told),
      );
    }
    const all = await this.#call(rows);
    await this.#call((engine) => engine.checkRows(all));
    const told =
      onProgress && (({ done }: BatchProgress) => onProgress({ done, total: all.length }));
    const run = this.scoreBatch(all, {
      ...options,
      total: all.length,
      ...(told ? { onProgress: told } : {}),
    });
    const scored: ScoredRow[] = [];
    for await (const row of run) scored.push(row);
    return scored;
  }

  /**
   * Scores any number of replies in constant memory, with any judge: iterate over the result.
   *
   * Rows come in the order of the input, failed ones with an `error`. Leaving the iteration ends
   * the run. With a cache that lasts, a run that was broken off goes on where it stood.
   *
   * @param source Rows, a JSONL file, or `{name, stream}` with the pieces of one.
   */
  scoreBatch(source: RowSource | FileLike, options: BatchOptions = {}): ScoreRun {
    return new ScoreRun(rowSource(source), this.#runSettings(options));
  }

  /** The rows of a JSONL file that need not fit into memory, each checked. */
  async *readRows(source: FileLike | RowSource): AsyncGenerator<ScoreRow> {
    const { engine } = this.#connected();
    for await (const [row] of rowsOf(rowSource(source), 1, engine, this.#next())) {
      yield row as ScoreRow;
    }
  }

  /** Checks every row of a JSONL file; counts them and hashes the file (SHA-256). */
  async checkFile(source: FileLike | RowSource): Promise<{ rows: number; hash: string }> {
    const { name, stream } = rowSource(source) as Pieces;
    const { engine } = this.#connected();
    const held = this.#next();
    let rows = 0;
    await this.#call((engine) => engine.openRows(held, name));
    try {
      for await (const piece of stream) rows += (await engine.pushRows(held, piece)).length;
      const last = await engine.finishRows(held);
      return { rows: rows + last.rows.length, hash: last.hash };
    } finally {
      await engine.release(held);
    }
  }

  /** Reads a JSONL file of criteria `{id, criteria}`, checking each. */
  async readCriteria(file: FileLike): Promise<CriteriaRow[]> {
    const bytes = await named(file);
    return this.#call((engine) => engine.readCriteria(bytes));
  }

  /**
   * Which of two replies to one query is better, for each pair, asked in both orders.
   *
   * @returns Verdicts, how often each side won, and the share of verdicts that changed with the
   * order.
   */
  async compare(
    pairs: Pair | Pair[],
    options: ScoreOptions & PairOptions & CallOptions = {},
  ): Promise<PairReport> {
    const all = Array.isArray(pairs) ? pairs : [pairs];
    const { onFlip, onProgress, ...rest } = options;
    const settings = this.#runSettings(rest);
    return withRun(settings, (run) =>
      comparePairs(all, settings.judge, run, onFlip === undefined ? {} : { onFlip }, (done) =>
        onProgress?.({ done, total: all.length }),
      ),
    );
  }

  /**
   * The best of several replies to one query, by reward.
   *
   * @returns Its place among the candidates (the first of equals), all places from best to worst,
   * and the scores. A candidate that could not be judged ranks last.
   */
  async bestOf(candidates: ScoreRow[], options: ScoreOptions & CallOptions = {}): Promise<BestOf> {
    if (new Set(candidates.map((row) => row.query)).size > 1) {
      const mend = 'Give replies to one query.';
      throw new AttuneError('mismatch', 'the candidates answer different queries', mend, {
        field: 'query',
      });
    }
    const scored = await this.score(candidates, options);
    const reward = (row: ScoredRow | undefined) =>
      row && 'reward' in row ? row.reward : Number.NEGATIVE_INFINITY;
    const order = scored.map((_, at) => at).sort((a, b) => reward(scored[b]) - reward(scored[a]));
    return { best: order[0] ?? -1, order, scored };
  }

  /**
   * Writes criteria for each row's query, 4 to 6 a perspective, before any reply is seen.
   *
   * @returns One result a row, in order; a row fails whose criteria are unfit, and says why.
   */
  async criteria(
    input: ScoreRow[] | FileLike,
    { onProgress, ...options }: ScoreOptions & CallOptions = {},
  ): Promise<(CriteriaRow | FailedRow)[]> {
    const file = Array.isArray(input) ? undefined : await named(input);
    const rows =
      file === undefined
        ? (input as ScoreRow[])
        : await this.#call((engine) => engine.readScoreRows(file));
    const settings = this.#runSettings({ ...options, method: 'peregrm' });
    return withRun(settings, async (run, protocol) => {
      const written: (CriteriaRow | FailedRow)[] = [];
      const { judge, engine, backend } = settings;
      for await (const row of writeCriteria(rows, judge, run, engine, protocol, backend)) {
        written.push(row);
        onProgress?.({ done: written.length, total: rows.length });
      }
      return written;
    });
  }

  /**
   * Judges the replies of one system or several to the queries of a dataset, and compares them.
   *
   * @param dataset A PersonaEmp dataset (JSON) or PERM rows (JSONL).
   * @param systems Names with their predictions; queries are found by id, never by position.
   * @returns Resonation, expression, reception and their average by split and category, with
   * intervals over users; paired comparisons; what was missing; every judged row.
   */
  async evaluate(
    dataset: FileLike,
    systems: { name: string; predictions: FileLike }[],
    options: EvaluateOptions = {},
  ): Promise<Evaluation> {
    const { criteria, memory, split, level, resamples, seed, permutations, baseline, ...rest } =
      options;
    const { onProgress, ...scoring } = rest;
    const input = {
      dataset: await named(dataset),
      systems: await Promise.all(
        systems.map(async ({ name, predictions }) => ({
          name,
          predictions: await named(predictions),
        })),
      ),
      criteria: criteria && (await named(criteria)),
      reading: set({ memory, split }),
      figures: set({ level, resamples, seed, permutations, baseline }),
    };
    return this.#call((engine) =>
      evaluateSystems(input, engine, async (rows) => {
        const run = this.scoreBatch(rows, {
          method: 'peregrm',
          ...scoring,
          total: rows.length,
          ...(onProgress ? { onProgress } : {}),
        });
        const scored: ScoredRow[] = [];
        for await (const row of run) scored.push(row);
        return { rows: scored, summary: run.summary };
      }),
    );
  }

  /** The queries of a dataset (PersonaEmp or PERM), without replies. */
  async readDataset(
    file: FileLike,
    settings: Partial<DatasetSettings> = {},
  ): Promise<EvaluationItem[]> {
    const bytes = await named(file);
    return this.#call((engine) => engine.readDataset(bytes, settings));
  }

  /** The criteria sidecar of a PersonaEmp dataset, as JSON, from criteria by item. */
  async criteriaSidecar(dataset: FileLike, criteria: Record<string, Criteria>): Promise<string> {
    const bytes = await named(dataset);
    return this.#call((engine) => engine.writeCriteria(bytes, criteria));
  }

  /** How rewards go with the length of replies, within the replies to one query. */
  lengthEffect(rows: LengthRow[], settings: Partial<Bootstrap> = {}): Promise<LengthEffect> {
    return this.#call((engine) => engine.lengthEffect(rows, settings));
  }

  /** Embeds English texts: unit vectors, in order; zero for a text without a known token. */
  embed(texts: string[], options: CallOptions = {}): Promise<Float32Array[]> {
    return this.#long(options, (engine, ...job) => engine.embed(texts, this.#backend, ...job));
  }

  /** Opens an empty memory. It lives as long as this object's worker. */
  async openMemory(): Promise<UserMemory> {
    const store = this.#next();
    const connection = this.#connected();
    await this.#call((engine) => engine.openMemory(store, this.#backend));
    const same = () => this.#connection === connection && !connection.ending.reached;
    const held = () => {
      if (same()) return;
      throw new AttuneError(
        'unknown',
        'this memory ended with its worker',
        'Open a new one and add the memories again.',
      );
    };
    return new UserMemory({
      add: async (input, options) => {
        held();
        const file = Array.isArray(input) ? undefined : await named(input);
        await this.#long(options, async (engine, ...job) => {
          const memories =
            file === undefined ? (input as Memory[]) : await engine.readMemories(file);
          await engine.addMemories(store, memories, ...job);
        });
      },
      search: async (query, k) => {
        held();
        return this.#call((engine) => engine.searchMemory(store, query, k));
      },
      close: async () => {
        if (same()) await this.#call((engine) => engine.closeMemory(store));
      },
    });
  }

  /**
   * Recall@K and its kin of recommenders from randomly exposed items: URE, the traditional scheme
   * and, with complete labels, full Recall.
   *
   * @param recommenders Scores (CSV or JSONL `user,item,score`, or a NumPy `.npy` matrix
   *   [users × items]), or factors whose products are scores. The first of several is compared with
   *   each other, user by user.
   * @param exposed CSV or JSONL `user,item,label`; may be absent for the scheme `full` alone.
   */
  recall(
    recommenders: RecommenderLike | RecommenderLike[],
    exposed: LogFile | undefined,
    options: RecallOptions = {},
  ): Promise<RecallReport> {
    return this.#recall(recommenders, exposed, options, 'report') as Promise<RecallReport>;
  }

  /**
   * The sums behind {@link Attune.recall} as a small JSON file. Those of several shards of the users
   * add up, by {@link Attune.mergeRecall}, to the report of a single run.
   */
  recallPartial(
    recommenders: RecommenderLike | RecommenderLike[],
    exposed: LogFile | undefined,
    options: RecallOptions = {},
  ): Promise<string> {
    return this.#recall(recommenders, exposed, options, 'partial') as Promise<string>;
  }

  async #recall(
    recommenders: RecommenderLike | RecommenderLike[],
    exposed: LogFile | undefined,
    { signal, onProgress, full, mask, ...settings }: RecallOptions,
    form: 'report' | 'partial',
  ): Promise<RecallReport | string> {
    const list = Array.isArray(recommenders) ? recommenders : [recommenders];
    const input: RecallInput = { recommenders: await Promise.all(list.map(recommenderFiles)) };
    for (const [kind, log] of Object.entries({ exposed, full, mask })) {
      if (log) input[kind as 'exposed' | 'full' | 'mask'] = await logPieces(log);
    }
    return this.#long({ signal, onProgress }, (engine, job, told) =>
      engine.evaluateRecall(input, settings, form, job, told),
    );
  }

  /** The report of a single run, out of the files that {@link Attune.recallPartial} wrote. */
  async mergeRecall(files: FileLike[]): Promise<RecallReport> {
    const shards = await Promise.all(files.map(named));
    return this.#call((engine) => engine.mergeRecall(shards));
  }

  /**
   * Repeats an evaluation on exposures drawn anew from a simulated world in which everything is
   * known: how far each scheme is off, and how often each interval holds what it speaks of.
   */
  simulateRecall(
    world: Partial<WorldSettings>,
    settings: Partial<SimulationSettings>,
    options: CallOptions = {},
  ): Promise<SimulationReport> {
    return this.#long(
      { signal: options.signal, onProgress: options.onProgress },
      (engine, job, told) => engine.simulateRecall(world, settings, job, told),
    );
  }

  /** How many items to show at random to each user, for an interval of a given width. */
  planExposure(settings: PlanOptions): Promise<ExposurePlan> {
    return this.#call((engine) => engine.planExposure(settings));
  }

  /**
   * Fine-tunes the built-in judge's heads to what people voted or rated, pulled towards the heads
   * it starts from.
   *
   * @returns The heads as a safetensors file, to be given to `createAttune({ heads })`, with a
   * card and figures before and after on votes that were held out.
   */
  async train(input: TrainInput, options: CallOptions = {}): Promise<TrainedHeads> {
    const { votes, responses, ...settings } = input;
    const files = [await named(votes), await named(responses)] as const;
    return this.#long(options, (engine, ...job) =>
      engine.trainHeads(...files, settings, this.#backend, ...job),
    );
  }

  /**
   * Trains a reference recommender: `itempop`, `mf`, `mf-ips`, `mf-dr` or `dns`.
   *
   * @returns Its factors, which {@link Attune.recall} takes as scores, with the names of their rows.
   */
  async trainRecommender(
    input: RecommenderInput,
    options: CallOptions = {},
  ): Promise<TrainedRecommender> {
    const [files, settings] = await interactionFiles(input);
    return this.#long(options, (engine, ...job) =>
      engine.trainRecommender(files, settings, this.#backend, ...job),
    );
  }

  /** Reads votes or ratings with the responses they speak of, checks every row, and counts them. */
  async readVotes(votes: FileLike, responses: FileLike): Promise<BallotCount> {
    const files = [await named(votes), await named(responses)] as const;
    return this.#call((engine) => engine.countBallots(...files));
  }

  /** Loads the models and says where they run. */
  device(): Promise<DeviceReport> {
    return this.#call((engine) => engine.device(this.#backend));
  }

  /** Ends the worker and frees its memory; calls in flight reject with code `closed`. */
  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  #runSettings(options: BatchOptions): RunSettings {
    checkJudge(options.judge);
    const { signal, onProgress, total, tokenizer = 'builtin', cache } = options;
    const { engine, ending } = this.#connected();
    return {
      engine,
      backend: this.#backend,
      judge: options.judge ?? builtin(),
      version: this.#host.version,
      scoring: scoringOf(options),
      rubrics: options.rubrics,
      tokenizer,
      cache: cache === false ? memoryCache() : (cache ?? this.#host.cache()),
      spool: this.#host.spool,
      signal,
      onProgress,
      total,
      next: () => this.#next(),
      async guard(work) {
        try {
          return await ending.race(work);
        } catch (error) {
          if (error instanceof AttuneError && error.code === 'worker') ending.reach(error);
          throw error;
        }
      },
    };
  }

  #next(): number {
    this.#numbers += 1;
    return this.#numbers;
  }

  /** The connection in use; a new one where the last has ended. */
  #connected(): Connection {
    if (this.#connection === undefined || this.#connection.ending.reached) {
      this.#connection = this.#connect();
      // Whatever is asked next is answered after this; where the worker ends, that call hears it.
      if (this.#heads) this.#connection.engine.useHeads(this.#heads).catch(() => {});
    }
    return this.#connection;
  }

  async #call<T>(work: (engine: EngineCalls) => Promise<T>): Promise<T> {
    const { engine, ending } = this.#connected();
    try {
      return await ending.race(work(engine));
    } catch (error) {
      // A module that trapped is not to be used again.
      if (error instanceof AttuneError && error.code === 'worker') ending.reach(error);
      throw error;
    }
  }

  async #long<T>(
    { signal, onProgress }: { [Key in keyof CallOptions]: CallOptions[Key] | undefined },
    work: (engine: EngineCalls, job: number, told?: OnProgress) => Promise<T>,
  ): Promise<T> {
    if (signal?.aborted) throw aborted();
    const job = this.#next();
    const { engine, ending, callback } = this.#connected();
    const told = onProgress && callback(onProgress);
    let stop = () => {};
    const heard = new Promise<never>((_, reject) => {
      stop = () => {
        reject(aborted());
        if (!ending.reached) engine.cancel(job).catch(() => {});
      };
    });
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await this.#call((engine) => Promise.race([work(engine, job, told), heard]));
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }
}

interface MemoryCalls {
  add(memories: Memory[] | FileLike, options: CallOptions): Promise<void>;
  search(query: string, k: number): Promise<MemoryHit[]>;
  close(): Promise<void>;
}

/** A user's memories, searched exactly by meaning. */
export class UserMemory {
  readonly #calls: MemoryCalls;

  /** @internal */
  constructor(calls: MemoryCalls) {
    this.#calls = calls;
  }

  /** Adds memories, or a JSONL file of them: all, or none where one does not fit. */
  add(memories: Memory[] | FileLike, options: CallOptions = {}): Promise<void> {
    return this.#calls.add(memories, options);
  }

  /** The `k` memories closest to the query, best first, with cosine similarities. */
  search(query: string, options: { k?: number } = {}): Promise<MemoryHit[]> {
    return this.#calls.search(query, options.k ?? 5);
  }

  /** Frees the memories. */
  close(): Promise<void> {
    return this.#calls.close();
  }
}

/** Options of scoring as the engine takes them; what is no option reaches it and is refused there. */
function scoringOf(options: BatchOptions): ScoringOptions {
  const { method, trials, onParseFailure, thinking, level, ...others } = options;
  const { signal, judge, rubrics, tokenizer, cache, onProgress, total, ...constants } = others;
  return { ...set({ method, trials, onParseFailure, thinking, level }), constants: set(constants) };
}

function headsOf(heads: Heads | undefined): NamedBytes | undefined {
  if (heads === undefined) return undefined;
  if (heads instanceof Uint8Array) return { name: 'the heads given', bytes: heads };
  if (heads?.bytes instanceof Uint8Array) return { name: String(heads.name), bytes: heads.bytes };
  const mend = 'Give the bytes of a heads.safetensors, as train() returns them.';
  throw new AttuneError('type', 'the heads are no bytes', mend, { field: 'heads' });
}

function checkJudge(judge: unknown): void {
  if (judge === undefined) return;
  if (typeof (judge as Judge | null)?.identity?.name === 'string') return;
  throw new AttuneError(
    'type',
    'the judge is none',
    'Make one with builtin(), openai({ … }), chat({ … }) or another of the package.',
    { field: 'judge' },
  );
}
