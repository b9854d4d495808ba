import type { BeforeAfter, Interval, VoteReport } from 'attune';
import { number, percent, plural } from '../common/format.js';

/** Whether what was held out shows a difference, judged by its interval. */
export type Verdict = 'better' | 'worse' | 'unclear' | 'unknown';

/** What the interval of a difference says; `sign` is 1 where more is better, −1 where less is. */
export function verdict({ low, high }: Interval, sign: 1 | -1): Verdict {
  if (low === null || high === null) return 'unknown';
  const [worst, best] = sign === 1 ? [low, high] : [-high, -low];
  if (worst > 0) return 'better';
  return best < 0 ? 'worse' : 'unclear';
}

/** The result in a sentence. */
export function headline({ accuracy: { before, after }, count }: VoteReport): string {
  if (before.estimate === null || after.estimate === null) {
    return 'All held-out votes are ties, so nothing can be right or wrong about them.';
  }
  const agree =
    count.kind === 'votes'
      ? 'of the held-out votes go to the reply that the trained heads prefer'
      : 'of the held-out ratings are the level that the trained heads find likeliest';
  return `${percent(after.estimate)} ${agree}; with the built-in heads ${percent(before.estimate)}.`;
}

/** The difference in accuracy with its interval, and what may be concluded. */
export function improvement({ accuracy: { difference }, settings }: VoteReport): string {
  const { estimate, low, high } = difference;
  if (estimate === null) return '';
  const what = estimate < 0 ? 'Accuracy changes by' : 'The improvement is';
  const moved = `${what} ${points(estimate)} percentage points`;
  if (low === null || high === null) {
    return `${moved}. Too little was held out for an interval, so that may be chance.`;
  }
  const says: Record<Exclude<Verdict, 'unknown'>, string> = {
    better:
      'The interval lies above 0: on what they never saw, the trained heads are right more often.',
    worse:
      'The interval lies below 0: on what they never saw, the trained heads are right less often.',
    unclear:
      'The interval includes 0: the held-out part does not show that the trained heads are better.',
  };
  const interval = `${percent(settings.level)} interval: ${points(low)} to ${points(high)}`;
  return `${moved} (${interval}). ${says[verdict(difference, 1) as keyof typeof says]}`;
}

/** What the log-loss adds. */
export function lossInWords({ difference, after, before }: BeforeAfter): string {
  const { estimate, low, high } = difference;
  if (estimate === null || after.estimate === null || before.estimate === null) return '';
  const moved = estimate < 0 ? 'falls' : estimate > 0 ? 'rises' : 'stays';
  const from = `Log-loss, which also counts how sure the judge is, ${moved} from ${number(before.estimate, 3)} to ${number(after.estimate, 3)}; less is better.`;
  if (low === null || high === null) return from;
  const says: Record<Exclude<Verdict, 'unknown'>, string> = {
    better: 'The interval of the difference lies below 0.',
    worse:
      'The interval of the difference lies above 0: these heads are sure of the wrong replies.',
    unclear: 'The interval of the difference includes 0: that may be chance.',
  };
  return `${from} ${says[verdict(difference, -1) as keyof typeof says]}`;
}

/** A difference of shares in percentage points. */
export function points(share: number): string {
  return number(share * 100, 0);
}

/** Warnings that need other words on a page than in a report; the others are shown as they are. */
const PLAIN: Record<string, (report: VoteReport) => string> = {
  unchanged: () =>
    'Training found nothing that helps on the validation part, so these heads are the built-in ones.',
  separable: () =>
    'The built-in heads already order all training votes as the raters did. How sure they ought to be of that cannot be estimated, so the log-loss before training says little; the accuracy holds.',
  'not-shown-better': ({ accuracy }) =>
    verdict(accuracy.difference, 1) === 'better'
      ? 'The two figures do not agree: accuracy improves, but the interval of the difference in log-loss includes 0. Take the improvement as likely, not as shown; more votes would tell.'
      : 'The interval of the difference in log-loss includes 0, so the held-out part does not show that the trained heads are better. More votes would tell.',
  'few-clusters': ({ clusters, settings }) => {
    const held =
      settings.by === 'query' ? plural(clusters, 'query', 'queries') : plural(clusters, 'rater');
    return `Only ${held} could be held out. Intervals from so few are too narrow: the truth lies outside them more often than they say.`;
  },
};

/** What the reader must know, in plain words. */
export function warningsOf(report: VoteReport): { code: string; text: string }[] {
  return report.warnings.map(({ code, message }) => ({
    code,
    text: PLAIN[code]?.(report) ?? message,
  }));
}
