import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  AttuneError,
  createAttune,
  type Gain,
  type IntervalMethod,
  type LogFile,
  type Metric,
  type NoPositives,
  type RecallReport,
  type RecommenderLike,
  type Scheme,
  type Ties,
} from '../lib/node.js';
import { notOver, pieces, progress, read, write } from './files.js';
import { count, number, whole } from './options.js';
import { recallTable } from './recall-table.js';

interface Options {
  scores?: string;
  userFactors?: string;
  itemFactors?: string;
  userBias?: string;
  itemBias?: string;
  users?: string;
  items?: string;
  names?: string[];
  compare?: string[];
  exposed?: string;
  full?: string;
  mask?: string;
  merge?: string[];
  partial?: boolean;
  k: number[];
  scheme?: Scheme[];
  metric: Metric[];
  gain: Gain;
  propensity?: string;
  ties: Ties;
  positives: NoPositives;
  resamples: number;
  interval: IntervalMethod;
  level: number;
  permutations: number;
  seed: number;
  json?: boolean;
  out?: string;
}

/** Registers `attune recall` and what stands below it. */
export function recallCommand(program: Command): Command {
  const command = program
    .command('recall')
    .enablePositionalOptions()
    .description(
      'estimate Recall@K and its kin from randomly exposed items: URE, the traditional scheme, full Recall',
    )
    .option('--scores <file>', 'CSV or JSONL user,item,score, or a NumPy .npy [users × items]')
    .option('--user-factors <file>', 'NumPy .npy [users × d]; scores are products with the items’')
    .option('--item-factors <file>', 'NumPy .npy [items × d]')
    .option('--user-bias <file>', 'NumPy .npy vector: what each user scores higher throughout')
    .option('--item-bias <file>', 'NumPy .npy vector: what each item scores higher throughout')
    .option('--users <file>', 'names of the matrix’s rows, one a line (default: 0, 1, …)')
    .option('--items <file>', 'names of the matrix’s columns, one a line (default: 0, 1, …)')
    .option('--compare <files...>', 'scores of other recommenders, to compare with the first')
    .option('--names <names...>', 'what to call the recommenders (default: their files)')
    .option('--exposed <file>', 'CSV or JSONL user,item,label[,propensity]: shown at random')
    .option('--full <file>', 'CSV or JSONL user,item[,label]: all that users like')
    .option('--mask <file>', 'CSV or JSONL user,item: trained on, neither ranked nor counted')
    .option('--k <numbers>', 'cut-offs, separated by commas', wholes, [1, 5, 10])
    .option(
      '--scheme <names>',
      'of ure, traditional, full (default: those whose logs are given)',
      listOf('scheme', ['ure', 'traditional', 'full']),
    )
    .option(
      '--metric <names>',
      'of recall, precision, gain, ndcg',
      listOf('metric', ['recall', 'precision', 'gain', 'ndcg']),
      ['recall'],
    )
    .option('--gain <gain>', 'of a rank, for the metric gain: dcg, reciprocal, or numbers', gain)
    .option('--propensity <column>', 'the column of --exposed with the chance of each exposure')
    .addOption(
      new Option('--ties <rule>', 'what happens at ties')
        .choices(['pessimistic', 'optimistic', 'expected', 'random'])
        .default('pessimistic'),
    )
    .addOption(
      new Option('--no-positives <treatment>', 'users without an exposed positive')
        .choices(['skip', 'zero'])
        .default('skip'),
    )
    .option('--resamples <number>', 'resamples of users for the intervals; 0 for none', count, 2000)
    .addOption(
      new Option('--interval <method>', 'how intervals are made of the resamples')
        .choices(['percentile', 'bca'])
        .default('bca'),
    )
    .option('--level <number>', 'the level of the intervals', number, 0.95)
    .option('--permutations <number>', 'sign flips for the p-values', whole, 9999)
    .option('--seed <number>', 'the seed of resamples, flips and ties', count, 7)
    .option('--partial', 'write the sums of this shard of the users instead of the report')
    .option('--merge <files...>', 'the report out of the files that --partial wrote')
    .option('--json', 'write the whole report as JSON instead of a table')
    .option('--out <file>', 'write here instead of standard output')
    .action(recall);
  command
    .command('plan')
    .description('how many items to show at random to each user, for an interval of a given width')
    .requiredOption('--users <number>', 'users who will take part', whole)
    .requiredOption('--items <number>', 'candidates', whole)
    .requiredOption('--liked <share>', 'the share of the candidates that a user likes', number)
    .requiredOption('--width <number>', 'the width of the interval that is wanted', number)
    .option('--recall <number>', 'the Recall@K expected; 0.5 asks for the most', number, 0.5)
    .option('--level <number>', 'the level of the interval', number, 0.95)
    .option('--repetitions <number>', 'users simulated at each number tried', whole, 4000)
    .option('--seed <number>', 'the seed of the simulation', count, 7)
    .action(async (_: unknown, self: Command) => {
      const plan = await createAttune().planExposure(self.opts() as never);
      await write(`${JSON.stringify(plan, null, 2)}\n`);
    });
  command
    .command('simulate')
    .description('bias and coverage of the schemes and intervals in a simulated world')
    .option('--users <number>', 'users of the world', whole, 1000)
    .option('--items <number>', 'candidates', whole, 1000)
    .option('--positive-share <share>', 'the share of the pairs that are liked', number, 0.05)
    .option('--world-seed <number>', 'the seed of the world', count, 7)
    .option('--exposed <number>', 'items shown at random to each user', whole, 50)
    .option('--k <numbers>', 'cut-offs, separated by commas', wholes, [1, 5, 10, 50])
    .addOption(
      new Option('--redraw <what>', 'what is drawn anew each time')
        .choices(['exposure', 'users'])
        .default('exposure'),
    )
    .option('--skill <number>', 'what the model knows, 0 to 1', number, 0.7)
    .option('--repetitions <number>', 'how often', whole, 1000)
    .option('--resamples <number>', 'resamples of users for each interval', count, 400)
    .addOption(
      new Option('--interval <method>', 'how intervals are made of the resamples')
        .choices(['percentile', 'bca'])
        .default('bca'),
    )
    .option('--level <number>', 'the level of the intervals', number, 0.95)
    .option('--seed <number>', 'the seed of everything but the world', count, 7)
    .option('--out <file>', 'write here instead of standard output')
    .action(async (_: unknown, self: Command) => {
      const options = self.opts();
      const { users, items, positiveShare, worldSeed, out, ...given } = options;
      const { exposed, k, redraw, skill, repetitions, resamples, interval, level, seed } = given;
      const report = await createAttune().simulateRecall(
        { users, items, positiveShare, seed: worldSeed },
        { exposed, k, redraw, skill, repetitions, resamples, interval, level, seed },
        { onProgress: progress('repetitions') ?? (() => {}) },
      );
      await write(`${JSON.stringify(report, null, 2)}\n`, out);
    });
  return command;
}

