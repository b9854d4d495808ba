import type { Opinion, Scored, ScoreRow } from '../types.js';
import type { Choice, Judge, JudgeContext, RowJudgement } from './judge.js';

/** Settings of {@link builtin}. */
export interface BuiltinOptions {
  /** By how much two rewards must differ for one reply to be better; 0 by default. */
  margin?: number;
}

/** Rows that the built-in judge takes at once: few, so that a cancel is heard soon. */
const ROWS = 16;

/** attune's own judge: no download besides its weights, no network, English. */
export function builtin({ margin = 0 }: BuiltinOptions = {}): Judge {
  return {
    identity: { name: 'builtin' },
    rowsAtOnce: ROWS,
    // It computes on one thread.
    parallel: 1,
    score: (rows, context) => context.builtin(rows),
    judge: async (rows, context) => (await context.builtin(rows)).map(judgement),
    compare: async (a, b, context) => better(await rewards(a, b, context), margin),
  };
}

async function rewards(a: ScoreRow, b: ScoreRow, context: JudgeContext): Promise<number> {
  const [first, second] = await context.builtin([
    { ...a, id: 'a' },
    { ...b, id: 'b' },
  ]);
  return (first as Scored).reward - (second as Scored).reward;
}

function better(lead: number, margin: number): Choice {
  if (Math.abs(lead) <= margin) return 'tie';
  return lead > 0 ? 'a' : 'b';
}

function judgement(scored: Scored): RowJudgement {
  const of = (perspective: 'resonation' | 'expression' | 'reception'): Opinion[] => {
    const { score, distribution, criteria } = scored[perspective];
    return [{ score, distribution, ...(criteria ? { criteria } : {}) }];
  };
  const { total, subscores } = scored.bystander;
  return {
    opinions: {
      resonation: of('resonation'),
      expression: of('expression'),
      reception: of('reception'),
      bystander: [{ score: total, ...(subscores ? { subscores } : {}) }],
    },
    ...(scored.tokens === undefined ? {} : { tokens: scored.tokens }),
  };
}
