import type { RecallReport, RecallResult, Scheme } from 'attune';
import { number, short } from '../common/format.js';

/** The ends of an interval. */
export type Ends = [number, number];

/** What the schemes go by. */
export const SCHEMES: Record<Scheme, string> = {
  ure: 'URE',
  traditional: 'Traditional',
  full: 'Full',
};

/** The figures of one scheme at one K. */
export interface Figures {
  scheme: Scheme;
  macro: RecallResult | undefined;
  micro: RecallResult | undefined;
  /** The one to show: macro, but micro where propensities leave only that. */
  lead: RecallResult | undefined;
}

/** The figures at one K, side by side. */
export interface Row {
  k: number;
  figures: Figures[];
}

/** The Recall of a recommender, one row a K. */
export function rowsOf(report: RecallReport, system: number): Row[] {
  const results = report.systems[system]?.results ?? [];
  const at = (scheme: Scheme, k: number, average: string) =>
    results.find(
      (one) =>
        one.metric === 'recall' && one.scheme === scheme && one.k === k && one.average === average,
    );
  return report.settings.k.map((k) => ({
    k,
    figures: report.settings.schemes.map((scheme) => {
      const [macro, micro] = [at(scheme, k, 'macro'), at(scheme, k, 'micro')];
      return { scheme, macro, micro, lead: macro?.estimate == null ? micro : macro };
    }),
  }));
}

/** The result of a scheme to show in a row, where it has an estimate. */
export function leadOf(
  row: Row,
  scheme: Scheme,
): (RecallResult & { estimate: number }) | undefined {
  const lead = row.figures.find((figures) => figures.scheme === scheme)?.lead;
  return lead && lead.estimate !== null ? { ...lead, estimate: lead.estimate } : undefined;
}

/** An estimate to three digits. */
export function figure(value: number | null | undefined): string {
  return value == null ? 'none' : number(value, 3);
}

/** An interval to three digits. */
export function interval(ends: Ends | null | undefined): string {
  return ends ? `${number(ends[0], 3)}–${number(ends[1], 3)}` : 'none';
}

/** Of what a traditional figure speaks, in words. */
export function speaksOf({ impliedK, k }: RecallResult): string {
  return `this speaks of Recall@K≈${short(impliedK ?? k)}`;
}

/** Whether propensities leave only the micro figures of URE. */
export function pooled(rows: Row[]): boolean {
  return rows.some((row) => leadOf(row, 'ure')?.average === 'micro');
}

/** Whether any figure has an interval for exactly these users. */
export function speaksOfTheseUsers({ systems }: RecallReport): boolean {
  return systems.some(({ results }) => results.some(({ ciTheseUsers }) => ciTheseUsers));
}
