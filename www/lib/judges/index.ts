export { type BuiltinOptions, builtin } from './builtin.js';
export { type ChatOptions, chat } from './chat.js';
export {
  type LanguageModel,
  type LocalOptions,
  promptApi,
  type TextGeneration,
  transformers,
  type WebLLMEngine,
  webllm,
} from './engines.js';
export type {
  Answer,
  Choice,
  Judge,
  JudgeContext,
  JudgeName,
  KeptAnswer,
  RowJudgement,
} from './judge.js';
export { type OpenAIOptions, openai } from './openai.js';
export { type PanelOptions, panel } from './panel.js';
export type { CallSettings } from './writing.js';
