/** What an endpoint's failure means for the calls that follow. */
export type Consequence =
  /** The same call may succeed a little later. */
  | 'again'
  /** This call is lost, others may succeed. */
  | 'lost'
  /** Every call would fail: the run ends. */
  | 'end'
  /** The endpoint does not give log-probabilities. */
  | 'no-logprobs';

/** A failed call to an endpoint; its message holds no secret. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError';

  constructor(
    message: string,
    readonly consequence: Consequence,
    /** How long the endpoint asks to be left alone, in milliseconds. */
    readonly retryAfter = 0,
  ) {
    super(message);
  }
}

/** Takes secrets out of a text that came from elsewhere, which may repeat them. */
export function redactor(secrets: string[]): (text: string) => string {
  // An HTTP client sends a header without the white space around it, and a header may hold a scheme
  // before the secret ("Bearer …"): the endpoint may repeat any of these. A short word is no secret.
  const words = secrets.flatMap((secret) => secret.split(/\s+/)).filter((word) => word.length > 6);
  const forms = [...secrets, ...secrets.map((secret) => secret.trim()), ...words]
    .filter((secret) => secret.length > 0)
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((rest, form) => rest.replaceAll(form, '[redacted]'), text);
}

/** What a response that is no success means. */
export async function refused(
  response: Response,
  redact: (text: string) => string,
  askedForLogprobs: boolean,
): Promise<EndpointError> {
  const { status } = response;
  const said = redact(await response.text().catch(() => '')).trim();
  // A long secret could be cut in two by the shortening, so it comes after the redaction.
  const message = `the endpoint answered ${status}${said && `: ${shortened(messageOf(said))}`}`;
  if ((status === 400 || status === 422) && askedForLogprobs && /logprob/i.test(said)) {
    return new EndpointError(message, 'no-logprobs');
  }
  if (status === 408 || status === 409 || status === 425 || status === 429 || status >= 500) {
    return new EndpointError(message, 'again', waiting(response.headers.get('retry-after')));
  }
  const ends = [401, 403, 404, 405].includes(status);
  return new EndpointError(message, ends ? 'end' : 'lost');
}

/** OpenAI-compatible servers put their words into `error.message`. */
function messageOf(body: string): string {
  try {
    const { error } = JSON.parse(body);
    return String(error?.message ?? error ?? body);
  } catch {
    return body.startsWith('<') ? 'a page of HTML' : body;
  }
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

/** `Retry-After`: seconds or a date. */
function waiting(header: string | null): number {
  if (header === null) return 0;
  const seconds = Number(header);
  const until = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(until) ? Math.max(0, until) : 0;
}
