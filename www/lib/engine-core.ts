import type { Protocol, RewardBatch, ScoreRowReader } from '../wasm/core/core.js';
import type { CoreCalls, NamedBytes } from './connection.js';
import { AttuneError, revive } from './error.js';
import type { AnswerToRead } from './judges/judge.js';
import type { CoreModule, Loader } from './loader.js';
import type {
  AggregateReport,
  CriteriaRow,
  Criterion,
  JudgeIdentity,
  Judgement,
  JudgementOptions,
  Memory,
  Message,
  Opinion,
  Opinions,
  Outcome,
  PermReward,
  PermSettings,
  Request,
  ScoreRow,
  ScoringOptions,
} from './types.js';

/** What is kept between calls under a number of the caller's choice. */
type Held = Protocol | RewardBatch | ScoreRowReader;

/** Rewards, judges and what is kept of them, over the core module. */
export class CoreEngine implements CoreCalls {
  protected readonly loader: Loader;
  #core: Promise<CoreModule> | undefined;
  readonly #held = new Map<number, Held>();

  constructor(loader: Loader) {
    this.loader = loader;
  }

  async permReward(judgement: Judgement, settings: Partial<PermSettings>): Promise<PermReward> {
    const core = await this.loadCore();
    return run(() => core.permReward(judgement, settings));
  }

  async advantages(rewards: number[]): Promise<number[]> {
    const core = await this.loadCore();
    return run(() => Array.from(core.advantages(Float64Array.from(rewards))));
  }

  async aggregateJudgements(
    file: NamedBytes,
    settings: JudgementOptions,
  ): Promise<AggregateReport> {
    const core = await this.loadCore();
    return run(() => core.aggregateJudgements(file.name, file.bytes, settings));
  }

  async readScoreRows(file: NamedBytes): Promise<ScoreRow[]> {
    const core = await this.loadCore();
    return run(() => core.readScoreRows(file.name, file.bytes));
  }

  async checkRows(rows: ScoreRow[]): Promise<void> {
    const core = await this.loadCore();
    run(() => core.checkRows(rows));
  }

  async readMemories(file: NamedBytes): Promise<Memory[]> {
    const core = await this.loadCore();
    return run(() => core.readMemories(file.name, file.bytes));
  }

  async openProtocol(held: number, settings: ScoringOptions, rubrics?: NamedBytes) {
    const core = await this.loadCore();
    const text = rubrics && new TextDecoder().decode(rubrics.bytes);
    const protocol = asOptions(() => new core.Protocol(settings, rubrics?.name ?? '', text));
    this.#held.set(held, protocol);
    return { rubrics: protocol.rubrics };
  }

  /** Refuses settings that do not go together, as every judge does. */
  protected async checkSettings(settings: ScoringOptions): Promise<void> {
    const core = await this.loadCore();
    asOptions(() => new core.Protocol(settings, '', undefined)).free();
  }

  async requests(held: number, row: ScoreRow): Promise<Request[]> {
    return run(() => this.#protocol(held).requests(row));
  }

  async comparisonRequest(held: number, a: ScoreRow, b: ScoreRow): Promise<Message[]> {
    return run(() => this.#protocol(held).comparisonRequest(a, b));
  }

  async criteriaRequests(held: number, row: ScoreRow): Promise<Request[]> {
    return run(() => this.#protocol(held).criteriaRequests(row));
  }

  async readAnswers(held: number, answers: AnswerToRead[]): Promise<Opinion[]> {
    const protocol = this.#protocol(held);
    return answers.map(({ perspective, form, answer }) =>
      run(() => protocol.readAnswer(perspective, form, answer.text, answer.logprobs)),
    );
  }

  async readChoice(text: string): Promise<'a' | 'b' | 'tie'> {
    const core = await this.loadCore();
    return run(() => core.readChoice(text));
  }

  async panelOpinion(members: [string, Opinion][], median: boolean): Promise<Opinion> {
    const core = await this.loadCore();
    return run(() => core.panelOpinion(members, median));
  }

  async openBatch(held: number, protocol: number, judge: JudgeIdentity): Promise<void> {
    this.#held.set(
      held,
      run(() => this.#protocol(protocol).batch(judge)),
    );
  }

  async addToBatch(
    held: number,
    id: string,
    tokens: number | undefined,
    opinions: Opinions,
  ): Promise<Outcome> {
    return run(() => this.#batch(held).add(id, tokens, opinions));
  }

  async scoreInBatch(
    held: number,
    id: string,
    tokens: number | undefined,
    opinions: Opinions,
  ): Promise<Outcome> {
    return run(() => this.#batch(held).score(id, tokens, opinions));
  }

  async openRows(held: number, file: string): Promise<void> {
    const core = await this.loadCore();
    this.#held.set(held, new core.ScoreRowReader(file));
  }

  async pushRows(held: number, piece: Uint8Array): Promise<ScoreRow[]> {
    return run(() => this.#reader(held).push(piece));
  }

  async finishRows(held: number): Promise<{ rows: ScoreRow[]; hash: string }> {
    const reader = this.#reader(held);
    run(() => reader.fault());
    const rows = run(() => reader.finish());
    run(() => reader.fault());
    return { rows, hash: reader.hash };
  }

  async release(held: number): Promise<void> {
    this.#held.get(held)?.free();
    this.#held.delete(held);
  }

  async readCriteria(file: NamedBytes): Promise<CriteriaRow[]> {
    const core = await this.loadCore();
    return run(() => core.readCriteria(file.name, file.bytes));
  }

  async parseCriteria(text: string): Promise<Criterion[]> {
    const core = await this.loadCore();
    return run(() => core.parseCriteria(text));
  }

  async checkCriteria(criteria: Criterion[]): Promise<void> {
    const core = await this.loadCore();
    run(() => core.checkCriteria(criteria));
  }

  async judgedReplies(rows: ScoreRow[]): Promise<string[]> {
    const core = await this.loadCore();
    return rows.map((row) => run(() => core.judgedReply(row)));
  }

  async sha256(text: string): Promise<string> {
    const core = await this.loadCore();
    return core.sha256(text);
  }

  protected loadCore(): Promise<CoreModule> {
    this.#core ??= this.loader.core().catch((error) => {
      // A load that failed is tried again by the next call.
      this.#core = undefined;
      throw error;
    });
    return this.#core;
  }

  #protocol(held: number): Protocol {
    return this.#found(held) as Protocol;
  }

  #batch(held: number): RewardBatch {
    return this.#found(held) as RewardBatch;
  }

  #reader(held: number): ScoreRowReader {
    return this.#found(held) as ScoreRowReader;
  }

  #found(held: number): Held {
    const found = this.#held.get(held);
    if (found !== undefined) return found;
    throw new AttuneError('closed', 'the run ended with its worker', 'Start it again.');
  }
}

/** Names a setting as the caller gave it: options are one flat object. */
function asOptions<T>(work: () => T): T {
  try {
    return run(work);
  } catch (error) {
    throw flat(error);
  }
}

/** The same error, its field named as in options that are one flat object. */
export function flat(error: unknown): unknown {
  if (!(error instanceof AttuneError) || error.field === undefined) return error;
  const { code, problem, mend, file, line } = error;
  const field = error.field.replace(/^settings\.(constants\.)?/, '');
  const place = {
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
  };
  return new AttuneError(code, problem, mend, { ...place, field });
}

/** Calls into WebAssembly, giving errors their class. */
export function run<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw revive(error);
  }
}
