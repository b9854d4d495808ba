import type { Memory, MemoryHit } from 'attune';
import { byId, el, meter } from '../common/dom.js';
import { number, plural } from '../common/format.js';

/** Shows what a search found, best first. */
export function showHits(place: HTMLElement, hits: MemoryHit[]): void {
  place.replaceChildren(
    ...hits.map(({ rank, score, id, text, at }) =>
      el(
        'li',
        { class: 'hit', 'data-testid': 'memory-hit', 'data-id': id, 'data-value': score },
        el('span', { class: 'rank', 'aria-hidden': true }, String(rank)),
        el(
          'div',
          { class: 'stack close' },
          el('p', {}, text),
          el(
            'div',
            { class: 'likeness' },
            meter(score),
            el('span', {}, el('span', { class: 'sr-only' }, 'similarity '), number(score, 2)),
            at ? el('time', { datetime: at }, at.slice(0, 10)) : '',
          ),
        ),
      ),
    ),
  );
}

/** Shows the list of memories, newest first, and what can be done with it. */
export function showMemories(memories: readonly Memory[], onlySample: boolean): void {
  const many = plural(memories.length, 'memory', 'memories');
  byId('count', HTMLElement).textContent = onlySample ? `${many}, the sample` : many;
  byId('memories', HTMLUListElement).replaceChildren(
    ...[...memories]
      .reverse()
      .map(({ text, at }) =>
        el('li', {}, at ? el('time', { datetime: at }, at.slice(0, 10)) : '', text),
      ),
  );
  byId('memories', HTMLUListElement).hidden = memories.length === 0;
  byId('download', HTMLButtonElement).hidden = memories.length === 0;
  byId('clear', HTMLButtonElement).hidden = memories.length === 0;
  byId('sample', HTMLButtonElement).hidden = onlySample;
}
