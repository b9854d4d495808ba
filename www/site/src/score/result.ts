import type { BystanderScores, PerspectiveScore, Scored, ScoreRow } from 'attune';
import { el, meter } from '../common/dom.js';
import { number, percent } from '../common/format.js';
import { distribution } from './bars.js';
import { ceiling, judge } from './ceiling.js';
import { composition } from './composition.js';

const PERSPECTIVES = [
  ['resonation', 'Resonation', 'Does the supporter grasp what this means for the person?'],
  ['expression', 'Expression', 'Is it said in words that fit this person now?'],
  ['reception', 'Reception', 'Would the seeker feel met, and want to go on?'],
] as const;

const SUBSCORES: [keyof BystanderScores, string][] = [
  ['content', 'Content effectiveness'],
  ['structure', 'Logical structure and clarity'],
  ['efficiency', 'Communication efficiency'],
  ['objectivity', 'Objectivity and neutrality'],
  ['accuracy', 'Information accuracy and verifiability'],
];

/** Shows one scored reply in full; `quoted` also shows the reply itself. */
export function showScored(
  place: HTMLElement,
  scored: Scored,
  row: ScoreRow,
  quoted = false,
): void {
  const top = Math.max(0.5, ...PERSPECTIVES.flatMap(([key]) => scored[key].distribution));
  place.replaceChildren(
    el(
      'article',
      { class: 'card stack wide', 'aria-labelledby': 'scored-title' },
      el(
        'div',
        { class: 'stack' },
        el('h3', { id: 'scored-title', class: 'soft' }, `Reward of ${scored.id}`),
        ...(quoted ? [el('p', { class: 'quote' }, row.response)] : []),
        ...unlike(scored),
        composition(scored),
        ...steering(scored),
      ),
      el(
        'section',
        { class: 'stack', 'aria-labelledby': 'perspectives-title' },
        el('h2', { id: 'perspectives-title' }, 'Three perspectives'),
        el(
          'div',
          { class: 'perspectives' },
          ...PERSPECTIVES.map(([key, name, question]) =>
            perspective(key, name, question, scored[key], top, scored.interval?.[key]),
          ),
        ),
        el(
          'p',
          { class: 'hint' },
          'Each figure is the expected score; the bars show how sure the judge is of each level, the triangle marks the expectation',
          scored.interval === undefined
            ? '.'
            : `, and the line under the bars the ${percent(scored.interval.level)} interval of the mean grade.`,
        ),
      ),
      bystander(scored),
      ceiling(),
      judge(scored),
    ),
  );
}

function perspective(
  key: string,
  name: string,
  question: string,
  { score, distribution: shares }: PerspectiveScore,
  top: number,
  interval?: readonly [number, number],
): HTMLElement {
  return el(
    'div',
    { class: 'perspective', 'data-testid': key, 'data-value': score },
    el(
      'div',
      {},
      el('h3', {}, name),
      el('p', { class: 'score' }, number(score, 2), el('span', {}, ' of 5')),
      ...(interval === undefined ? [] : [el('p', { class: 'small soft' }, range(interval, 1))]),
      el('p', { class: 'hint' }, question),
    ),
    distribution(name, score, shares, top, interval),
  );
}

function bystander({ bystander: { total, subscores }, interval }: Scored): HTMLElement {
  return el(
    'section',
    {
      class: 'stack',
      'aria-labelledby': 'bystander-title',
      'data-testid': 'bystander',
      'data-value': total,
    },
    el(
      'div',
      { class: 'row apart' },
      el('h2', { id: 'bystander-title' }, 'Bystander'),
      el(
        'p',
        {},
        el('strong', {}, number(total, 1)),
        ' of 100',
        ...(interval === undefined
          ? []
          : [el('span', { class: 'small soft' }, `, ${range(interval.bystander, 0)}`)]),
      ),
    ),
    el(
      'p',
      { class: 'small soft' },
      'How a neutral third party would rate the reply: substance, clarity, economy, fairness and truth rather than warmth.',
    ),
    el(
      'ul',
      { class: 'subscores' },
      ...(subscores === undefined ? [] : SUBSCORES).map(([key, name]) => {
        const value = subscores?.[key] ?? 0;
        return el(
          'li',
          {},
          el('span', {}, name),
          el('span', { class: 'num' }, `${number(value, 1)} of 20`),
          meter(value / 20),
        );
      }),
    ),
  );
}

/** An interval in words. */
function range([low, high]: readonly [number, number], digits: number): string {
  return `${number(low, digits)} to ${number(high, digits)}`;
}

/** Says that the scores mean little where the reply is unlike what the judge knows. */
function unlike({ outOfDomain = [] }: Scored): Node[] {
  if (outOfDomain.length === 0) return [];
  return [
    el(
      'section',
      {
        class: 'note warning',
        'aria-label': 'Outside what the scorer knows',
        'data-testid': 'out-of-domain',
      },
      el(
        'p',
        {},
        'This is unlike the replies that the scorer was trained on: do not go by these figures.',
      ),
      el(
        'ul',
        {},
        ...outOfDomain.map(({ code, message }) => el('li', { 'data-code': code }, message)),
      ),
    ),
  ];
}

/** What each kind of steering text is, in words for a reader. */
const STEERING: Record<string, string> = {
  score: 'a score as a judge would write it',
  address: 'words addressed to the judge',
  fence: 'a mark that pretends to end the reply',
  section: 'a heading that pretends to begin another part',
  json: 'sub-scores as JSON',
  unseen: 'characters that cannot be seen',
  spaced: 'words spelt letter by letter',
};

function steering({ steering = [] }: Scored): Node[] {
  if (steering.length === 0) return [];
  return [
    el(
      'section',
      { class: 'note warning', 'aria-label': 'Text for the judge', 'data-testid': 'steering' },
      el('p', {}, 'This reply speaks to the judge. What it says there does not raise its score.'),
      el(
        'ul',
        {},
        ...steering.map((kind) => el('li', { 'data-kind': kind }, STEERING[kind] ?? kind)),
      ),
    ),
  ];
}
