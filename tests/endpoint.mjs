// A chat-completions server of the OpenAI kind for tests: real HTTP on this machine, deterministic
// answers, and on request the faults that such servers have. In a test: `await endpoint()`. As a
// process of its own: `node tests/endpoint.mjs --port 0 --faults 0.05 --seed 7 --log FILE`.
import { createHash } from 'node:crypto';
import { appendFileSync, realpathSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** The bystander's sub-scores, as a judge has to write them. */
const NAMES = [
  'Content Effectiveness',
  'Logical Structure & Clarity',
  'Communication Efficiency',
  'Objectivity & Neutrality',
  'Information Accuracy & Verifiability',
];

/** What `seededFaults` draws from; `slow` has to be asked for, since it costs a client's timeout. */
const FAULTS = ['429', '429-retry-after', '500', '503', 'cut', 'truncated', 'html', 'empty'];

/** The log probability that servers give for a token that is all but impossible. */
const IMPOSSIBLE = -9999;

/**
 * Starts the server.
 *
 * - `answer(body, request, index)`: a string or `{content, digits?, finish_reason?,
 *   reasoning_content?}`, or a promise of one; `digits` is the distribution of the token at the
 *   score's place (`{"3": 0.2, "4": 0.8}`, for a choice `{"A": 0.6, "B": 0.3, "tie": 0.1}`).
 * - `faults(body, attempt, request)`: the fault of this call, if any (see `fail`).
 * - `delay`: milliseconds before an answer, or a function `(body, request)` of it.
 * - `requireKey`: the key that a caller has to send.
 * - `retryAfter`: what the header of `429-retry-after` says.
 * - `log({event, at, key, attempt, fault, status})`: told of each `start`, and of its `end` or, where
 *   it was not fully answered, `left`.
 *
 * `open` and `peak` (calls being served, and the most there have been) are read live: do not
 * destructure them. `requests` has an entry for every request but a preflight; its `key` is the hash
 * of the body as sent, its `body` the parsed one (the text, where it was refused), its `finished`
 * the time once it is fully answered.
 */
export async function endpoint({
  answer = defaultAnswer,
  faults,
  delay = 0,
  requireKey,
  retryAfter = '1',
  log,
  port = 0,
} = {}) {
  const requests = [];
  const attempts = new Map();
  const settings = { answer, faults, delay, requireKey, retryAfter, attempts };
  let open = 0;
  let peak = 0;

  const server = createServer(async (req, res) => {
    res.setHeader('access-control-allow-origin', '*');
    res.setHeader('access-control-expose-headers', 'retry-after, x-request-id');
    if (req.method === 'OPTIONS') return preflight(req, res);
    open += 1;
    peak = Math.max(peak, open);
    const request = { at: Date.now(), headers: req.headers, status: null, finished: null };
    requests.push(request);
    const tell = (event) => {
      if (!request.attempt) return;
      const { key, attempt, fault, status } = request;
      log?.({ event, at: Date.now(), key, attempt, fault, status });
    };
    res.on('finish', () => {
      request.finished = Date.now();
    });
    res.on('close', () => {
      open -= 1;
      if (res.headersSent) request.status = res.statusCode;
      tell(request.finished ? 'end' : 'left');
    });
    try {
      const text = await bodyOf(req);
      request.key = sha256(text);
      request.body = text;
      await serve(req, res, text, request, settings, tell);
    } catch (error) {
      if (!res.headersSent && !res.destroyed) {
        refuse(res, 500, 'server_error', `The answer failed: ${error.message}`);
      } else {
        res.destroy();
      }
    }
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}/v1`,
    requests,
    get open() {
      return open;
    },
    get peak() {
      return peak;
    },
    close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      return closed;
    },
  };
}

/**
 * Faults for about `share` of the calls, picked by the hash of body and attempt alone, so that a
 * run can be repeated. Every third attempt of a body goes through: three tries always suffice.
 */
export function seededFaults({ share = 0.05, seed = 7, kinds = FAULTS } = {}) {
  return (_body, attempt, request) => {
    if (attempt % 3 === 0) return undefined;
    const draw = random(`${seed} ${attempt} ${request.key}`);
    return draw() < share ? kinds[Math.floor(draw() * kinds.length)] : undefined;
  };
}

async function serve(req, res, text, request, settings, tell) {
  const { pathname } = new URL(req.url, 'http://localhost');
  if (pathname !== '/v1/chat/completions') {
    return refuse(res, 404, 'not_found', `Nothing is served at ${pathname}.`);
  }
  if (req.method !== 'POST') {
    return refuse(res, 405, 'method_not_allowed', `${req.method} is not served here.`);
  }
  const { authorization = '' } = req.headers;
  if (settings.requireKey !== undefined && authorization !== `Bearer ${settings.requireKey}`) {
    // Some servers repeat the key in the message; whoever logs it must redact it.
    const sent = authorization.replace(/^Bearer /, '');
    return refuse(res, 401, 'invalid_api_key', `The API key "${sent}" is not valid.`);
  }
  let body;
  try {
    body = JSON.parse(text);
  } catch (error) {
    return refuse(res, 400, 'invalid_json', `The body is not JSON: ${error.message}`);
  }
  const problem = flaw(body);
  if (problem) return refuse(res, 400, 'invalid_request_error', problem);

  request.body = body;
  request.attempt = (settings.attempts.get(request.key) ?? 0) + 1;
  settings.attempts.set(request.key, request.attempt);
  request.fault = settings.faults?.(body, request.attempt, request);
  tell('start');

  const { delay } = settings;
  const wait = typeof delay === 'function' ? await delay(body, request) : delay;
  if (wait > 0) await pause(wait, res);
  if (res.destroyed || request.fault === 'slow') return;
  if (await fail(res, request, settings)) return;

  const choices = [];
  for (let index = 0; index < (body.n ?? 1); index += 1) {
    const given = await settings.answer(body, request, index);
    choices.push(choice(typeof given === 'string' ? { content: given } : given, body, index));
  }
  if (!res.destroyed) await send(res, body, request, choices);
}

/** What is wrong with a request, where something is. */
function flaw(body) {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    return 'The body must be an object.';
  }
  if (typeof body.model !== 'string' || body.model === '') return '"model" must be a name.';
  const sound = (message) => typeof message?.role === 'string' && 'content' in message;
  if (!Array.isArray(body.messages) || body.messages.length === 0 || !body.messages.every(sound)) {
    return '"messages" must be a list of messages with a role and a content.';
  }
  const { n = 1, top_logprobs: top = 0, temperature = 1 } = body;
  if (!Number.isInteger(n) || n < 1 || n > 128) return '"n" must be a whole number from 1 to 128.';
  if (!Number.isInteger(top) || top < 0 || top > 20) return '"top_logprobs" must be from 0 to 20.';
  if (top > 0 && !body.logprobs) return '"top_logprobs" needs "logprobs".';
  if (!(temperature >= 0 && temperature <= 2)) return '"temperature" must be from 0 to 2.';
  if (body.stream_options && !body.stream) return '"stream_options" needs "stream".';
  return undefined;
}

/**
 * The faults that answer instead of the model: whether this call has one. Of the others, `slow`
 * never answers, `cut` and `truncated` spoil a real answer (see `send`).
 */
async function fail(res, { fault }, { retryAfter }) {
  switch (fault) {
    case '429-retry-after':
      res.setHeader('retry-after', retryAfter);
      refuse(res, 429, 'rate_limit_exceeded', 'Too many requests; wait before the next.');
      return true;
    case '429':
      refuse(res, 429, 'rate_limit_exceeded', 'Too many requests.');
      return true;
    case '500':
      refuse(res, 500, 'server_error', 'Something broke.');
      return true;
    case '503':
      refuse(res, 503, 'overloaded', 'The model is busy.');
      return true;
    case 'html':
      res.writeHead(502, { 'content-type': 'text/html' });
      res.end('<html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>');
      return true;
    case 'empty':
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': '0' });
      res.end();
      return true;
    case undefined:
    case 'cut':
    case 'truncated':
      return false;
    default:
      throw new Error(`there is no fault "${fault}"`);
  }
}

/** One answer cut to the tokens that the request allows. */
function choice(given, body, index) {
  const limit = body.max_completion_tokens ?? body.max_tokens ?? Number.POSITIVE_INFINITY;
  const thought = pieces(given.reasoning_content ?? '');
  const said = pieces(given.content);
  const keptThought = thought.slice(0, limit);
  const kept = said.slice(0, Math.max(0, limit - thought.length));
  const whole = keptThought.length + kept.length === thought.length + said.length;
  return {
    index,
    tokens: kept,
    thought: keptThought,
    reasons: given.reasoning_content !== undefined,
    finish: whole ? (given.finish_reason ?? 'stop') : 'length',
    logprobs: body.logprobs ? logprobs(kept, given.digits, body.top_logprobs ?? 0) : null,
  };
}

async function send(res, body, request, choices) {
  const { model } = body;
  const id = `chatcmpl-${request.key.slice(0, 24)}`;
  const created = Math.floor(request.at / 1000);
  const promptTokens = body.messages.reduce((sum, m) => sum + pieces(plain(m)).length, 0);
  const completionTokens = choices.reduce((sum, c) => sum + c.tokens.length + c.thought.length, 0);
  const usage = {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
  res.setHeader('x-request-id', id);
  if (body.stream) {
    const parts = chunks({ id, created, model, body, choices, usage });
    return stream(res, request, parts);
  }
  const reply = {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: choices.map((c) => ({
      index: c.index,
      message: {
        role: 'assistant',
        content: c.tokens.join(''),
        ...(c.reasons ? { reasoning_content: c.thought.join('') } : {}),
      },
      finish_reason: c.finish,
      ...(c.logprobs ? { logprobs: { content: c.logprobs } } : {}),
    })),
    usage,
  };
  const bytes = Buffer.from(JSON.stringify(reply));
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  const whole = request.fault === 'truncated' ? half : bytes;
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': `${whole.length}` });
  if (request.fault === 'cut') res.write(half, () => res.socket?.destroy());
  else res.end(whole);
}

/** The objects of a streamed answer, the usage last where it was asked for. */
function* chunks({ id, created, model, body, choices, usage }) {
  const counts = body.stream_options?.include_usage === true;
  const chunk = (list, used = null) => ({
    id,
    object: 'chat.completion.chunk',
    created,
    model,
    choices: list,
    ...(counts ? { usage: used } : {}),
  });
  for (const { index, tokens, thought, finish, logprobs: logged } of choices) {
    const part = (delta, more = {}) => chunk([{ index, delta, finish_reason: null, ...more }]);
    yield part({ role: 'assistant', content: '' });
    for (const token of thought) yield part({ reasoning_content: token });
    for (const [at, token] of tokens.entries()) {
      yield part({ content: token }, logged ? { logprobs: { content: [logged[at]] } } : {});
    }
    yield chunk([{ index, delta: {}, finish_reason: finish }]);
  }
  if (counts) yield chunk([], usage);
}

/**
 * Writes a stream as an awkward server does: both kinds of line end, comments, a missing blank
 * after `data:`, and slices that end inside lines and inside characters.
 */
async function stream(res, request, parts) {
  let text = ': stream begins\n\n';
  let at = 0;
  for (const part of parts) {
    const end = at % 3 === 1 ? '\r\n' : '\n';
    text += `data:${at % 4 === 3 ? '' : ' '}${JSON.stringify(part)}${end}${end}`;
    if (at % 5 === 4) text += `: keep-alive${end}${end}`;
    at += 1;
  }
  text += 'data: [DONE]\n\n';
  const bytes = Buffer.from(text);
  const spoilt = request.fault === 'cut' || request.fault === 'truncated';
  // Half of it ends inside an event more often than not, and always before `[DONE]`.
  const whole = spoilt ? bytes.subarray(0, Math.floor(bytes.length / 2)) : bytes;
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  res.socket?.setNoDelay(true);
  for (const slice of slices(whole, random(request.key))) {
    if (res.destroyed) return;
    await new Promise((resolve) => res.write(slice, resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (request.fault === 'cut') res.socket?.destroy();
  else res.end();
}

/** Slices of 1 to 96 bytes; one also ends inside each character of several bytes and each CRLF. */
function* slices(bytes, draw) {
  let from = 0;
  let size = 1 + Math.floor(draw() * 96);
  for (let at = 1; at <= bytes.length; at += 1) {
    const insideCharacter = bytes[at - 1] >= 0xc2;
    const insideLineEnd = bytes[at - 1] === 0x0d;
    if (at - from === size || insideCharacter || insideLineEnd || at === bytes.length) {
      yield bytes.subarray(from, at);
      from = at;
      size = 1 + Math.floor(draw() * 96);
    }
  }
}

/** Tokens, roughly: words with the blank before them, single digits, marks, blanks. */
function pieces(text) {
  return text.match(/ ?\p{L}[\p{L}\p{M}]*|\p{N}|\s+|[^\s\p{L}\p{N}]/gu) ?? [];
}

/** What a token is likely to be, for each token; at the score's place as `digits` says. */
function logprobs(tokens, digits, top) {
  const scoreAt = digits ? placeOfScore(tokens) : -1;
  return tokens.map((token, at) => {
    const blank = token.startsWith(' ') ? ' ' : '';
    const odds =
      at === scoreAt
        ? Object.entries(digits).map(([word, p]) => [blank + word, p])
        : [[token, 0.95], ...[...'abcdefghijklmnopqrst'].map((c, i) => [`~${c}`, 0.02 / 2 ** i])];
    const ranked = odds.map(([word, p]) => entry(word, p)).sort((a, b) => b.logprob - a.logprob);
    const own = ranked.find((other) => other.token === token) ?? entry(token, 0);
    return { ...own, top_logprobs: ranked.slice(0, top) };
  });
}

function entry(token, probability) {
  const logprob = probability > 0 ? Math.log(probability) : IMPOSSIBLE;
  return { token, logprob, bytes: [...Buffer.from(token)] };
}

/** Which token is the score's first digit, or the letter of a choice. */
function placeOfScore(tokens) {
  const marks = [...tokens.join('').matchAll(/Score: *|\\boxed\{ *|Choice:/g)];
  const mark = marks.at(-1);
  if (!mark) return -1;
  let place = mark.index + mark[0].length;
  return tokens.findIndex((token) => {
    place -= token.length;
    return place < 0;
  });
}

/** Answers in the form that the prompt asks for, the same for the same messages. */
function defaultAnswer({ messages }, _request, index = 0) {
  // What is to be judged may itself look like an instruction.
  const prompt = messages
    .map(plain)
    .join('\n')
    .replace(/^<<<\S+ (\S+).*$[\s\S]*?^END \1>>>/gm, '');
  const draw = random(`${JSON.stringify(messages)}${index === 0 ? '' : index}`);
  const whole = (low, high) => low + Math.floor(draw() * (high - low + 1));
  const asked = (words) => prompt.includes(words);
  if (asked('\\boxed')) {
    const analysis = 'Analysis: It names the strain – “naïve” hope and all – and leaves room.';
    const score = whole(2, 9) / 2;
    const first = asked('Specific Criteria:')
      ? 'Specific Criteria: 1. Names what is lost (60%). 2. Leaves the choice open (40%).\n'
      : '';
    const content = `${first}${analysis}\nScores: \\boxed{${score}}`;
    return { content, digits: around(Math.floor(score)) };
  }
  if (asked('Choice:')) {
    const pick = ['A', 'B', 'tie'][whole(0, 2)];
    const digits = { A: 0.15, B: 0.15, tie: 0.15, [pick]: 0.7 };
    return { content: `Reason: It stays closer to what was said.\nChoice: ${pick}`, digits };
  }
  const scores = NAMES.map((name) => [name, whole(6, 20)]);
  if (asked('Total Score:')) {
    const total = scores.reduce((sum, [, score]) => sum + score, 0);
    const lines = scores.map(([name, score]) => `${name} ${score}`).join('; ');
    return `${lines}. Clear, though a little long.\nTotal Score: ${total} / 100`;
  }
  if (/`1\. .*\(25%\):/.test(prompt)) {
    const names = ['Names the strain', 'Sees the reason', 'Suits this person', 'Leaves room'];
    const weights = [
      [40, 30, 20, 10],
      [25, 25, 25, 25],
      [30, 30, 20, 20],
    ][whole(0, 2)];
    const shows = 'A strong reply shows this in its own words.';
    return names.map((name, i) => `${i + 1}. ${name} (${weights[i]}%): ${shows}`).join('\n');
  }
  if (asked('Score:')) {
    const score = whole(1, 5);
    const reason = 'Reason: It hears the worry behind the question – “is it me?” – and says so.';
    return { content: `${reason}\nScore: ${score}`, digits: around(score) };
  }
  if (NAMES.every(asked)) return JSON.stringify(Object.fromEntries(scores));
  const reply =
    'That sounds heavy, and it makes sense that it stays with you. What weighs most just now?';
  return asked('# Response')
    ? `# Analysis\nTired, and alone with it.\n# Response\n${reply}`
    : reply;
}

/** A distribution over the scores with its peak at one of them. */
function around(score) {
  const odds = [1, 2, 3, 4, 5].map((other) => 0.25 ** Math.abs(other - score));
  const sum = odds.reduce((a, b) => a + b);
  return Object.fromEntries(odds.map((p, at) => [`${at + 1}`, p / sum]));
}

/** The text of a message, whose content may be a list of parts. */
function plain({ content }) {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => part.text ?? '').join('\n');
}

