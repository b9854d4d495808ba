import type { Average, RecallReport, RecallResult, Scheme } from 'attune';

/** The figures at one K, side by side. */
export interface Row {
  k: number;
  ure: Record<Average, number | null>;
  traditional: Record<Average, number | null>;
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
  const both = (scheme: Scheme, index: number) => ({
    macro: at(report, scheme, 'macro')[index]?.estimate ?? null,
    micro: at(report, scheme, 'micro')[index]?.estimate ?? null,
  });
  return at(report, 'traditional', 'macro').map(({ k, impliedK }, index) => ({
    k,
    ure: both('ure', index),
    traditional: both('traditional', index),
    impliedK: impliedK ?? k,
  }));
}
