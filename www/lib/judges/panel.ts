import { AttuneError } from '../error.js';
import type { Opinion, Opinions } from '../types.js';
import type { Choice, Judge, JudgeContext, RowJudgement } from './judge.js';

/** Settings of {@link panel}. */
export interface PanelOptions {
  /** How scores are joined; `mean` by default. */
  join?: 'mean' | 'median';
}

const PERSPECTIVES = ['resonation', 'expression', 'reception', 'bystander'] as const;

/**
 * Several judges as one: the mean or median of their scores, with their standard deviation as
 * `disagreement`. A row that one of them cannot judge fails.
 */
export function panel(judges: Judge[], { join = 'mean' }: PanelOptions = {}): Judge {
  if (judges.length < 2) {
    throw new AttuneError(
      'setting',
      `the panel has ${judges.length === 1 ? 'one judge' : 'no judge'}`,
      'Give two judges or more.',
      { field: 'judges' },
    );
  }
  return {
    identity: { name: 'panel', join, members: judges.map(({ identity }) => identity) },
    rowsAtOnce: Math.min(...judges.map((judge) => judge.rowsAtOnce)),
    parallel: Math.max(...judges.map((judge) => judge.parallel)),
    async judge(rows, context) {
      const all = await Promise.all(judges.map((judge) => judge.judge(rows, context)));
      return Promise.all(
        rows.map(async (_, at) => {
          const judged = all.map((member) => member[at] as RowJudgement);
          const tokens = judged.find((member) => member.tokens !== undefined)?.tokens;
          const opinions = await joined(judges, judged, join === 'median', context);
          return tokens === undefined ? { opinions } : { opinions, tokens };
        }),
      );
    },
    async compare(a, b, context): Promise<Choice> {
      const choices = await Promise.all(judges.map((judge) => judge.compare(a, b, context)));
      const votes = (choice: Choice) => choices.filter((made) => made === choice).length;
      const lead = votes('a') - votes('b');
      return lead > 0 ? 'a' : lead < 0 ? 'b' : 'tie';
    },
  };
}

/** Trial by trial; a judge with one opinion, which does not vary, has it in every trial. */
async function joined(
  judges: Judge[],
  judged: RowJudgement[],
  median: boolean,
  context: JudgeContext,
): Promise<Opinions> {
  const entries = PERSPECTIVES.map(async (perspective) => {
    const opinions = judged.map((member) => member.opinions[perspective]);
    const trials = Math.max(...opinions.map((own) => own.length));
    const joinedTrials = Array.from({ length: trials }, (_, trial) => {
      const members = judges.map(({ identity }, at): [string, Opinion] => {
        const own = opinions[at] ?? [];
        const name = identity.model ? `${identity.name} ${identity.model}` : identity.name;
        return [name, (own.length === 1 ? own[0] : own[trial]) as Opinion];
      });
      return context.panel(members, median);
    });
    return [perspective, await Promise.all(joinedTrials)] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as unknown as Opinions;
}
