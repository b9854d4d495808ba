#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { AttuneError } from '../lib/node.js';
import { aggregate } from './aggregate.js';
import { embed } from './embed.js';
import { BAD_INPUT, USAGE } from './exit.js';
import { searchMemories } from './memory.js';
import { recall } from './recall.js';
import { score } from './score.js';

// A reader that has seen enough (`| head`) ends the command, quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whatever else goes wrong there is told by the write that failed.
  if (error.code === 'EPIPE') process.exit(0);
});

const program = new Command('attune')
  .description('Score replies for empathy, search memories, evaluate recall; all on this machine.')
  .version('0.1.0')
  .exitOverride()
  .showHelpAfterError('(attune --help tells more)');

program
  .command('score')
  .description('score English replies with the PERM reward')
  .argument(
    '<input>',
    'JSONL rows {id, query, response, persona?, scenario?, memory?, history?, analysis?, tokens?}',
  )
  .addOption(new Option('--method <method>', 'the reward').choices(['perm']).default('perm'))
  .addOption(new Option('--judge <judge>', 'who judges').choices(['builtin']).default('builtin'))
  .option('--out <file>', 'write the JSONL here instead of standard output')
  .action(score);

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
  .addOption(
    new Option('--on-parse-failure <policy>', 'what becomes of texts that cannot be read')
      .choices(['error', 'drop', 'batch-mean', 'authors'])
      .default('error'),
  )
  .addOption(
    new Option('--aggregate <mean>', 'how PERM joins the perspectives')
      .choices(['harmonic', 'geometric', 'mean'])
      .default('harmonic'),
  )
  .option('--out <file>', 'write the JSONL here instead of standard output')
  .action(aggregate);

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

program
  .command('recall')
  .description('estimate Recall@K from randomly exposed items')
  .requiredOption('--scores <file>', 'CSV user,item,score or a NumPy .npy matrix [users × items]')
  .requiredOption('--exposed <file>', 'CSV user,item,label')
  .option('--k <numbers>', 'cut-offs, separated by commas', wholes, [1, 5, 10])
  .option('--scheme <names>', 'ure and traditional, or one of them', schemes, [
    'ure',
    'traditional',
  ])
  .addOption(
    new Option('--ties <rule>', 'what happens at ties')
      .choices(['pessimistic', 'optimistic', 'expected'])
      .default('pessimistic'),
  )
  .addOption(
    new Option('--no-positives <treatment>', 'users without an exposed positive')
      .choices(['skip', 'zero'])
      .default('skip'),
  )
  .option('--out <file>', 'write the JSON here instead of standard output')
  .action(recall);

function whole(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new InvalidArgumentError('Give a whole number from 1 to 999999999.');
  }
  return Number(text);
}

function wholes(text: string): number[] {
  return text.split(',').map((part) => whole(part.trim()));
}

function schemes(text: string): string[] {
  const names = text.split(',').map((part) => part.trim());
  const wrong = names.find((name) => name !== 'ure' && name !== 'traditional');
  if (wrong !== undefined) {
    throw new InvalidArgumentError(
      `"${wrong}" is no scheme; name ure, traditional, or ure,traditional.`,
    );
  }
  return names;
}

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
