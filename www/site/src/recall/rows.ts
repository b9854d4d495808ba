import type { Average, RecallReport, RecallResult, Scheme } from 'attune';

/** The ends of an interval. */
export type Ends = [number, number];

/** The figures of a scheme at one K. */
export interface Figures extends Record<Average, number | null> {
  /** The interval of the macro figure for users like these. */
  ci?: Ends;
  /** The interval of the macro figure for exactly these users. */
  ciTheseUsers?: Ends;
}

/** The figures at one K, side by side. */
export interface Row {
  k: number;
  ure: Figures;
  traditional: Figures;
  /** The K of which the traditional figure speaks. */
  impliedK: number;
}

/** The results of one scheme and average, by K. */
export function at(report: RecallReport, scheme: Scheme, average: Average): RecallResult[] {
  return (report.systems[0]?.results ?? []).filter(
    (result) => result.scheme === scheme && result.average === average,
  );
}

/** The report's results, one row a K. */
export function rowsOf(report: RecallReport): Row[] {
  const both = (scheme: Scheme, index: number): Figures => {
    const result = at(report, scheme, 'macro')[index];
    const { ci, ciTheseUsers } = result ?? {};
    return {
      macro: result?.estimate ?? null,
      micro: at(report, scheme, 'micro')[index]?.estimate ?? null,
      ...(ci ? { ci } : {}),
      ...(ciTheseUsers ? { ciTheseUsers } : {}),
    };
  };
  return at(report, 'traditional', 'macro').map(({ k, impliedK }, index) => ({
    k,
    ure: both('ure', index),
    traditional: both('traditional', index),
    impliedK: impliedK ?? k,
  }));
}
