import { AttuneError } from '../error.js';
import type { Message } from '../types.js';
import { chat } from './chat.js';
import type { Answer, Judge } from './judge.js';

/** What is used of a WebLLM engine (`@mlc-ai/web-llm`). */
export interface WebLLMEngine {
  chat: { completions: { create(request: Record<string, unknown>): Promise<unknown> } };
  interruptGenerate?(): unknown;
}

/** Settings of {@link webllm}, {@link transformers} and {@link promptApi}. */
export interface LocalOptions {
  /** The model's name, for results and the cache. */
  model?: string;
  /** 0.3 by default. */
  temperature?: number;
  /** The longest answer, in tokens; 1,024 by default. */
  maxTokens?: number;
}

interface WebLLMCompletion {
  choices: { message: { content: string | null }; logprobs?: { content?: Answer['logprobs'] } }[];
  usage?: { prompt_tokens: number; completion_tokens: number };
}

/** A judge out of a WebLLM engine with a model loaded; scores come from log-probabilities. */
export function webllm(engine: WebLLMEngine, options: LocalOptions = {}): Judge {
  const { model, temperature = 0.3, maxTokens = 1024 } = options;
  return chat({
    name: 'webllm',
    temperature,
    ...(model === undefined ? {} : { model }),
    async complete(messages, { signal }) {
      const stop = () => engine.interruptGenerate?.();
      signal.addEventListener('abort', stop, { once: true });
      try {
        const completion = (await engine.chat.completions.create({
          messages,
          temperature,
          max_tokens: maxTokens,
          logprobs: true,
          // WebLLM gives at most five.
          top_logprobs: 5,
        })) as WebLLMCompletion;
        if (signal.aborted) throw signal.reason;
        const [choice] = completion.choices;
        const logprobs = choice?.logprobs?.content;
        return {
          text: choice?.message.content ?? '',
          ...(logprobs ? { logprobs } : {}),
          ...(completion.usage
            ? {
                usage: {
                  promptTokens: completion.usage.prompt_tokens,
                  completionTokens: completion.usage.completion_tokens,
                },
              }
            : {}),
        };
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
  });
}

/** A `text-generation` pipeline of transformers.js. */
export type TextGeneration = (
  messages: Message[],
  settings: Record<string, unknown>,
) => Promise<unknown>;

/** A judge out of a `text-generation` pipeline of transformers.js with a chat model. */
export function transformers(pipeline: TextGeneration, options: LocalOptions = {}): Judge {
  const { model, temperature = 0.3, maxTokens = 1024 } = options;
  return chat({
    name: 'transformers',
    temperature,
    ...(model === undefined ? {} : { model }),
    async complete(messages) {
      const output = await pipeline(messages, {
        max_new_tokens: maxTokens,
        do_sample: temperature > 0,
        ...(temperature > 0 ? { temperature } : {}),
        return_full_text: false,
      });
      return { text: generated(output) };
    },
  });
}

/** The last message of a pipeline's output, or its text. */
function generated(output: unknown): string {
  const [first] = (Array.isArray(output) ? output.flat() : [output]) as {
    generated_text?: unknown;
  }[];
  const text = first?.generated_text;
  const last = Array.isArray(text) ? (text.at(-1) as { content?: unknown })?.content : text;
  if (typeof last === 'string') return last;
  throw new AttuneError(
    'type',
    'the pipeline gave no generated text',
    'Give a text-generation pipeline with a chat model.',
  );
}

/** What is used of the browser's `LanguageModel`. */
export interface LanguageModel {
  availability?(): Promise<string>;
  create(settings: Record<string, unknown>): Promise<{
    prompt(text: string, settings?: { signal?: AbortSignal }): Promise<string>;
    destroy?(): void;
  }>;
}

/**
 * A judge out of the browser's own model (the Prompt API). Each question gets a session of its own,
 * so that none sees another.
 */
export function promptApi(options: LocalOptions & { languageModel?: LanguageModel } = {}): Judge {
  const { model = 'browser', temperature } = options;
  return chat({
    name: 'prompt-api',
    model,
    ...(temperature === undefined ? {} : { temperature }),
    async complete(messages, { signal }) {
      const api =
        options.languageModel ?? (globalThis as { LanguageModel?: LanguageModel }).LanguageModel;
      if (api === undefined || (await api.availability?.()) === 'unavailable') {
        throw new AttuneError(
          'device',
          'this browser offers no model of its own',
          'Use a browser with the Prompt API, or choose another judge.',
        );
      }
      const [system, user] = messages;
      const session = await api.create({
        initialPrompts: [{ role: 'system', content: system?.content ?? '' }],
        // The two can be set together only.
        ...(temperature === undefined ? {} : { temperature, topK: 8 }),
        signal,
      });
      try {
        return { text: await session.prompt(user?.content ?? '', { signal }) };
      } finally {
        session.destroy?.();
      }
    },
  });
}