function refuse(res, status, code, message) {
  const type = status < 500 ? 'invalid_request_error' : 'server_error';
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify({ error: { message, type, param: null, code } }));
}

function preflight(req, res) {
  res.writeHead(204, {
    'access-control-allow-methods': 'GET, POST, OPTIONS',
    'access-control-allow-headers': req.headers['access-control-request-headers'] ?? '*',
    'access-control-allow-private-network': 'true',
    'access-control-max-age': '600',
  });
  res.end();
}

async function bodyOf(req) {
  const parts = [];
  for await (const part of req) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** Waits, or less where the client leaves. */
function pause(milliseconds, res) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    res.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}

/** Numbers from 0 up to 1, the same for the same text. */
function random(text) {
  let block = '';
  let at = 0;
  let round = 0;
  return () => {
    if (at === block.length) {
      block = sha256(`${text} ${round}`);
      at = 0;
      round += 1;
    }
    at += 8;
    return Number.parseInt(block.slice(at - 8, at), 16) / 2 ** 32;
  };
}

/** The server as a process: prints where it listens, writes the log, ends when it is killed. */
async function program() {
  const text = (fallback) => ({ type: 'string', default: fallback });
  const { values } = parseArgs({
    options: {
      port: text('0'),
      faults: text('0'),
      seed: text('7'),
      kinds: text(FAULTS.join(',')),
      delay: text('0'),
      'retry-after': text('1'),
      key: { type: 'string' },
      log: { type: 'string' },
    },
  });
  const share = Number(values.faults);
  const { url } = await endpoint({
    port: Number(values.port),
    delay: Number(values.delay),
    requireKey: values.key,
    retryAfter: values['retry-after'],
    faults:
      share > 0
        ? seededFaults({ share, seed: values.seed, kinds: values.kinds.split(',') })
        : undefined,
    // Written at once: the log must be whole even when this process is killed.
    log: values.log && ((event) => appendFileSync(values.log, `${JSON.stringify(event)}\n`)),
  });
  process.stdout.write(`${JSON.stringify({ url })}\n`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await program();
}
