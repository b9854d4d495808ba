import { pMapIterable } from 'p-map';
import { AttuneError } from '../error.js';
import type { Choice, Judge } from '../judges/judge.js';
import type { ScoreRow } from '../types.js';
import type { Run } from './context.js';

/** Two replies to one query. */
export interface Pair {
  a: ScoreRow;
  b: ScoreRow;
}

/** Settings of a comparison. */
export interface PairOptions {
  /**
   * What a pair counts as whose two orders disagree: a `tie` (default), or nothing at all
   * (`undecided`).
   */
  onFlip?: 'tie' | 'undecided';
}

/** Which of two replies is better, asked in both orders. */
export interface Verdict {
  /** Ids of the two rows. */
  a: string;
  b: string;
  winner: Choice | 'undecided';
  /** The judge's choice with `a` shown first, and with `b` shown first. */
  orders: [Choice, Choice];
  /** Whether the two orders disagree. */
  flipped: boolean;
}

/** Verdicts and what they come to. */
export interface PairReport {
  verdicts: Verdict[];
  /** Pairs that `a` wins, `b` wins, and ties. */
  wins: { a: number; b: number; ties: number; undecided: number };
  /** The share of pairs whose verdict changes with the order. */
  flipRate: number;
}

/** Compares pairs in both orders: a judge that prefers what it is shown first shows in the flips. */
export async function comparePairs(
  pairs: Pair[],
  judge: Judge,
  run: Run,
  { onFlip = 'tie' }: PairOptions,
  onDone: (done: number) => void,
): Promise<PairReport> {
  if (pairs.length === 0) {
    throw new AttuneError('empty', 'there is no pair', 'Give at least one.', { field: 'pairs' });
  }
  pairs.forEach(({ a, b }, at) => {
    if (a.query === b.query) return;
    const problem = `the replies "${a.id}" and "${b.id}" answer different queries`;
    const mend = 'Compare replies to one query.';
    throw new AttuneError('mismatch', problem, mend, { field: `pairs[${at}].query` });
  });
  const verdicts: Verdict[] = [];
  const judged = pMapIterable(pairs, (pair) => verdict(pair, judge, run, onFlip), {
    concurrency: judge.parallel,
    backpressure: judge.parallel * 4,
  });
  for await (const made of judged) {
    verdicts.push(made);
    onDone(verdicts.length);
  }
  const count = (winner: Verdict['winner']) =>
    verdicts.filter((made) => made.winner === winner).length;
  return {
    verdicts,
    wins: { a: count('a'), b: count('b'), ties: count('tie'), undecided: count('undecided') },
    flipRate: verdicts.filter((made) => made.flipped).length / verdicts.length,
  };
}

async function verdict(
  { a, b }: Pair,
  judge: Judge,
  { context }: Run,
  onFlip: 'tie' | 'undecided',
): Promise<Verdict> {
  const [first, second] = await Promise.all([
    judge.compare(a, b, context),
    judge.compare(b, a, context).then(exchanged),
  ]);
  const flipped = first !== second;
  return { a: a.id, b: b.id, winner: flipped ? onFlip : first, orders: [first, second], flipped };
}

function exchanged(choice: Choice): Choice {
  if (choice === 'tie') return 'tie';
  return choice === 'a' ? 'b' : 'a';
}
