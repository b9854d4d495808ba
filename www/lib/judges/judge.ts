import type {
  JudgeIdentity,
  Message,
  Opinion,
  Opinions,
  Request,
  Scored,
  ScoreRow,
  TokenProbabilities,
} from '../types.js';

/** What a language model answered. */
export interface Answer {
  text: string;
  /** The answer's tokens with their alternatives, as OpenAI-compatible endpoints report them. */
  logprobs?: TokenProbabilities[];
  /** Tokens read and written, where the engine counts them. */
  usage?: { promptTokens?: number; completionTokens?: number };
  /** Whether the answer was cut at its length limit. */
  cut?: boolean;
}

/** An answer as it is kept, with the time it took. */
export interface KeptAnswer extends Answer {
  milliseconds: number;
}

/** What a judge says of one row. */
export interface RowJudgement {
  opinions: Opinions;
  /** Length of the reply in tokens, where the judge counts it. */
  tokens?: number;
}

/** Which of two replies is better; `a` is the one shown first. */
export type Choice = 'a' | 'b' | 'tie';

/** What a judge may use while it judges. */
export interface JudgeContext {
  /** Ends every call in flight. */
  readonly signal: AbortSignal;
  /** The questions about a row. */
  requests(row: ScoreRow): Promise<Request[]>;
  /** The question which of two replies is better, `a` shown first. */
  comparison(a: ScoreRow, b: ScoreRow): Promise<Message[]>;
  /** What answers say. */
  read(answers: AnswerToRead[]): Promise<Opinion[]>;
  /** Which reply an answer prefers. */
  readChoice(text: string): Promise<Choice>;
  /** Several judges' opinions on one thing as one. */
  panel(members: [string, Opinion][], median: boolean): Promise<Opinion>;
  /** The answer kept under `key`, or else that of `call`, which is then kept. */
  once(key: unknown, call: () => Promise<Answer>): Promise<KeptAnswer>;
  /** Scores rows with the built-in judge. */
  builtin(rows: readonly ScoreRow[]): Promise<Scored[]>;
  /** Tells the user something once. */
  warn(code: string, message: string): void;
}

/** An answer with the question it belongs to. */
export interface AnswerToRead {
  perspective: Request['perspective'];
  form: Request['form'];
  answer: Answer;
}

/** Who judges: a part of every result, and of the key under which answers are kept. */
export interface JudgeName
  extends Omit<JudgeIdentity, 'version' | 'rubrics' | 'tokenizer' | 'members'> {
  members?: JudgeName[];
}

/**
 * Something that judges replies. Make one with `builtin`, `openai`, `chat`, `webllm`,
 * `transformers`, `promptApi` or `panel`.
 */
export interface Judge {
  /** Who it is; no secret is in it. */
  readonly identity: JudgeName;
  /** How many rows it takes at once. */
  readonly rowsAtOnce: number;
  /** How many times `judge` may be called at the same time. */
  readonly parallel: number;
  /** Judges rows, in order. */
  judge(rows: readonly ScoreRow[], context: JudgeContext): Promise<RowJudgement[]>;
  /** Which of two replies is better, with `a` shown first. */
  compare(a: ScoreRow, b: ScoreRow, context: JudgeContext): Promise<Choice>;
  /** Answers any question; absent where the judge cannot write. */
  answer?(messages: Message[], context: JudgeContext): Promise<KeptAnswer>;
  /** Scores rows whole, for a judge that needs no answers to be read. */
  score?(rows: readonly ScoreRow[], context: JudgeContext): Promise<Scored[]>;
}
