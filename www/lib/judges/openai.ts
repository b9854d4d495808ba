import pLimit from 'p-limit';
import pRetry from 'p-retry';
import { AttuneError } from '../error.js';
import type { Message } from '../types.js';
import { positive } from './chat.js';
import { isAbort, readStream, readWhole } from './endpoint-answer.js';
import { EndpointError, redactor, refused } from './endpoint-error.js';
import type { Answer, Judge, JudgeContext } from './judge.js';
import { callFailed, writingJudge } from './writing.js';

/** Settings of {@link openai}. */
export interface OpenAIOptions {
  /** The address up to `/v1`, e.g. `http://localhost:8080/v1`. */
  baseUrl: string;
  /** The model, by the endpoint's name for it. */
  model: string;
  /** Sent as a bearer token; it appears in no error, log, result or store. */
  apiKey?: string;
  /** Headers to send besides; kept as secret as the key. */
  headers?: Record<string, string>;
  /** 0.3 by default, as in both papers' code. */
  temperature?: number;
  /** The longest answer, in tokens; the endpoint's own limit where absent. */
  maxTokens?: number;
  /** The seed sent with trial 0; each further trial adds 1. */
  seed?: number;
  /**
   * Whether to ask for log-probabilities, by which the score is the expectation over the scale's
   * tokens; true by default. An endpoint that refuses them is asked without, and a warning says so.
   */
  logprobs?: boolean;
  /** Whether answers come piece by piece; false by default. */
  stream?: boolean;
  /** How many calls may be in flight; 8 by default. */
  concurrency?: number;
  /** How long a call may take, in milliseconds; 120,000 by default. */
  timeout?: number;
  /** How often a call that failed in passing (429, 5xx, a cut or slow answer) is repeated; 5. */
  retries?: number;
  /** The first pause between two attempts, in milliseconds; it doubles, with jitter; 500. */
  backoff?: number;
  /** More fields of the request's body, e.g. `{ top_p: 1 }`. */
  body?: Record<string, unknown>;
}

/** The most alternatives that OpenAI-compatible endpoints give for a token. */
const ALTERNATIVES = 20;
/** No pause between attempts is longer, whatever the endpoint asks for. */
const LONGEST_PAUSE = 60_000;

/**
 * A judge behind an OpenAI-compatible endpoint (`/chat/completions`): llama.cpp, vLLM, Ollama, LM
 * Studio, or a service. The texts judged are sent there and nowhere else.
 */
export function openai(options: OpenAIOptions): Judge {
  const { model, apiKey, headers = {}, temperature = 0.3, stream = false } = options;
  const { timeout = 120_000, retries = 5, backoff = 500 } = options;
  const concurrency = positive('concurrency', options.concurrency ?? 8);
  positive('timeout', timeout);
  if (!model) {
    throw new AttuneError('setting', 'no model is named', 'Name the endpoint’s model.', {
      field: 'model',
    });
  }
  const { address, shown } = addressOf(options.baseUrl);
  const redact = redactor([...(apiKey ? [apiKey] : []), ...Object.values(headers)]);
  const limit = pLimit(concurrency);
  let logprobs = options.logprobs ?? true;

  const body = (messages: Message[], trial: number) => ({
    ...options.body,
    model,
    messages,
    temperature,
    ...(options.maxTokens === undefined ? {} : { max_tokens: options.maxTokens }),
    ...(options.seed === undefined ? {} : { seed: options.seed + trial }),
    ...(logprobs ? { logprobs: true, top_logprobs: ALTERNATIVES } : {}),
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  });

  const attempt = async (messages: Message[], trial: number, signal: AbortSignal) => {
    const timer = AbortSignal.timeout(timeout);
    const asked = logprobs;
    try {
      const response = await fetch(address, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
          ...headers,
        },
        body: JSON.stringify(body(messages, trial)),
        signal: AbortSignal.any([signal, timer]),
        // A redirect would carry the headers, and the key in them, to an address nobody chose.
        redirect: 'error',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
      });
      if (!response.ok) throw await refused(response, redact, asked);
      return await (stream ? readStream(response) : readWhole(response));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof EndpointError) throw error;
      if (timer.aborted) throw new EndpointError(`no answer within ${timeout} ms`, 'again');
      if (isAbort(error)) throw error;
      const cause = (error as { cause?: { code?: string } }).cause?.code;
      throw new EndpointError(
        `the endpoint cannot be reached${cause ? ` (${cause})` : ''}`,
        'again',
      );
    }
  };

  let refusedLogprobs = false;
  const complete = async (
    messages: Message[],
    trial: number,
    context: Pick<JudgeContext, 'signal'>,
  ): Promise<Answer> => {
    try {
      return await pRetry(() => attempt(messages, trial, context.signal), {
        retries,
        minTimeout: backoff,
        maxTimeout: LONGEST_PAUSE,
        factor: 2,
        randomize: true,
        signal: context.signal,
        async shouldRetry({ error }) {
          if (!(error instanceof EndpointError)) return false;
          if (error.consequence === 'no-logprobs') {
            logprobs = false;
            refusedLogprobs = true;
            return true;
          }
          if (error.retryAfter > LONGEST_PAUSE) return false;
          if (error.consequence === 'again' && error.retryAfter > 0) {
            await pause(error.retryAfter, context.signal);
          }
          return error.consequence === 'again';
        },
      });
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      const message = redact(error.message);
      if (error.consequence !== 'end') throw callFailed(message);
      throw new AttuneError(
        'endpoint',
        message,
        `Check the address (${shown}), the model's name and the key.`,
      );
    }
  };

  const judge = writingJudge({
    identity: { name: 'openai', model, url: shown, temperature },
    // As many rows as fill the calls allowed, each row being four calls at least.
    parallel: concurrency,
    options: {
      ...options.body,
      maxTokens: options.maxTokens,
      seed: options.seed,
      logprobs: options.logprobs ?? true,
    },
    limit,
    complete: (messages, { signal, trial }) => complete(messages, trial, { signal }),
  });
  return {
    ...judge,
    async judge(rows, context) {
      const judged = await judge.judge(rows, context);
      if (refusedLogprobs) {
        context.warn(
          'no-logprobs',
          'The endpoint gives no log-probabilities: scores are read from its words.',
        );
      }
      return judged;
    },
  };
}

/** Where to send, and the same without credentials and query, for results and errors. */
function addressOf(baseUrl: string): { address: string; shown: string } {
  let url: URL;
  try {
    url = new URL(baseUrl, globalThis.location?.href);
  } catch {
    throw new AttuneError('setting', 'the address of the endpoint is none', EXAMPLE, {
      field: 'baseUrl',
    });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new AttuneError('setting', `the address begins with ${url.protocol}`, EXAMPLE, {
      field: 'baseUrl',
    });
  }
  if (url.username || url.password) {
    const mend = 'Give the key as apiKey, or in headers.';
    throw new AttuneError('setting', 'the address holds credentials', mend, { field: 'baseUrl' });
  }
  const path = url.pathname.replace(/\/+$/, '').replace(/\/chat\/completions$/, '');
  return {
    address: `${url.origin}${path}/chat/completions${url.search}`,
    shown: `${url.origin}${path}`,
  };
}

const EXAMPLE = 'Give one such as http://localhost:8080/v1.';

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });
}
