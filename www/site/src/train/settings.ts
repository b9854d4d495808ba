import { AttuneError, type Holdout, type VoteSettings, type VoteTarget } from 'attune';
import { byId, chosen } from '../common/dom.js';

const typed = (id: string) => byId(id, HTMLInputElement).value.trim();

/** The settings in the form; what is out of range the engine says. */
export function settings(): Partial<VoteSettings> {
  const strength = typed('strength');
  return {
    on: byId('on', HTMLSelectElement).value as VoteTarget,
    by: chosen('by') as Holdout,
    holdout: decimal('holdout', 'Give a share from 0.05 to 0.5, such as 0.2.'),
    seed: whole('seed'),
    ...(strength ? { strength: decimal('strength', 'Give a number above 0, such as 0.01.') } : {}),
  };
}

function decimal(id: string, mend: string): number {
  const text = typed(id).replace(',', '.');
  const value = Number(text);
  if (text !== '' && Number.isFinite(value)) return value;
  throw new AttuneError('setting', `"${typed(id)}" is not a number`, mend, { field: id });
}

function whole(id: string): number {
  if (/^\d{1,9}$/.test(typed(id))) return Number(typed(id));
  const problem = `"${typed(id)}" is not a whole number`;
  throw new AttuneError('setting', problem, 'Give a whole number.', { field: id });
}
