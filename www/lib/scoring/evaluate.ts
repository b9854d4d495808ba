import type { EvaluationCalls, NamedBytes } from '../connection.js';
import type {
  Alignment,
  DatasetSettings,
  EvaluationReport,
  EvaluationSettings,
  JudgeIdentity,
  Scored,
  ScoreRow,
  SystemScores,
} from '../types.js';
import type { RunSummary, ScoredRow } from './run.js';

/** A system under evaluation: its replies to a dataset's queries. */
export interface SystemReplies {
  name: string;
  predictions: NamedBytes;
}

/** What is evaluated. */
export interface EvaluationInput {
  dataset: NamedBytes;
  systems: SystemReplies[];
  criteria: NamedBytes | undefined;
  reading: Partial<DatasetSettings>;
  figures: Partial<EvaluationSettings>;
}

/** One system's replies as they were judged. */
export interface JudgedSystem {
  name: string;
  rows: ScoredRow[];
  /** Ids of queries without a reply, and with an empty one. */
  missing: string[];
  empty: string[];
  /** Replies to queries that the dataset lacks, by the names they carry. */
  unknown: string[];
  /** SHA-256 of the dataset, the predictions and the criteria. */
  inputHash?: string;
}

/** An evaluation: the table, the comparisons, and the judged rows they come from. */
export interface Evaluation extends EvaluationReport {
  judge: JudgeIdentity;
  judged: JudgedSystem[];
}

/** Judges every system's replies and tabulates the scores. */
export async function evaluateSystems(
  { dataset, systems, criteria, reading, figures }: EvaluationInput,
  engine: EvaluationCalls,
  score: (rows: ScoreRow[], name: string) => Promise<{ rows: ScoredRow[]; summary: RunSummary }>,
): Promise<Evaluation> {
  const alignments: Alignment[] = [];
  // Every file is read before the first reply is judged.
  for (const { predictions } of systems) {
    alignments.push(await engine.readEvaluation(dataset, predictions, criteria, reading));
  }
  const judged: JudgedSystem[] = [];
  const tables: SystemScores[] = [];
  let judge: JudgeIdentity | undefined;
  const warnings = new Map<string, string>();
  for (const [at, { name }] of systems.entries()) {
    const { items, missing, empty, unknown, inputHash } = alignments[at] as Alignment;
    const { rows, summary } = await score(
      items.map((item) => item.row),
      name,
    );
    judge = summary.judge;
    for (const { code, message } of summary.warnings) warnings.set(code, message);
    judged.push({ name, rows, missing, empty, unknown, ...(inputHash ? { inputHash } : {}) });
    tables.push(table(name, alignments[at] as Alignment, rows));
  }
  const report = await engine.evaluationReport(tables, figures);
  const more = [...warnings].map(([code, message]) => ({ code, message }));
  return {
    ...report,
    warnings: [...report.warnings, ...more],
    judge: judge as JudgeIdentity,
    judged,
  };
}

function table(
  name: string,
  { items, missing, empty }: Alignment,
  rows: ScoredRow[],
): SystemScores {
  const scored = new Map(
    rows.flatMap((row): [string, Scored][] => ('reward' in row ? [[row.id, row]] : [])),
  );
  return {
    name,
    failed: items.length - scored.size,
    missing: missing.length,
    empty: empty.length,
    rows: items.flatMap(({ id, user, split, category }) => {
      const own = scored.get(id);
      if (own === undefined) return [];
      const { resonation, expression, reception } = own;
      return [
        {
          id,
          user,
          split,
          category,
          resonation: resonation.score,
          expression: expression.score,
          reception: reception.score,
        },
      ];
    }),
  };
}
