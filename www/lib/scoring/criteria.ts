import { pMapIterable } from 'p-map';
import type { EngineCalls } from '../connection.js';
import { AttuneError } from '../error.js';
import type { Judge } from '../judges/judge.js';
import type { Backend, Criteria, CriteriaRow, Criterion, FailedRow, ScoreRow } from '../types.js';
import type { Run } from './context.js';

/** Criteria for each row's query, in order; a row fails whose criteria are unfit. */
export async function* writeCriteria(
  rows: ScoreRow[],
  judge: Judge,
  { context }: Run,
  engine: EngineCalls,
  protocol: number,
  backend: Backend,
): AsyncGenerator<CriteriaRow | FailedRow> {
  const { answer } = judge;
  const write = async (row: ScoreRow): Promise<CriteriaRow | FailedRow> => {
    if (judge.identity.name === 'builtin') {
      return { id: row.id, criteria: await engine.personalCriteria(row, backend) };
    }
    if (answer === undefined) {
      throw new AttuneError(
        'setting',
        `the judge "${judge.identity.name}" cannot write criteria`,
        'Choose one judge that answers in words, or the built-in one.',
        { field: 'judge' },
      );
    }
    const criteria: Criteria = { resonation: [], expression: [], reception: [] };
    for (const { perspective, messages } of await engine.criteriaRequests(protocol, row)) {
      if (perspective === 'bystander') continue;
      try {
        const { text } = await answer(messages, context);
        criteria[perspective] = await checked(text, engine);
      } catch (error) {
        return failed(row, perspective, error);
      }
    }
    return { id: row.id, criteria };
  };
  yield* pMapIterable(rows, write, {
    concurrency: judge.parallel,
    backpressure: judge.parallel * 4,
  });
}

async function checked(text: string, engine: EngineCalls): Promise<Criterion[]> {
  const criteria = await engine.parseCriteria(text);
  await engine.checkCriteria(criteria);
  return criteria;
}

/** What may be wrong with an answer: it fails its row. Any other error ends the run. */
const UNFIT = new Set([
  'judge-call',
  'judge-reply',
  'syntax',
  'range',
  'not-finite',
  'mismatch',
  'duplicate',
  'missing',
]);

function failed(row: ScoreRow, perspective: string, error: unknown): FailedRow {
  if (!(error instanceof AttuneError) || !UNFIT.has(error.code)) throw error;
  const code = error.code === 'judge-call' ? 'judge-call' : 'judge-reply';
  const field = `${perspective}${error.field ?? ''}`;
  return { id: row.id, error: { code, field, problem: error.problem } };
}