/** `attune recall` */
async function recall(options: Options): Promise<void> {
  const attune = createAttune();
  if (options.merge) {
    await notOver(options.out, ...options.merge);
    return tell(await attune.mergeRecall(await Promise.all(options.merge.map(read))), options);
  }
  const inputs = ['scores', 'userFactors', 'itemFactors', 'userBias', 'itemBias'] as const;
  const given = [...inputs, 'users', 'items', 'exposed', 'full', 'mask'] as const;
  const paths = given.map((key) => options[key]).filter((path) => path !== undefined);
  await notOver(options.out, ...paths, ...(options.compare ?? []));
  const log = (path?: string): LogFile | undefined =>
    path === undefined ? undefined : { name: path, stream: pieces(path) };
  const schemes = options.scheme ?? [
    ...(options.exposed ? (['ure', 'traditional'] as const) : []),
    ...(options.full ? (['full'] as const) : []),
  ];
  if (schemes.length === 0) {
    throw new AttuneError('setting', 'no log is given', 'Give --exposed, --full or both.');
  }
  const settings = {
    k: options.k,
    schemes,
    metrics: options.metric,
    ...(options.gain === undefined ? {} : { gain: options.gain }),
    ...(options.propensity === undefined ? {} : { propensity: options.propensity }),
    ties: options.ties,
    noPositives: options.positives,
    resamples: options.resamples,
    interval: options.interval,
    level: options.level,
    permutations: options.permutations,
    seed: options.seed,
    full: log(options.full),
    mask: log(options.mask),
    onProgress: progress('users'),
  };
  const recommenders = await systems(options);
  const exposed = log(options.exposed);
  if (options.partial) {
    await write(`${await attune.recallPartial(recommenders, exposed, settings)}\n`, options.out);
    return;
  }
  await tell(await attune.recall(recommenders, exposed, settings), options);
}

