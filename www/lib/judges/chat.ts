import { AttuneError } from '../error.js';
import type { Message } from '../types.js';
import type { Answer, Judge } from './judge.js';
import { type CallSettings, callFailed, writingJudge } from './writing.js';

/** Settings of {@link chat}. */
export interface ChatOptions {
  /** Answers messages: any function, with any model behind it. */
  complete(messages: Message[], settings: CallSettings): Promise<string | Answer>;
  /** The judge's name in results and in the cache. */
  name?: string;
  /** The model's name in results and in the cache. */
  model?: string;
  /** The temperature that `complete` uses, for results and the cache. */
  temperature?: number;
  /** How many rows are judged at the same time; 1 by default. */
  concurrency?: number;
}

/**
 * A judge out of any function from messages to text.
 *
 * Answers are kept under name, model and temperature: give another `name` where the function
 * changes.
 */
export function chat(options: ChatOptions): Judge {
  const { complete, name = 'chat', model, temperature, concurrency = 1 } = options;
  return writingJudge({
    identity: {
      name,
      ...(model === undefined ? {} : { model }),
      ...(temperature === undefined ? {} : { temperature }),
    },
    parallel: positive('concurrency', concurrency),
    async complete(messages, settings) {
      let answer: string | Answer;
      try {
        answer = await complete(messages, settings);
      } catch (error) {
        if (settings.signal.aborted || error instanceof AttuneError) throw error;
        throw callFailed(`the judge failed (${error instanceof Error ? error.message : error})`);
      }
      if (typeof answer === 'string') return { text: answer };
      if (typeof answer?.text === 'string') return answer;
      throw new AttuneError(
        'type',
        'the judge returned neither a text nor an answer with one',
        'Return a string, or { text }.',
        { field: 'complete' },
      );
    },
  });
}

/** A whole number of at least 1, or an error that names the setting. */
export function positive(field: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new AttuneError('setting', `the setting is ${value}`, 'Give a whole number from 1.', {
    field,
  });
}
