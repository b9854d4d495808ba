import type { Memory } from 'attune';
import { byId, chosen } from '../common/dom.js';
import { download, jsonLines } from '../common/download.js';
import { dropEngine, engineOn } from '../common/engine.js';
import { isInputError } from '../common/errors.js';
import { plural, span } from '../common/format.js';
import { Intake } from '../common/intake.js';
import { type Input, sample } from '../common/samples.js';
import { Task, type TaskTools } from '../common/task.js';
import { Shelf } from './shelf.js';
import { showHits, showMemories } from './show.js';

const shelf = new Shelf(() => engineOn('cpu'));
const query = byId('query', HTMLTextAreaElement);
const text = byId('text', HTMLTextAreaElement);
const hits = byId('hits', HTMLOListElement);
/** Whether only the site's own memories are there; another person's then replace them. */
let onlySample = true;

const task = new Task({
  region: byId('results', HTMLElement),
  status: byId('status', HTMLElement),
  error: byId('error', HTMLElement),
  queue: true,
  onError: (error) => {
    hits.replaceChildren();
    if (isInputError(error)) return;
    shelf.forgetStore();
    dropEngine('cpu');
  },
});

/** Searches for what the box holds and shows what was found. */
async function find(tools: TaskTools): Promise<string> {
  showMemories(shelf.memories, onlySample);
  if (query.value.trim() === '' || shelf.memories.length === 0) {
    hits.replaceChildren();
    const empty = 'There is no memory yet: add one, or load the sample.';
    return shelf.memories.length === 0 ? empty : 'Type a question to search.';
  }
  tools.say('Searching …');
  const start = performance.now();
  const found = await shelf.search(query.value, Number(chosen('k')), tools);
  const time = span(performance.now() - start);
  showHits(hits, found);
  return `${plural(found.length, 'memory', 'memories')} of ${shelf.memories.length}, found in ${time}.`;
}

function search(): void {
  void task.run('Searching …', find);
}

function loadSample(): void {
  void task.run('Loading the sample …', async (tools) => {
    const memories = await shelf.read(await sample('memories.jsonl'));
    await shelf.replace(memories, tools);
    onlySample = true;
    intake.show(undefined);
    return find(tools);
  });
}

function addOwn(memories: (tools: TaskTools) => Promise<Memory[]>, done: () => void): void {
  void task.run('Adding …', async (tools) => {
    const own = await memories(tools);
    await shelf.add(own, tools);
    onlySample = false;
    done();
    return find(tools);
  });
}

const intake = new Intake(byId('memories-intake', HTMLElement), {
  label: 'From a file',
  hint: 'JSONL, one row a line: {"id", "text"} and optionally "at". A file takes the place of the sample.',
  accept: '.jsonl,.ndjson,.json,application/jsonl',
  pasteName: 'pasted rows',
  pasteExample: '{"id":"1","text":"…","at":"2026-01-31"}',
  onInput: (input: Input) => {
    void task.run('Reading …', async (tools) => {
      const memories = await shelf.read(input);
      if (!onlySample) shelf.checkIds(memories, input.name);
      if (onlySample) await shelf.replace(memories, tools);
      else await shelf.add(memories, tools);
      onlySample = false;
      intake.show(input);
      return find(tools);
    });
  },
});

byId('search', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  search();
});
query.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  search();
});
for (const input of document.querySelectorAll('input[name="k"]')) {
  input.addEventListener('change', search);
}
byId('add', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const memory = { id: shelf.freeId(), text: text.value, at: today() };
  addOwn(
    async () => [memory],
    () => {
      text.value = '';
      text.focus();
    },
  );
});
byId('clear', HTMLButtonElement).addEventListener('click', () => {
  void task.run('Removing …', async (tools) => {
    await shelf.replace([], tools);
    onlySample = false;
    intake.show(undefined);
    text.focus();
    return find(tools);
  });
});
byId('sample', HTMLButtonElement).addEventListener('click', loadSample);
byId('download', HTMLButtonElement).addEventListener('click', () => {
  download('memories.jsonl', jsonLines(shelf.memories), 'application/jsonl');
});

function today(): string {
  const now = new Date();
  const parts = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
  return parts.map((part) => String(part).padStart(2, '0')).join('-');
}

loadSample();