/** The recommenders that the options name, the first of them first. */
async function systems(options: Options): Promise<RecommenderLike[]> {
  const { scores, userFactors, itemFactors, compare = [], names = [] } = options;
  if (scores !== undefined && userFactors !== undefined) {
    throw new AttuneError(
      'setting',
      'both --scores and --user-factors are given',
      'Give one of them; other recommenders go to --compare.',
    );
  }
  if (scores === undefined && (userFactors === undefined || itemFactors === undefined)) {
    const mend = 'Give --scores, or --user-factors and --item-factors.';
    throw new AttuneError('setting', 'no scores are given', mend);
  }
  const count = 1 + compare.length;
  if (names.length > 0 && names.length !== count) {
    const problem = `${names.length} names are given for ${count} recommenders`;
    throw new AttuneError('setting', problem, 'Give --names one name for each.');
  }
  const file = async (path?: string) => (path === undefined ? undefined : read(path));
  const rows = { users: await file(options.users), items: await file(options.items) };
  const first: RecommenderLike =
    scores !== undefined
      ? { name: names[0] ?? scores, scores: await read(scores), ...rows }
      : {
          name: names[0] ?? (userFactors as string),
          userFactors: await read(userFactors as string),
          itemFactors: await read(itemFactors as string),
          userBias: await file(options.userBias),
          itemBias: await file(options.itemBias),
          ...rows,
        };
  const others = compare.map(async (path, at) => {
    const scores = await read(path);
    // A matrix has the rows and columns of the first; long form brings its own names.
    const matrix = scores.bytes[0] === 0x93;
    return { name: names[at + 1] ?? path, scores, ...(matrix ? rows : {}) };
  });
  return [first, ...(await Promise.all(others))];
}

async function tell(report: RecallReport, { json, out }: Options): Promise<void> {
  for (const { message } of report.warnings) process.stderr.write(`attune: ${message}\n`);
  await write(json ? `${JSON.stringify(report, null, 2)}\n` : recallTable(report), out);
}

function wholes(text: string): number[] {
  return text.split(',').map((part) => whole(part.trim()));
}

function listOf(what: string, known: string[]) {
  return (text: string): string[] => {
    const names = text.split(',').map((part) => part.trim());
    const wrong = names.find((name) => !known.includes(name));
    if (wrong === undefined) return names;
    const why =
      wrong === 'hit-rate'
        ? ' Whether a user has any hit cannot be told without bias from a sample of what they like; recall and precision can.'
        : '';
    throw new InvalidArgumentError(
      `"${wrong}" is no ${what}; name ${known.join(', ')}, separated by commas.${why}`,
    );
  };
}

function gain(text: string): Gain {
  if (text === 'dcg' || text === 'reciprocal') return text;
  const listed = text.split(',').map((part) => Number(part.trim() || Number.NaN));
  if (listed.every(Number.isFinite)) return { listed };
  throw new InvalidArgumentError('Give dcg, reciprocal, or the gains of rank 1, 2, … by commas.');
}
