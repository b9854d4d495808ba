import { pMapIterable } from 'p-map';
import type { EngineCalls } from '../connection.js';
import { AttuneError, aborted } from '../error.js';
import { type FileLike, named } from '../file-like.js';
import type { Judge, JudgeName, RowJudgement } from '../judges/judge.js';
import type {
  FailedRow,
  JudgeIdentity,
  Opinions,
  Outcome,
  Scored,
  ScoreRow,
  ScoringOptions,
} from '../types.js';
import type { CallCache, Spool } from './calls.js';
import {
  type CallCount,
  lengths,
  type Run,
  type RunWarning,
  runOf,
  type TokenizerChoice,
} from './context.js';
import { type BatchProgress, Counter } from './progress.js';
import { type RowSource, rowsOf } from './source.js';

/** A row of the output. */
export type ScoredRow = Scored | FailedRow;

/** What a run came to. */
export interface RunSummary {
  done: number;
  failed: number;
  /** Ids of rows that the policy left out. */
  dropped: string[];
  /** Who judged, as in every row. */
  judge: JudgeIdentity;
  calls: CallCount;
  warnings: RunWarning[];
}

/** What a run is made of; the front end puts it together. */
export interface RunSettings {
  engine: EngineCalls;
  backend: 'cpu' | 'webgpu';
  judge: Judge;
  version: string;
  scoring: ScoringOptions;
  rubrics: FileLike | undefined;
  tokenizer: TokenizerChoice;
  cache: CallCache;
  spool: () => Spool;
  signal: AbortSignal | undefined;
  onProgress: ((progress: BatchProgress) => void) | undefined;
  total: number | undefined;
  next: () => number;
  /** Rejects where the engine dies, so that no call waits for it for ever. */
  guard<T>(work: Promise<T>): Promise<T>;
}

/** Rows read ahead of the one that is waited for, for each that is judged. */
const AHEAD = 4;

/**
 * A batch under way: iterate over it to get its rows, in the order of the input. Leaving the
 * iteration ends it; what was answered is kept by the cache.
 */
export class ScoreRun implements AsyncIterable<ScoredRow> {
  readonly #source: RowSource;
  readonly #settings: RunSettings;
  #summary: RunSummary | undefined;

  /** @internal */
  constructor(source: RowSource, settings: RunSettings) {
    this.#source = source;
    this.#settings = settings;
  }

