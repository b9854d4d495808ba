import type { Scored } from 'attune';
import { el } from '../common/dom.js';
import { number, percent } from '../common/format.js';

/** The scale's ends: a reply that is worst throughout, and best throughout, within the limit. */
const LOWEST = -0.3;
const HIGHEST = 1;

/** The reward, large, on its scale, and the sum that it is. */
export function composition(scored: Scored): HTMLElement {
  return el(
    'div',
    { class: 'stack' },
    el(
      'div',
      { class: 'reward-figure' },
      el(
        'p',
        { class: 'reward-line' },
        el(
          'span',
          { class: 'reward-value', 'data-testid': 'reward', 'data-value': scored.reward },
          number(scored.reward, 3),
        ),
        el(
          'span',
          { class: 'soft' },
          scored.reward < LOWEST
            ? `at most ${number(HIGHEST, 0)}; what length takes off has no limit`
            : `on a scale from ${number(LOWEST, 1)} to ${number(HIGHEST, 0)}`,
        ),
      ),
      ...interval(scored),
      scale(scored),
      key(),
    ),
    sum(scored),
  );
}

/** Where the reward from people's grades lies, in words; the scale shows it as a line. */
function interval({ interval, outOfDomain = [] }: Scored): HTMLElement[] {
  if (interval === undefined) return [];
  const { level, reward } = interval;
  const [low, high] = reward;
  return [
    el(
      'p',
      { class: 'small', 'data-testid': 'interval', 'data-low': low, 'data-high': high },
      `${percent(level)} interval: ${number(low, 2)} to ${number(high, 2)}. `,
      el(
        'span',
        { class: 'soft' },
        outOfDomain.length > 0
          ? 'The whole scale: of such a reply nothing narrower can be said.'
          : `Of replies like the graded ones, ${percent(level)} have the reward that two graders would give within theirs.`,
      ),
    ),
  ];
}

function scale({ reward, empathy, interval }: Scored): HTMLElement {
  const place = (value: number) =>
    `${(Math.min(1, Math.max(0, (value - LOWEST) / (HIGHEST - LOWEST))) * 100).toFixed(2)}%`;
  const between = (name: string, from: number, to: number) => {
    const bar = el('div', { class: name });
    bar.style.left = place(from);
    bar.style.right = `calc(100% - ${place(to)})`;
    return bar;
  };
  const mark = el('div', { class: 'scale-mark' });
  mark.style.left = place(reward);
  const labels = [LOWEST, 0, 0.5, HIGHEST].map((value, at, all) => {
    const edge = at === 0 ? ' first' : at === all.length - 1 ? ' last' : '';
    const label = el(
      'span',
      { class: `scale-label${edge}` },
      number(value, value % 1 === 0 ? 0 : 1),
    );
    label.style.left = place(value);
    return label;
  });
  return el(
    'div',
    { class: 'scale', 'aria-hidden': true },
    el('div', { class: 'scale-track' }),
    between('scale-gain', Math.min(0, reward), Math.max(0, reward)),
    between('scale-loss', reward, empathy),
    ...(interval === undefined ? [] : [between('scale-interval', ...interval.reward)]),
    mark,
    ...labels,
  );
}

function key(): HTMLElement {
  return el(
    'ul',
    { class: 'key soft', 'aria-hidden': true },
    el('li', {}, el('span', { class: 'swatch gain' }), 'reward'),
    el('li', {}, el('span', { class: 'swatch loss' }), 'taken off by the bystander and for length'),
  );
}

function sum(scored: Scored): HTMLElement {
  const { resonation, expression, reception, bystander, tokens, penalties } = scored;
  const [res, exp, rec] = [resonation, expression, reception].map(({ score }) => number(score, 2));
  const line = (name: string, formula: string, value: number, total = false) =>
    el(
      'tr',
      total ? { class: 'total' } : {},
      el(
        'th',
        { scope: 'row' },
        el(
          'div',
          { class: 'formula-line' },
          `${name} `,
          el('span', { class: 'formula-text' }, formula),
        ),
      ),
      el('td', { class: 'num' }, number(value, 3)),
    );
  return el(
    'table',
    { class: 'formula' },
    el('caption', { class: 'sr-only' }, 'How the reward is composed'),
    el(
      'tbody',
      {},
      line('Empathy', `3 / (5/${res} + 5/${exp} + 5/${rec})`, scored.empathy),
      line('Bystander', `0.5 · (${number(bystander.total, 1)}/100 − 1)`, penalties.bystander),
      line('Length', `−0.001 · max(0, ${tokens} − 768)`, penalties.length),
      line('Reward R', 'the sum, before rounding', scored.reward, true),
    ),
  );
}
