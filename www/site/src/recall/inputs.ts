import type { NamedScores } from 'attune';
import { byId } from '../common/dom.js';
import { Intake, type IntakeSettings } from '../common/intake.js';
import { type Input, sample } from '../common/samples.js';

/** The files to evaluate; `others` are compared with `scores`. */
export interface Inputs {
  scores?: Input;
  exposed?: Input;
  others: Input[];
  full?: Input;
  mask?: Input;
}

/** What a change of the files asks for: an evaluation, or a file that is still missing. */
export type OnChange = (missing: 'scores' | 'exposed' | undefined) => void;

const SCORES = {
  accept: '.csv,.jsonl,.npy,text/csv',
  pasteExample: 'user,item,score\nann,tea,0.8',
  multiple: true,
};
const LOG = { accept: '.csv,.jsonl,text/csv' };

/** The places of the page that take files, and what they took. */
export class Files {
  inputs: Inputs = { others: [] };
  readonly #onChange: OnChange;
  readonly #scores: Intake;
  readonly #exposed: Intake;
  readonly #others: Intake;
  readonly #full: Intake;
  readonly #mask: Intake;

  constructor(onChange: OnChange) {
    this.#onChange = onChange;
    this.#scores = place('scores', {
      ...SCORES,
      label: 'Scores',
      hint: 'CSV or JSONL user,item,score, every candidate scored; or a NumPy matrix (.npy) [users × items]. Give several files to compare the first with the others.',
      pasteName: 'pasted scores',
      onInput: (input, ...more) => {
        this.inputs.scores = input;
        this.inputs.others.push(...more);
        this.#changed('scores');
      },
    });
    this.#exposed = place('exposed', {
      ...LOG,
      label: 'Exposure log',
      hint: 'CSV or JSONL user,item,label of the items shown at random; label 1 liked, 0 not.',
      pasteName: 'pasted log',
      pasteExample: 'user,item,label\nann,tea,1',
      onInput: (input) => {
        this.inputs.exposed = input;
        this.#changed('exposed');
      },
    });
    this.#others = place('others', {
      ...SCORES,
      label: 'Other recommenders',
      hint: 'Scores of the same users and items. Each is compared with the first.',
      pasteName: 'pasted scores of another',
      onInput: (...inputs) => {
        this.inputs.others.push(...inputs);
        this.#changed('others');
      },
      onClear: () => {
        this.inputs.others = [];
        this.#changed('others');
      },
    });
    this.#full = this.#optional('full', {
      ...LOG,
      label: 'Complete labels',
      hint: 'user,item[,label] of everything users like: full Recall to hold the estimates against.',
      pasteName: 'pasted labels',
      pasteExample: 'user,item,label\nann,tea,1',
    });
    this.#mask = this.#optional('mask', {
      ...LOG,
      label: 'Training items',
      hint: 'user,item that a recommender was trained on: neither ranked nor counted.',
      pasteName: 'pasted training items',
      pasteExample: 'user,item\nann,tea',
    });
  }

  /** Whether all that is given is the site's own. */
  get areSamples(): boolean {
    const { scores, exposed, others, full, mask } = this.inputs;
    return Boolean(scores?.sample && exposed?.sample && !full && !mask && others.length === 0);
  }

  /** The recommenders under names that differ, and the logs; samples where nothing is given. */
  async take(): Promise<{
    recommenders: NamedScores[];
    exposed: Input;
    full?: Input;
    mask?: Input;
  }> {
    const inputs = this.inputs;
    inputs.scores ??= await sample('scores.npy');
    inputs.exposed ??= await sample('exposed.csv');
    this.show();
    const { scores, exposed, others, full, mask } = inputs;
    const seen = new Map<string, number>();
    const recommenders = [scores, ...others].map((input) => {
      const times = (seen.get(input.name) ?? 0) + 1;
      seen.set(input.name, times);
      const name = times > 1 ? `${input.name} (${times})` : input.name;
      return { name, scores: { name: input.name, bytes: input.bytes } };
    });
    return { recommenders, exposed, ...(full ? { full } : {}), ...(mask ? { mask } : {}) };
  }

  /** Goes back to the samples. */
  clear(): void {
    this.inputs = { others: [] };
    this.show();
  }

  /** Says which files are in use. */
  show(): void {
    const { scores, exposed, others, full, mask } = this.inputs;
    this.#scores.show(scores);
    this.#exposed.show(exposed);
    this.#others.show(...others);
    this.#full.show(full);
    this.#mask.show(mask);
  }

  #optional(which: 'full' | 'mask', settings: Omit<IntakeSettings, 'onInput'>): Intake {
    return place(which, {
      ...settings,
      onInput: (input) => {
        this.inputs[which] = input;
        this.#changed(which);
      },
      onClear: () => {
        delete this.inputs[which];
        this.#changed(which);
      },
    });
  }

  #changed(which: keyof Inputs): void {
    this.show();
    const { scores, exposed } = this.inputs;
    // Scores of one's own do not go with the log of the sample, nor a log with its scores.
    const missing =
      which === 'scores' && exposed?.sample
        ? 'exposed'
        : which === 'exposed' && scores?.sample
          ? 'scores'
          : undefined;
    this.#onChange(missing);
  }
}

function place(name: string, settings: IntakeSettings): Intake {
  return new Intake(byId(`${name}-intake`, HTMLElement), settings);
}
