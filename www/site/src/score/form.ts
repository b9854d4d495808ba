import type { ScoreRow } from 'attune';
import { byId, el } from '../common/dom.js';

const example = byId('example', HTMLSelectElement);
const fields = {
  query: byId('query', HTMLTextAreaElement),
  response: byId('response', HTMLTextAreaElement),
  persona: byId('persona', HTMLTextAreaElement),
  scenario: byId('scenario', HTMLTextAreaElement),
  memory: byId('memory', HTMLTextAreaElement),
};

/** The reply in the form, under the name of its example where it is unchanged. */
export function formRow(): ScoreRow {
  const { query, response, persona, scenario, memory } = fields;
  const row: ScoreRow = {
    id: example.value || 'your reply',
    query: query.value,
    response: response.value,
  };
  const memories = memory.value.split('\n').map((line) => line.trim());
  if (persona.value.trim()) row.persona = { identity: persona.value.trim() };
  if (scenario.value.trim()) row.scenario = scenario.value.trim();
  if (memories.some(Boolean)) row.memory = memories.filter(Boolean);
  return row;
}

/** Offers `rows` as examples and fills in the first; `onChoice` is called when one is chosen. */
export function offerExamples(rows: ScoreRow[], onChoice: () => void): void {
  const groups = new Map<string, ScoreRow[]>();
  for (const row of rows) {
    const name = row.id.replace(/-\d+$/, '');
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  for (const [name, members] of groups) {
    example.append(
      el(
        'optgroup',
        { label: title(name) },
        ...members.map((row) =>
          el('option', { value: row.id }, `${title(row.id)}: ${opening(row)}`),
        ),
      ),
    );
  }
  const first = rows[0];
  if (first && isEmpty()) fillIn(first);
  example.addEventListener('change', () => {
    const row = rows.find(({ id }) => id === example.value);
    fillIn(row ?? { id: '', query: '', response: '' });
    if (row) onChoice();
    else fields.query.focus();
  });
  for (const field of Object.values(fields)) {
    field.addEventListener('input', () => {
      example.value = '';
    });
  }
}

function isEmpty(): boolean {
  return Object.values(fields).every((field) => field.value === '');
}

function fillIn(row: ScoreRow): void {
  example.value = row.id;
  fields.query.value = row.query;
  fields.response.value = row.response;
  fields.persona.value = row.persona?.identity ?? '';
  fields.scenario.value = row.scenario ?? '';
  fields.memory.value = (row.memory ?? []).join('\n');
}

function title(id: string): string {
  const words = id.replace(/-/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function opening({ response }: ScoreRow): string {
  return response.length > 44 ? `${response.slice(0, 44).trimEnd()} …` : response;
}
