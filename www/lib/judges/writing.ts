import { AttuneError } from '../error.js';
import type { Message, Opinion, Opinions, Request, ScoreRow } from '../types.js';
import type { Answer, Choice, Judge, JudgeContext, JudgeName, KeptAnswer } from './judge.js';

/** What a call is given besides the messages. */
export interface CallSettings {
  /** Aborts the call. */
  signal: AbortSignal;
  /** Which trial of the same question this is, from 0. */
  trial: number;
}

/** Sends messages to a language model. */
export type Complete = (messages: Message[], settings: CallSettings) => Promise<Answer>;

interface WritingJudge {
  identity: JudgeName;
  complete: Complete;
  /** How many rows are judged at the same time. */
  parallel: number;
  /**
   * Lets so many calls at a time through. It holds each until its answer is kept, so that a run
   * that is killed repeats no more calls than that.
   */
  limit?: <T>(call: () => Promise<T>) => Promise<T>;
  /** Whatever else changes an answer, and so belongs to the key under which it is kept. */
  options?: Record<string, unknown>;
}

/** A judge that is asked in words and answers in words. */
export function writingJudge(judge: WritingJudge): Judge {
  const { identity, complete, parallel, limit = (call) => call(), options = {} } = judge;
  const answer = (messages: Message[], context: JudgeContext, trial = 0): Promise<KeptAnswer> =>
    limit(() =>
      context.once({ ...identity, ...options, trial, messages }, () =>
        complete(messages, { signal: context.signal, trial }),
      ),
    );
  return {
    identity,
    rowsAtOnce: 1,
    parallel,
    judge: (rows, context) =>
      Promise.all(rows.map(async (row) => ({ opinions: await opinions(row, context, answer) }))),
    async compare(a, b, context): Promise<Choice> {
      const { text } = await answer(await context.comparison(a, b), context);
      return context.readChoice(text);
    },
    answer: (messages, context) => answer(messages, context),
  };
}

/** All that is asked about a row, each question as often as it has trials. */
async function opinions(
  row: ScoreRow,
  context: JudgeContext,
  answer: (messages: Message[], context: JudgeContext, trial: number) => Promise<KeptAnswer>,
): Promise<Opinions> {
  const requests = await context.requests(row);
  const asked = requests.map((request) =>
    Promise.all(
      Array.from({ length: request.trials }, async (_, trial) => {
        try {
          const answered = await answer(request.messages, context, trial);
          return await read(request, answered, context);
        } catch (error) {
          return noAnswer(request, error);
        }
      }),
    ),
  );
  const all = await Promise.all(asked);
  const of = (perspective: Request['perspective']) =>
    all[requests.findIndex((request) => request.perspective === perspective)] ?? [];
  return {
    resonation: of('resonation'),
    expression: of('expression'),
    reception: of('reception'),
    bystander: of('bystander'),
  };
}

async function read(
  { perspective, form }: Request,
  answer: Answer,
  context: JudgeContext,
): Promise<Opinion> {
  const [opinion] = await context.read([{ perspective, form, answer }]);
  if (opinion && 'failure' in opinion && answer.cut) {
    const { failure } = opinion;
    const problem = `${failure.problem} (the answer was cut at its length limit)`;
    return { failure: { ...failure, problem } };
  }
  return opinion as Opinion;
}

/** One call that failed costs its row; what would fail every call ends the run. */
function noAnswer({ perspective }: Request, error: unknown): Opinion {
  if (!(error instanceof AttuneError) || error.code !== 'judge-call') throw error;
  return { failure: { code: 'judge-call', field: perspective, problem: error.problem } };
}

/** The failure of one call, after which the next may well succeed. */
export function callFailed(problem: string): AttuneError {
  return new AttuneError('judge-call', problem, 'Run again with the same cache to ask again.');
}
