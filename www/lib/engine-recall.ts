import type { LogPieces, NamedBytes, OnProgress, RecallInput } from './connection.js';
import { run } from './engine-core.js';
import type { EvaluationModule } from './loader.js';
import { piecesOf } from './scoring/source.js';
import type {
  RecallReport,
  RecallSettings,
  SimulationReport,
  SimulationSettings,
  WorldSettings,
} from './types.js';

/** How long users are gone through before messages are let in, in milliseconds. */
const SLICE = 40;

/** Bytes of a log read before messages are let in. */
const PIECE = 4 << 20;

/** Reads scores and logs, then goes through the users, letting messages in all along. */
export async function evaluateRecall(
  module: EvaluationModule,
  input: RecallInput,
  settings: Partial<RecallSettings>,
  form: 'report' | 'partial',
  pause: () => Promise<void>,
  onProgress?: OnProgress,
): Promise<RecallReport | string> {
  const job = run(() => new module.RecallJob(settings));
  try {
    const file = (one?: NamedBytes) => one && new module.SideFile(one.name, one.bytes);
    for (const { name, ...files } of input.recommenders) {
      const { scores, userFactors, itemFactors } = files;
      const names = () => [file(files.users), file(files.items)] as const;
      if (scores) {
        run(() => job.addScores(name, scores.name, scores.bytes, ...names()));
      } else if (userFactors && itemFactors) {
        const biases = [file(files.userBias), file(files.itemBias)] as const;
        run(() =>
          job.addFactors(
            name,
            ...([userFactors.name, userFactors.bytes] as const),
            ...([itemFactors.name, itemFactors.bytes] as const),
            ...biases,
            ...names(),
          ),
        );
      }
      await pause();
    }
    for (const kind of ['exposed', 'full', 'mask'] as const) {
      const log = input[kind];
      if (log) await readLog(job, kind, log, pause);
    }
    for (let done = 0, total = 1, count = 8; done < total; ) {
      const start = performance.now();
      [done = 0, total = 0] = run(() => job.step(count));
      // As many users as fit between two looks at the messages.
      const spent = Math.max(performance.now() - start, 0.1);
      count = Math.max(1, Math.min(100_000, Math.ceil((count * SLICE) / spent)));
      onProgress?.({ done, total });
      await pause();
    }
    return run(() => (form === 'partial' ? job.partial() : job.report()));
  } finally {
    job.free();
  }
}

/** Repeats an evaluation in a simulated world, letting messages in all along. */
export async function simulateRecall(
  module: EvaluationModule,
  world: Partial<WorldSettings>,
  settings: Partial<SimulationSettings>,
  pause: () => Promise<void>,
  onProgress?: OnProgress,
): Promise<SimulationReport> {
  const simulation = run(() => new module.RecallSimulation(world, settings));
  try {
    for (let done = 0, total = 1; done < total; ) {
      [done = 0, total = 0] = run(() => simulation.step(1));
      onProgress?.({ done, total });
      await pause();
    }
    return run(() => simulation.report());
  } finally {
    simulation.free();
  }
}

async function readLog(
  job: InstanceType<EvaluationModule['RecallJob']>,
  kind: 'exposed' | 'full' | 'mask',
  { name, pieces }: LogPieces,
  pause: () => Promise<void>,
): Promise<void> {
  run(() => job.beginLog(kind, name));
  let read = 0;
  for await (const piece of pieces instanceof Blob ? piecesOf(pieces) : pieces) {
    for (let at = 0; at < piece.length; at += PIECE) {
      run(() => job.pushLog(piece.subarray(at, at + PIECE)));
      read += Math.min(PIECE, piece.length - at);
      if (read < PIECE) continue;
      read = 0;
      await pause();
    }
  }
  run(() => job.endLog());
}