  /** What it came to so far; whole once the iteration has ended. */
  get summary(): RunSummary {
    if (this.#summary) return this.#summary;
    throw new AttuneError('setting', 'the batch has not begun', 'Iterate over it first.');
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ScoredRow> {
    const settings = this.#settings;
    const { engine, onProgress, guard } = settings;
    const session = await openSession(settings);
    const batch = settings.next();
    const counter = new Counter(settings.total);
    try {
      const { run, identity } = session;
      await guard(engine.openBatch(batch, session.protocol, identity));
      const { calls, warnings } = run;
      const summary: RunSummary = {
        done: 0,
        failed: 0,
        dropped: [],
        judge: identity,
        calls,
        warnings,
      };
      this.#summary = summary;
      for await (const outcome of outcomes(this.#source, settings, run, batch)) {
        counter.done += 1;
        summary.done = counter.done;
        if (outcome.outcome === 'dropped') {
          counter.dropped += 1;
          summary.dropped.push(outcome.row);
        }
        if (outcome.outcome === 'failed') {
          counter.failed += 1;
          summary.failed = counter.failed;
        }
        onProgress?.(counter.progress());
        if (outcome.outcome !== 'dropped') yield outcome.row;
      }
    } finally {
      await guard(engine.release(batch)).catch(() => {});
      await session.end();
    }
  }
}

/** A run under way: what its judge may use, and how it ends. */
interface Session {
  run: Run;
  protocol: number;
  identity: JudgeIdentity;
  end(): Promise<void>;
}

async function openSession(settings: RunSettings): Promise<Session> {
  const { engine, signal, guard, scoring, backend } = settings;
  if (signal?.aborted) throw aborted();
  const own = new AbortController();
  const stop = () => own.abort(aborted());
  signal?.addEventListener('abort', stop, { once: true });
  const protocol = settings.next();
  const end = async () => {
    // Calls in flight for rows that nobody waits for any more.
    own.abort(aborted());
    signal?.removeEventListener('abort', stop);
    await guard(engine.release(protocol)).catch(() => {});
    await settings.cache.close();
  };
  try {
    const given = settings.rubrics && (await named(settings.rubrics));
    const { rubrics } = await guard(engine.openProtocol(protocol, scoring, given));
    const run = runOf({
      ...settings,
      protocol,
      signal: own.signal,
      builtin: (rows) => guard(engine.scoreRows(rows, scoring, backend)),
    });
    return { run, protocol, identity: identityOf(settings.judge, settings, rubrics), end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Lets `work` use the judge of `settings`, and ends what is in flight when it is over. */
export async function withRun<T>(
  settings: RunSettings,
  work: (run: Run, protocol: number) => Promise<T>,
): Promise<T> {
  const session = await openSession(settings);
  try {
    return await work(session.run, session.protocol);
  } finally {
    await session.end();
  }
}

type Settled = Exclude<Outcome, { outcome: 'pending' }>;

/** Every row's outcome, in order: in two passes where means of the whole input fill gaps. */
async function* outcomes(
  source: RowSource,
  settings: RunSettings,
  run: Run,
  batch: number,
): AsyncGenerator<Settled> {
  const { engine, judge, guard, next } = settings;
  const { signal } = run.context;
  const chunks = rowsOf(source, judge.rowsAtOnce, engine, next());
  const judged = pMapIterable(chunks, (rows) => guard(judgedRows(rows, settings, run)), {
    concurrency: judge.parallel,
    backpressure: judge.parallel * AHEAD,
  });
  let spool: Spool | undefined;
  try {
    for await (const rows of judged) {
      for (const row of rows) {
        if (signal.aborted) throw signal.reason;
        const outcome: Outcome =
          'scored' in row
            ? { outcome: 'scored', row: row.scored }
            : await guard(engine.addToBatch(batch, row.id, row.tokens, row.opinions));
        if (outcome.outcome === 'pending') spool ??= settings.spool();
        if (spool === undefined) yield outcome as Settled;
        else await spool.append(JSON.stringify(outcome.outcome === 'pending' ? row : outcome));
      }
    }
    if (spool === undefined) return;
    for await (const text of spool.read()) {
      if (signal.aborted) throw signal.reason;
      const set: Settled | Judged = JSON.parse(text);
      if ('outcome' in set) yield set;
      else
        yield (await guard(
          engine.scoreInBatch(batch, set.id, set.tokens, set.opinions),
        )) as Settled;
    }
  } finally {
    await spool?.remove();
  }
}

/** A row with what its judge said. */
interface Judged {
  id: string;
  tokens?: number;
  opinions: Opinions;
}

async function judgedRows(
  rows: ScoreRow[],
  settings: RunSettings,
  { context }: Run,
): Promise<(Judged | { scored: Scored })[]> {
  const { judge, engine, backend, scoring, tokenizer } = settings;
  if (judge.score) return (await judge.score(rows, context)).map((scored) => ({ scored }));
  const judgements = await judge.judge(rows, context);
  const counted = scoring.method === 'peregrm' ? [] : await missingLengths(rows, judgements);
  return rows.map((row, at) => {
    const { opinions, tokens } = judgements[at] as RowJudgement;
    const length = row.tokens ?? tokens ?? counted[at];
    return { id: row.id, opinions, ...(length === undefined ? {} : { tokens: length }) };
  });

  async function missingLengths(rows: ScoreRow[], judgements: RowJudgement[]): Promise<number[]> {
    const known = rows.every((row, at) => (row.tokens ?? judgements[at]?.tokens) !== undefined);
    return known ? [] : lengths(rows, tokenizer, engine, backend);
  }
}

/** The judge by name, with what every result must record. */
function identityOf(judge: Judge, settings: RunSettings, rubrics: string): JudgeIdentity {
  const { tokenizer, version, scoring } = settings;
  const whole = (name: JudgeName): JudgeIdentity => {
    const { members, ...own } = name;
    return { ...own, version, ...(members ? { members: members.map(whole) } : {}) };
  };
  return {
    ...whole(judge.identity),
    rubrics,
    ...(scoring.method === 'peregrm'
      ? {}
      : { tokenizer: tokenizer === 'builtin' ? 'attune' : tokenizer.name }),
  };
}
