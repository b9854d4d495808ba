import { createParser } from 'eventsource-parser';
import type { TokenProbabilities } from '../types.js';
import { EndpointError } from './endpoint-error.js';
import type { Answer } from './judge.js';

interface Completion {
  choices?: {
    message?: { content?: unknown };
    delta?: { content?: unknown };
    finish_reason?: string | null;
    logprobs?: { content?: TokenProbabilities[] | null } | null;
  }[];
  usage?: { prompt_tokens?: number; completion_tokens?: number } | null;
  error?: { message?: string } | string;
}

/** Reads a whole answer. */
export async function readWhole(response: Response): Promise<Answer> {
  const body = await text(response);
  let completion: Completion;
  try {
    completion = JSON.parse(body);
  } catch {
    throw new EndpointError('the answer is no complete JSON', 'again');
  }
  const answer = new Gathered();
  answer.take(completion, 'message');
  return answer.finish();
}

/** Reads an answer that comes piece by piece, as server-sent events. */
export async function readStream(response: Response): Promise<Answer> {
  const answer = new Gathered();
  let done = false;
  const parser = createParser({
    onEvent({ data }) {
      if (data === '[DONE]') done = true;
      else answer.take(event(data), 'delta');
    },
  });
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  try {
    for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
      parser.feed(decoder.decode(piece.value, { stream: true }));
    }
  } catch (error) {
    throw broken(error);
  }
  if (!done && !answer.ended) throw new EndpointError('the stream was cut short', 'again');
  return answer.finish();
}

function event(data: string): Completion {
  try {
    return JSON.parse(data);
  } catch {
    throw new EndpointError('an event of the stream is no complete JSON', 'again');
  }
}

async function text(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw broken(error);
  }
}

/** A connection that broke while the body came; an abort stays one. */
function broken(error: unknown): unknown {
  if (error instanceof EndpointError || isAbort(error)) return error;
  return new EndpointError('the connection broke during the answer', 'again');
}

/** Whether a call was ended from outside or ran out of its time. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}

/** An answer as it grows. */
class Gathered {
  #text = '';
  #tokens: TokenProbabilities[] = [];
  #usage: Completion['usage'];
  #reason: string | undefined;
  #any = false;

  get ended(): boolean {
    return this.#reason !== undefined;
  }

  take(completion: Completion, part: 'message' | 'delta'): void {
    if (completion.error !== undefined) {
      const { error } = completion;
      const said = typeof error === 'string' ? error : error?.message;
      throw new EndpointError(`the endpoint reported an error${said ? `: ${said}` : ''}`, 'again');
    }
    this.#usage = completion.usage ?? this.#usage;
    const choice = completion.choices?.[0];
    if (choice === undefined) return;
    this.#any = true;
    this.#text += plain(choice[part]?.content);
    this.#tokens.push(...(choice.logprobs?.content ?? []));
    this.#reason = choice.finish_reason ?? this.#reason;
  }

  finish(): Answer {
    if (!this.#any) throw new EndpointError('the answer holds no choice', 'again');
    const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = this.#usage ?? {};
    return {
      text: this.#text,
      ...(this.#tokens.length > 0 ? { logprobs: slim(this.#tokens) } : {}),
      ...(this.#usage ? { usage: defined({ promptTokens, completionTokens }) } : {}),
      ...(this.#reason === 'length' ? { cut: true } : {}),
    };
  }
}

/** Content is a text, or a list of parts some of which hold text. */
function plain(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (typeof part?.text === 'string' ? part.text : '')).join('');
}

/** What is read later, without the rest that servers add. */
function slim(tokens: TokenProbabilities[]): TokenProbabilities[] {
  return tokens.map(({ token, top_logprobs }) => ({
    token: String(token),
    top_logprobs: (top_logprobs ?? []).map(({ token, logprob }) => ({
      token: String(token),
      logprob: Number(logprob),
    })),
  }));
}

function defined<T extends object>(value: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(value).filter(([, part]) => part !== undefined && part !== null);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}
