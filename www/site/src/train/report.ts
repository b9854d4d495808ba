import type { TrainedHeads, VoteReport } from 'attune';
import { byId, el } from '../common/dom.js';
import { download } from '../common/download.js';
import { showError } from '../common/errors.js';
import { count, number } from '../common/format.js';
import type { OwnHeads } from '../common/heads.js';
import { improvementStrip } from './strip.js';
import { figures, parts, tried } from './tables.js';
import { headline, improvement, lossInWords, warningsOf } from './verdict.js';

/** Shows what a training gave; `use` has the site score with its heads. */
export function showTrained(
  place: HTMLElement,
  { heads, card, report }: TrainedHeads,
  use: (heads: OwnHeads) => void,
): void {
  const { accuracy, settings } = report;
  place.replaceChildren(
    el(
      'div',
      { class: 'card stack' },
      el(
        'div',
        { class: 'stack close', 'data-testid': 'finding' },
        el('p', { class: 'finding' }, headline(report)),
        el('p', {}, improvement(report)),
      ),
      accuracy.difference.estimate !== null &&
        improvementStrip(accuracy.difference, settings.level),
      el('p', {}, lossInWords(report.logLoss)),
      actions(heads, card, report, use),
    ),
    ...warnings(report),
    el('div', { class: 'card stack' }, figures(report), parts(report), tried(report)),
    el('div', { class: 'card stack' }, facts(report)),
  );
}

function actions(
  bytes: Uint8Array,
  card: string,
  report: VoteReport,
  use: (heads: OwnHeads) => void,
): HTMLElement {
  const used = el('p', { class: 'status', role: 'status' });
  const put = () => {
    try {
      use({ name: `heads trained on ${report.votesFile}`, hash: report.heads, bytes });
    } catch (error) {
      showError(byId('error', HTMLElement), error);
      return;
    }
    used.replaceChildren(
      'The page ',
      el('a', { href: './score.html' }, 'Score'),
      ' now judges with these heads, in this tab.',
    );
  };
  const button = (text: string, id: string, click: () => void, look = '') =>
    el('button', { type: 'button', class: look, 'data-testid': id, click }, text);
  return el(
    'div',
    { class: 'stack close' },
    el('div', {}, button('Use for scoring on this site', 'use-heads', put, 'primary')),
    el(
      'div',
      { class: 'row', role: 'group', 'aria-label': 'The trained heads as files' },
      button('Download heads', 'save-heads', () =>
        download('heads.safetensors', bytes, 'application/octet-stream'),
      ),
      button('Download card', 'save-card', () => download('heads.md', card, 'text/markdown')),
    ),
    used,
  );
}

function warnings(report: VoteReport): Node[] {
  const found = warningsOf(report);
  if (found.length === 0) return [];
  return [
    el(
      'aside',
      { class: 'note warning', 'aria-label': 'What to know', 'data-testid': 'warnings' },
      el('h3', {}, 'What to know before you rely on these heads'),
      el('ul', {}, ...found.map(({ code, text }) => el('li', { 'data-code': code }, text))),
    ),
  ];
}

function facts(report: VoteReport): HTMLElement {
  const { settings, kept, tried } = report;
  const fact = (name: string, value: string) =>
    el('div', {}, el('dt', {}, name), el('dd', {}, value));
  const hash = (name: string, value: string, id: string) =>
    el(
      'div',
      {},
      el('dt', {}, name),
      el('dd', { class: 'code', 'data-testid': id, 'data-value': value }, value.slice(0, 16)),
    );
  const chosen = tried.length > 0 ? 'chosen' : 'given';
  return el(
    'dl',
    { class: 'facts' },
    hash('Trained heads (SHA‑256)', report.heads, 'heads-hash'),
    hash('Built-in heads (SHA‑256)', report.start, 'start-hash'),
    hash('Votes and replies (SHA‑256)', report.inputHash, 'input-hash'),
    fact('Strength λ', `${settings.strength ?? 'none'} (${chosen})`),
    fact('Steps', count(report.epochs)),
    fact('Seed', String(settings.seed)),
    kept !== null && fact('Held-out replies in the old order (Spearman)', number(kept, 2)),
    fact('attune', report.version),
  );
}
