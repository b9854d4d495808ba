import type { EngineCalls } from '../connection.js';
import { AttuneError } from '../error.js';
import { type FileLike, named } from '../file-like.js';
import type { Answer, JudgeContext, KeptAnswer } from '../judges/judge.js';
import type { Backend, Scored, ScoreRow } from '../types.js';
import type { CallCache } from './calls.js';

/** What is told of a run besides its rows. */
export interface RunWarning {
  code: string;
  message: string;
}

/** Calls made by a run, and what they used. */
export interface CallCount {
  /** Answers that were asked for. */
  made: number;
  /** Answers that were kept from before. */
  kept: number;
  /** Tokens read and written, as far as the judge counts them, kept answers included. */
  promptTokens: number;
  completionTokens: number;
  /** The time of all calls together, kept answers included. */
  milliseconds: number;
}

/** What a run of judgements works with. */
export interface RunParts {
  engine: EngineCalls;
  protocol: number;
  backend: Backend;
  cache: CallCache;
  signal: AbortSignal;
  /** Scores rows with the built-in judge under the run's settings. */
  builtin(rows: ScoreRow[]): Promise<Scored[]>;
}

/** A judge's context with what it noted. */
export interface Run {
  context: JudgeContext;
  calls: CallCount;
  warnings: RunWarning[];
}

/** Sets up what a judge may use. */
export function runOf({ engine, protocol, cache, signal, builtin }: RunParts): Run {
  const calls: CallCount = {
    made: 0,
    kept: 0,
    promptTokens: 0,
    completionTokens: 0,
    milliseconds: 0,
  };
  const warnings: RunWarning[] = [];
  /** The same question asked twice at a time is one call. */
  const underway = new Map<string, Promise<KeptAnswer>>();

  const asked = async (key: string, call: () => Promise<Answer>): Promise<KeptAnswer> => {
    const kept = await cache.get(key);
    if (kept !== undefined) {
      calls.kept += 1;
      return kept;
    }
    signal.throwIfAborted();
    calls.made += 1;
    const start = performance.now();
    const answer = { ...(await call()), milliseconds: Math.round(performance.now() - start) };
    await cache.put(key, answer);
    return answer;
  };

  const context: JudgeContext = {
    signal,
    requests: (row) => engine.requests(protocol, row),
    comparison: (a, b) => engine.comparisonRequest(protocol, a, b),
    read: (answers) => engine.readAnswers(protocol, answers),
    readChoice: (text) => engine.readChoice(text),
    panel: (members, median) => engine.panelOpinion(members, median),
    async once(question, call) {
      const key = await engine.sha256(JSON.stringify(question));
      let answer = underway.get(key);
      if (answer === undefined) {
        answer = asked(key, call).finally(() => underway.delete(key));
        underway.set(key, answer);
      }
      const found = await answer;
      calls.promptTokens += found.usage?.promptTokens ?? 0;
      calls.completionTokens += found.usage?.completionTokens ?? 0;
      calls.milliseconds += found.milliseconds;
      return found;
    },
    builtin: (rows) => builtin([...rows]),
    warn(code, message) {
      if (!warnings.some((warning) => warning.code === code)) warnings.push({ code, message });
    },
  };
  return { context, calls, warnings };
}

/** How the length of a reply is counted where its row does not say it. */
export type TokenizerChoice =
  | 'builtin'
  /** A `tokenizer.json` of the Hugging Face hub. */
  | { name: string; file: FileLike }
  /** Any other count. */
  | { name: string; count(text: string): number | Promise<number> };

/** Tokens of the replies, where the reward takes length into account. */
export async function lengths(
  rows: ScoreRow[],
  tokenizer: TokenizerChoice,
  engine: EngineCalls,
  backend: Backend,
): Promise<number[]> {
  const texts = await engine.judgedReplies(rows);
  if (tokenizer === 'builtin') return engine.countTokens(texts, backend);
  if ('file' in tokenizer) {
    return engine.countTokens(texts, backend, await named(tokenizer.file));
  }
  const counts = await Promise.all(texts.map((text) => tokenizer.count(text)));
  const wrong = counts.find((count) => !Number.isInteger(count) || count < 0);
  if (wrong === undefined) return counts;
  throw new AttuneError('setting', `a reply counts ${wrong} tokens`, 'Return a whole number.', {
    field: 'tokenizer',
  });
}

/** What is set of some options; absent and undefined are the same. */
export function set<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
