#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { AttuneError } from '../lib/node.js';
import { VERSION } from '../lib/version.js';
import { aggregate } from './aggregate.js';
import { criteria } from './criteria.js';
import { embed } from './embed.js';
import { evaluate } from './evaluate.js';
import { BAD_INPUT, USAGE } from './exit.js';
import { searchMemories } from './memory.js';
import {
  constantOptions,
  count,
  judgeOptions,
  number,
  policyOption,
  rewardOptions,
  whole,
} from './options.js';
import { recallCommand } from './recall.js';
import { recallTrainCommand } from './recall-train.js';
import { score } from './score.js';
import { train } from './train.js';

// A reader that has seen enough (`| head`) ends the command, quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whatever else goes wrong there is told by the write that failed.
  if (error.code === 'EPIPE') process.exit(0);
});

const program = new Command('attune')
  .description(
    'Score replies for empathy, search memories, evaluate recall. Nothing leaves this machine unless you name an endpoint.',
  )
  .version(VERSION)
  // `recall` and what stands below it have options of the same names.
  .enablePositionalOptions()
  .exitOverride()
  .showHelpAfterError('(attune --help tells more)');

rewardOptions(
  judgeOptions(
    program
      .command('score')
      .description('score replies, with the built-in judge (English) or a language model')
      .argument(
        '<input>',
        'JSONL rows {id, query, response, persona?, scenario?, memory?, history?, analysis?, tokens?}',
      ),
  ),
)
  .option('--criteria <file>', 'fixed criteria, JSONL rows {id, criteria} (peregrm)')
  .option('--heads <file>', 'heads of the built-in judge, as attune train writes them')
  .option('--resume', 'go on where a run with the same --out was broken off')
  .option('--out <file>', 'write the JSONL here instead of standard output')
  .action(score);

constantOptions(
  program
    .command('aggregate')
    .description('turn what judges wrote into rewards')
    .argument(
      '<input>',
      'JSONL rows {id, resonation, expression, reception, bystander, tokens?} of judges\u2019 texts',
    )
    .addOption(
      new Option('--format <format>', 'how the judge was asked to answer')
        .choices(['perm', 'peregrm'])
        .default('perm'),
    )
    .addOption(policyOption()),
)
  .option('--out <file>', 'write the JSONL here instead of standard output')
  .action(aggregate);

judgeOptions(
  program
    .command('criteria')
    .description('write criteria for the queries of rows or of a dataset, before any reply is seen')
    .argument('<input>', 'JSONL rows as for score, or a PersonaEmp dataset (JSON)'),
)
  .option('--out <file>', 'write here: JSONL {id, criteria}, for a dataset its criteria sidecar')
  .action(criteria);

judgeOptions(
  program
    .command('evaluate')
    .description(
      'judge predictions for a dataset: resonation, expression, reception by split and category',
    )
    .requiredOption('--dataset <file>', 'a PersonaEmp dataset (JSON) or PERM rows (JSONL)')
    .requiredOption('--predictions <file>', 'the replies: JSON by session, or JSONL {id, response}')
    .option('--baseline <files...>', 'predictions of other systems, to compare with'),
  // The papers' evaluation samples nothing, unlike their training.
  0,
)
  .addOption(
    new Option('--method <method>', 'criteria for this user, or the five levels')
      .choices(['peregrm', 'perm'])
      .default('peregrm'),
  )
  .option('--criteria <file>', 'the criteria sidecar (default: those in the dataset, else derived)')
  .addOption(
    new Option('--memory <which>', 'which memories the judge sees')
      .choices(['all', 'relevant'])
      .default('all'),
  )
  .option('--split <name>', 'the split of sessions that name none', 'test')
  .addOption(policyOption())
  .option('--level <number>', 'the level of the intervals', number, 0.95)
  .option('--resamples <number>', 'resamples of users', whole, 2000)
  .option('--seed <number>', 'the seed of resampling and permutation', count, 7)
  .option('--rows <file>', 'also write every judged reply, as JSONL')
  .option('--out <file>', 'write the JSON here instead of standard output')
  .action(evaluate);

program
  .command('train')
  .description("fine-tune the built-in judge's heads to people's votes or ratings")
  .requiredOption(
    '--votes <file>',
    'CSV left,right,winner[,rater] (left, right or tie), or id,perspective,rating[,rater]',
  )
  .requiredOption('--responses <file>', 'JSONL rows with these ids, as for score')
  .requiredOption('--out <file>', 'write the heads here (safetensors); their card goes beside them')
  .option('--card <file>', 'write the card (Markdown) here instead')
  .option('--heads <file>', "start from these heads instead of the built-in judge's own")
  .addOption(
    new Option('--on <what>', 'what a vote speaks of')
      .choices(['reward', 'resonation', 'expression', 'reception', 'bystander'])
      .default('reward'),
  )
  .option('--strength <number>', 'the pull towards the starting heads (default: chosen)', number)
  .option('--epochs <number>', 'the most steps of a fit', whole, 200)
  .option('--holdout <share>', 'the share held out to measure on', number, 0.2)
  .addOption(
    new Option('--by <what>', 'what is held out').choices(['query', 'rater']).default('query'),
  )
  .option('--seed <number>', 'the seed of the parts and the resamples', count, 7)
  .option('--resamples <number>', 'resamples for the intervals', whole, 2000)
  .option('--level <number>', 'the level of the intervals', number, 0.95)
  .option('--json', 'print the report as JSON')
  .action(train);

program
  .command('embed')
  .description('embed texts')
  .argument('<input>', 'JSONL rows {id, text}')
  .option('--out <file>', 'write the JSONL here instead of standard output')
  .action(embed);

program
  .command('memory')
  .description('work with memories')
  .command('search')
  .description('find the memories closest to a text')
  .requiredOption('--memories <file>', 'JSONL rows {id, text, at?}')
  .requiredOption('--query <text>', 'what to look for')
  .option('--k <number>', 'how many', whole, 5)
  .option('--out <file>', 'write the JSONL here instead of standard output')
  .action(searchMemories);

recallTrainCommand(recallCommand(program));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : USAGE;
  } else if (error instanceof AttuneError) {
    process.stderr.write(`attune: ${error.message}\n`);
    process.exitCode = error.code === 'setting' ? USAGE : BAD_INPUT;
  } else {
    throw error;
  }
}
