import { AttuneError } from 'attune';
import { byId } from '../common/dom.js';
import { Intake } from '../common/intake.js';
import { type Input, sample } from '../common/samples.js';

/** What a change of the files leaves to be given. */
export type Missing = 'votes' | 'replies' | undefined;

/** The places of the page that take votes and replies, and what they took. */
export class Files {
  #votes: Input | undefined;
  #replies: Input | undefined;
  readonly #onChange: (missing: Missing) => void;
  readonly #votesIntake: Intake;
  readonly #repliesIntake: Intake;

  constructor(onChange: (missing: Missing) => void) {
    this.#onChange = onChange;
    this.#votesIntake = new Intake(byId('votes-intake', HTMLElement), {
      label: 'Votes or ratings',
      hint: 'CSV left,right,winner[,rater] with ids of two replies to one query and left, right or tie; or id,perspective,rating[,rater], 1 to 5.',
      accept: '.csv,text/csv',
      pasteName: 'pasted votes',
      pasteExample: 'left,right,winner,rater\nreply-1,reply-2,left,ann',
      onInput: (input) => {
        this.#votes = input;
        // Votes of one's own do not speak of the demo's replies, nor the other way round.
        if (this.#replies?.sample) this.#replies = undefined;
        this.#changed();
      },
    });
    this.#repliesIntake = new Intake(byId('replies-intake', HTMLElement), {
      label: 'Replies',
      hint: 'JSONL of the replies with these ids, one row a line: {"id", "query", "response"} and optionally persona, scenario, memory, history, analysis.',
      accept: '.jsonl,.ndjson,.json,application/jsonl',
      pasteName: 'pasted replies',
      pasteExample: '{"id":"reply-1","query":"…","response":"…"}',
      onInput: (input) => {
        this.#replies = input;
        if (this.#votes?.sample) this.#votes = undefined;
        this.#changed();
      },
    });
  }

  /** Takes the demo's files. */
  async useDemo(): Promise<void> {
    [this.#votes, this.#replies] = await Promise.all([sample('votes.csv'), sample('voted.jsonl')]);
    this.#show();
  }

  /** Both files; throws where one was not given. */
  take(): { votes: Input; responses: Input } {
    const [votes, responses] = [this.#votes, this.#replies];
    if (votes && responses) return { votes, responses };
    const mend = 'Choose a file, or use the demo votes.';
    throw new AttuneError('missing', `there are no ${votes ? 'replies' : 'votes'} yet`, mend);
  }

  #changed(): void {
    this.#show();
    this.#onChange(this.#votes ? (this.#replies ? undefined : 'replies') : 'votes');
  }

  #show(): void {
    this.#votesIntake.show(this.#votes);
    this.#repliesIntake.show(this.#replies);
  }
}
