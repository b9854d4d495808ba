import type { Scored } from 'attune';
import { el } from '../common/dom.js';

/** How far people agree on empathy, and what the scorer is, in words. */
export function ceiling(): HTMLElement {
  return el(
    'aside',
    { class: 'note', 'aria-labelledby': 'ceiling-title' },
    el('h3', { id: 'ceiling-title' }, 'How far a figure like this can be trusted'),
    el(
      'p',
      {},
      'People agree on empathy only in part. Against the mean of three experts, another expert’s ratings of overall empathy correlate at .65, a crowd’s at .31; on demonstrating understanding .53 and .52, on validating emotions .62 and .54 (Spearman; Kumar et al. 2025). No scorer can be checked more closely than its readers agree.',
    ),
    el(
      'p',
      {},
      'The built-in scorer is small, quick and private, trained on some 2,600 invented English replies, each graded twice. Its intervals say where those graders’ mean lies; how far it agrees with other people has not been measured. Use it to compare replies to the same message, and read the replies.',
    ),
  );
}

/** Which judge scored, so that the figure can be traced. */
export function judge({ judge: { name, version, weights }, tokens, imputed }: Scored): HTMLElement {
  const fact = (term: string, value: string, code = false) =>
    el('div', {}, el('dt', {}, term), el('dd', code ? { class: 'code' } : {}, value));
  return el(
    'dl',
    { class: 'facts' },
    fact('Judge', name),
    fact('attune', version),
    ...(weights ? [fact('Weights (SHA-256)', weights.slice(0, 16), true)] : []),
    ...(tokens === undefined ? [] : [fact('Length', `${tokens} tokens`)]),
    fact('Filled in', imputed.length === 0 ? 'nothing' : imputed.join(', ')),
  );
}
