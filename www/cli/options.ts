import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type Aggregate,
  AttuneError,
  builtin,
  type CallCache,
  type FileLike,
  fileCache,
  type Judge,
  type Method,
  memoryCache,
  openai,
  type ParseFailure,
} from '../lib/node.js';
import { read } from './files.js';

/** Which judge, and how it is reached. */
export interface JudgeOptions {
  judge: 'builtin' | 'openai';
  judgeUrl?: string;
  judgeModel?: string;
  temperature: number;
  logprobs: boolean;
  stream?: boolean;
  concurrency: number;
  timeout: number;
  retries: number;
  backoff: number;
  maxTokens?: number;
  judgeSeed?: number;
  rubrics?: string;
  cache?: string | boolean;
}

/** The constants of the reward. */
export interface ConstantOptions {
  aggregate: Aggregate;
  weights?: [number, number, number];
  bystanderWeight?: number;
  lengthLimit?: number;
  lengthRate?: number;
}

/** How opinions become rewards. */
export interface RewardOptions extends ConstantOptions {
  method: Method;
  trials: number;
  onParseFailure: ParseFailure;
  tokenizer?: string;
  level?: number;
}

/** Adds the options that choose a judge. */
export function judgeOptions(command: Command, temperature = 0.3): Command {
  return command
    .addOption(
      new Option('--judge <judge>', 'who judges').choices(['builtin', 'openai']).default('builtin'),
    )
    .option(
      '--judge-url <url>',
      'an OpenAI-compatible endpoint, e.g. http://localhost:8080/v1; its key is read from ATTUNE_JUDGE_KEY',
    )
    .option('--judge-model <name>', "the model, by the endpoint's name for it")
    .option('--temperature <number>', 'the sampling temperature', number, temperature)
    .option('--no-logprobs', 'read scores from words, not from the probabilities of tokens')
    .option('--stream', 'let answers come piece by piece')
    .option('--concurrency <number>', 'calls in flight', whole, 8)
    .option('--timeout <milliseconds>', 'how long a call may take', whole, 120_000)
    .option('--retries <number>', 'how often a failed call is repeated', count, 5)
    .option(
      '--backoff <milliseconds>',
      'the first pause before a repeat; it doubles, with jitter',
      whole,
      500,
    )
    .option('--max-tokens <number>', 'the longest answer', whole)
    .option('--judge-seed <number>', 'the seed sent with the first trial', count)
    .option('--rubrics <file>', "a rubrics file in place of attune's English one")
    .option('--cache <file>', "where judges' answers are kept (default: beside the output)")
    .option('--no-cache', 'keep no answers');
}

/** Adds the options of the reward. */
export function rewardOptions(command: Command): Command {
  command
    .addOption(
      new Option('--method <method>', 'the reward').choices(['perm', 'peregrm']).default('perm'),
    )
    .option('--trials <number>', 'how often each perspective is judged (peregrm)', whole, 1)
    .addOption(policyOption())
    .option(
      '--level <share>',
      "of the built-in judge's intervals, 0.5 to 0.99 (default: 0.9)",
      number,
    )
    .option(
      '--tokenizer <file>',
      "a tokenizer.json to count lengths by, in place of attune's own (perm)",
    );
  return constantOptions(command);
}

/** Adds the constants of the reward. */
export function constantOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--aggregate <mean>', 'how PERM joins the perspectives')
        .choices(['harmonic', 'geometric', 'mean'])
        .default('harmonic'),
    )
    .option(
      '--weights <numbers>',
      'of resonation, expression, reception, with --aggregate mean',
      three,
    )
    .option('--bystander-weight <c>', 'what the bystander can take off (default: 0.5)', number)
    .option(
      '--length-limit <tokens>',
      'up to which nothing is taken off (perm; default: 768)',
      count,
    )
    .option(
      '--length-rate <number>',
      'what each further token costs (perm; default: 0.001)',
      number,
    );
}

/** `--on-parse-failure` */
export function policyOption(): Option {
  return new Option('--on-parse-failure <policy>', 'what becomes of texts that cannot be read')
    .choices(['error', 'drop', 'batch-mean', 'authors'])
    .default('error');
}

/** The judge that the options choose. The key comes from the environment, never from the line. */
export function judgeOf(options: JudgeOptions): Judge {
  if (options.judge === 'builtin') {
    const stray = options.judgeUrl ? 'judge-url' : options.judgeModel ? 'judge-model' : undefined;
    if (stray === undefined) return builtin();
    throw usage(`--${stray} goes with --judge openai`, 'Add it, or leave the other out.');
  }
  const { judgeUrl, judgeModel, maxTokens, judgeSeed, stream } = options;
  if (!judgeUrl || !judgeModel) {
    throw usage('an endpoint needs its address and a model', 'Give --judge-url and --judge-model.');
  }
  const apiKey = process.env.ATTUNE_JUDGE_KEY;
  return openai({
    baseUrl: judgeUrl,
    model: judgeModel,
    temperature: options.temperature,
    logprobs: options.logprobs,
    concurrency: options.concurrency,
    timeout: options.timeout,
    retries: options.retries,
    backoff: options.backoff,
    ...(apiKey ? { apiKey } : {}),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(judgeSeed === undefined ? {} : { seed: judgeSeed }),
    ...(stream ? { stream } : {}),
  });
}

/** Where answers are kept: beside what they are for, unless said otherwise. */
export function cacheOf({ judge, cache }: JudgeOptions, beside: string): CallCache {
  if (judge === 'builtin' || cache === false) return memoryCache();
  return fileCache(typeof cache === 'string' ? cache : `${beside}.calls.jsonl`);
}

/** The reward's options as the library takes them. */
export async function rewardOf(options: RewardOptions & JudgeOptions) {
  const { method, trials, onParseFailure, tokenizer, rubrics, level } = options;
  if (level !== undefined && options.judge !== 'builtin') {
    throw usage('--level is that of the built-in judge', 'Leave out --judge, or the level.');
  }
  const files = async (path: string): Promise<FileLike> => read(path);
  return {
    method,
    trials,
    onParseFailure,
    ...constantsOf(options),
    ...(level === undefined ? {} : { level }),
    ...(tokenizer === undefined
      ? {}
      : { tokenizer: { name: tokenizer, file: await files(tokenizer) } }),
    ...(rubrics === undefined ? {} : { rubrics: await files(rubrics) }),
  };
}

/** The constants that were given. */
export function constantsOf(options: ConstantOptions) {
  const { aggregate, weights, bystanderWeight, lengthLimit, lengthRate } = options;
  return {
    aggregate,
    ...(weights === undefined ? {} : { weights }),
    ...(bystanderWeight === undefined ? {} : { bystanderWeight }),
    ...(lengthLimit === undefined ? {} : { lengthLimit }),
    ...(lengthRate === undefined ? {} : { lengthRate }),
  };
}

/** A wrong command line. */
export function usage(problem: string, mend: string): AttuneError {
  return new AttuneError('setting', problem, mend);
}

/** A whole number from 1. */
export function whole(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new InvalidArgumentError('Give a whole number from 1 to 999999999.');
  }
  return Number(text);
}

/** A whole number from 0. */
export function count(text: string): number {
  return text === '0' ? 0 : whole(text);
}

/** A number of at least 0. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError('Give a number of at least 0.');
  }
  return value;
}

function three(text: string): [number, number, number] {
  const [a, b, c, ...more] = text.split(',').map((part) => number(part.trim()));
  if (a === undefined || b === undefined || c === undefined || more.length > 0) {
    throw new InvalidArgumentError('Give three numbers, separated by commas.');
  }
  return [a, b, c];
}
