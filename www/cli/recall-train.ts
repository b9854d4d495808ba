import { type Command, Option } from 'commander';
import {
  createAttune,
  type PointLoss,
  type PropensityModel,
  type RecommenderModel,
} from '../lib/node.js';
import { notOver, progress, read, write } from './files.js';
import { count, number, usage, whole } from './options.js';

interface Options {
  model: RecommenderModel;
  interactions: string;
  users?: string;
  items?: string;
  random?: string;
  propensity: PropensityModel;
  popularityPower: number;
  maxWeight: number;
  loss: PointLoss;
  dimensions: number;
  epochs: number;
  rate: number;
  decay: number;
  batch: number;
  candidates: number;
  seed: number;
  outUserFactors: string;
  outItemFactors: string;
  outUsers?: string;
  outItems?: string;
  json?: boolean;
}

/** Adds `attune recall train` to `attune recall`. */
export function recallTrainCommand(recall: Command): void {
  recall
    .command('train')
    .description('train a reference recommender, whose factors attune recall then evaluates')
    .addOption(
      new Option('--model <model>', 'which recommender')
        .choices(['itempop', 'mf', 'mf-ips', 'mf-dr', 'dns'])
        .makeOptionMandatory(),
    )
    .requiredOption('--interactions <file>', 'CSV user,item[,label][,propensity]; no label: liked')
    .requiredOption('--out-user-factors <file>', 'write the users\u2019 factors here (.npy)')
    .requiredOption('--out-item-factors <file>', 'write the items\u2019 factors here (.npy)')
    .option('--out-users <file>', 'the names of their rows (default: beside them, .csv)')
    .option('--out-items <file>', 'the names of their rows (default: beside them, .csv)')
    .option('--users <file>', 'all users, one a line (default: those that occur)')
    .option('--items <file>', 'the whole catalogue, one item a line (default: what occurs)')
    .option('--random <file>', 'CSV with a column label: pairs shown at random (naive-bayes)')
    .addOption(
      new Option('--propensity <model>', 'where propensities come from (mf-ips, mf-dr)')
        .choices(['popularity', 'naive-bayes', 'given'])
        .default('popularity'),
    )
    .option('--popularity-power <number>', 'η of (n_i / max n)^η', number, 0.5)
    .option('--max-weight <number>', 'cut weights to so many times their mean', number, 20)
    .addOption(
      new Option('--loss <loss>', 'the loss of mf, mf-ips and mf-dr')
        .choices(['logistic', 'squared'])
        .default('logistic'),
    )
    .option('--dimensions <number>', 'dimensions of a factor', whole, 16)
    .option('--epochs <number>', 'passes over the interactions', whole, 20)
    .option('--rate <number>', 'Adam\u2019s learning rate', number, 0.02)
    .option('--decay <number>', 'the weight of the squared factors in the loss', number, 0.01)
    .option('--batch <number>', 'interactions in a step', whole, 1024)
    .option('--candidates <number>', 'candidates for each hard negative (dns)', whole, 8)
    .option('--seed <number>', 'the seed of the training', count, 7)
    .option('--json', 'print the report as JSON')
    .action(trainRecommender);
}

async function trainRecommender(options: Options): Promise<void> {
  const { outUserFactors, outItemFactors, json } = options;
  const outUsers = options.outUsers ?? beside(outUserFactors);
  const outItems = options.outItems ?? beside(outItemFactors);
  const outputs = [outUserFactors, outItemFactors, outUsers, outItems];
  if (new Set(outputs).size < outputs.length) {
    throw usage('two of the files to write are the same', 'Name four different files.');
  }
  const { interactions, users, items, random } = options;
  for (const out of outputs) {
    await notOver(
      out,
      ...[interactions, users, items, random].filter((path) => path !== undefined),
    );
  }
  const optional = async (path: string | undefined) => path && (await read(path));
  const { model, propensity, popularityPower, maxWeight, loss, dimensions, epochs } = options;
  const { rate, decay, batch, candidates, seed } = options;
  const onProgress = progress('training, step');
  const trained = await createAttune().trainRecommender(
    {
      interactions: await read(interactions),
      users: (await optional(users)) || undefined,
      items: (await optional(items)) || undefined,
      random: (await optional(random)) || undefined,
      model,
      propensity,
      popularityPower,
      maxWeight,
      loss,
      dimensions,
      epochs,
      rate,
      decay,
      batch,
      candidates,
      seed,
    },
    onProgress ? { onProgress } : {},
  );
  const { report } = trained;
  await write(trained.userFactors, outUserFactors);
  await write(trained.itemFactors, outItemFactors);
  await write(list('user', trained.users), outUsers);
  await write(list('item', trained.items), outItems);
  for (const { message } of report.warnings) process.stderr.write(`attune: ${message}\n`);
  const last = report.losses.at(-1);
  await write(
    json
      ? `${JSON.stringify(report, null, 2)}\n`
      : `${model}: ${report.users} users, ${report.items} items, ${report.interactions} ` +
          `interactions, ${report.positives} liked${last === undefined ? '' : `; loss ${last.toFixed(4)}`}\n`,
  );
}

/** `U.npy` → `U.csv`. */
function beside(path: string): string {
  return `${path.replace(/\.npy$/, '')}.csv`;
}

/** Names as CSV of one column. */
function list(column: string, names: string[]): string {
  const field = (name: string) =>
    /[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
  return `${[column, ...names.map(field)].join('\n')}\n`;
}
