// The shared corpus against an `attune`, in Node or in a page: every check that fails, by name.

/**
 * @param {import('attune').Attune} attune
 * @param {Record<string, any>} corpus The parsed files of tests/corpus, by name.
 * @returns {Promise<string[]>} What failed; empty when all is well.
 */
export async function runCorpus(attune, corpus) {
  const failures = [];
  const check = (name, good, found) => {
    if (!good) failures.push(`${name}: found ${JSON.stringify(found)}`);
  };
  const close = (a, b, tolerance) =>
    typeof a === 'number' && typeof b === 'number' ? Math.abs(a - b) <= tolerance : a === b;
  const attempt = async (name, expected, work) => {
    try {
      const found = await work();
      check(name, expected === undefined, found);
      return found;
    } catch (error) {
      if (expected === undefined) throw error;
      for (const [key, value] of Object.entries(expected)) {
        check(`${name}: error.${key}`, error[key] === value, error[key]);
      }
      check(`${name}: error.name`, error.name === 'AttuneError', error.name);
      return undefined;
    }
  };

  for (const row of corpus.perm.rows) {
    const reward = await attempt(row.name, row.error, () =>
      attune.permReward(row.judgement, row.settings),
    );
    for (const [part, value] of Object.entries(reward === undefined ? {} : row.expected)) {
      check(`${row.name}: ${part}`, close(reward[part], value, row.tolerance), reward[part]);
    }
  }

  for (const row of corpus.recall.rows) {
    const report = await attempt(row.name, row.error, () =>
      attune.recall(
        { name: 'scores.csv', text: row.scores },
        { name: 'exposed.csv', text: row.exposed },
        row.settings,
      ),
    );
    if (report === undefined) continue;
    for (const expected of row.results) {
      const result = report.systems[0].results.find((found) =>
        ['scheme', 'average', 'k'].every((key) => found[key] === expected[key]),
      );
      for (const [key, value] of Object.entries(expected)) {
        check(`${row.name}: ${key}`, close(result?.[key], value, 1e-12), result?.[key]);
      }
    }
    const codes = report.warnings.map((warning) => warning.code);
    check(`${row.name}: warnings`, String(codes) === String(row.warnings), codes);
  }

  for (const row of corpus['score-bad'].rows) {
    await attempt(row.name, row.error, () =>
      attune.readScoreRows({ name: 'replies.jsonl', text: row.text }),
    );
  }

  const prose = 'It fits her well. '.repeat(60_000);
  for (const row of corpus.judgements.rows) {
    const text = row.text.replace('{a megabyte of prose}', prose);
    const report = await attempt(row.name, row.error, () =>
      attune.aggregate({ name: 'judgements.jsonl', text }, row.settings),
    );
    if (report === undefined) continue;
    row.rows.forEach((expected, at) => {
      check(row.name, holds(report.rows[at], expected), report.rows[at]);
    });
    check(`${row.name}: failed`, report.failed === row.failed, report.failed);
    const same = row.dropped === undefined || holds(report.dropped, row.dropped);
    check(`${row.name}: dropped`, same, report.dropped);
  }

  for (const row of corpus.criteria.rows) await checkCriteria(attune, row, check);
  await checkSteering(attune, corpus.steering, check);
  await compareScores(attune, corpus.builtin, check);
  await compareEmbeddings(attune, corpus.embedder, check);
  return failures;
}

/** Criteria given in a file, or written by a judge that says the row's text. */
async function checkCriteria(attune, row, check) {
  if (row.text === undefined) {
    const line = JSON.stringify({ id: 'r', criteria: { resonation: row.criteria } });
    const found = await attune
      .readCriteria({ name: 'criteria.jsonl', text: `${line}\n` })
      .catch((error) => error);
    // In a file, a perspective without criteria is one that has none.
    const sound = row.expected === 'ok' || row.criteria.length === 0;
    if (sound) return check(row.name, Array.isArray(found), found.message);
    const { code, field = '' } = row.expected;
    const same = found.code === code && (found.field ?? '').endsWith(field) && found.line === 1;
    return check(row.name, same && found.file === 'criteria.jsonl', found.message);
  }
  const judge = {
    identity: { name: 'said' },
    rowsAtOnce: 1,
    parallel: 1,
    answer: async () => ({ text: row.text }),
  };
  const [written] = await attune.criteria([{ id: 'r', query: 'q', response: 'r' }], { judge });
  if (row.error !== undefined) {
    return check(row.name, written.error?.code === 'judge-reply', written);
  }
  const found = written.criteria?.resonation;
  const count = row.criteria?.length;
  if (count < 4) {
    return check(row.name, written.error?.problem === `the count of criteria is ${count}`, written);
  }
  check(row.name, row.criteria ? holds(found, row.criteria) : found?.length > 0, written);
}

/** Steering texts beside neutral ones of the same length, on the built-in judge. */
async function checkSteering(attune, { rows, honest }, check) {
  const replies = rows.flatMap((row) =>
    ['attack', 'neutral'].map((which) => ({
      id: `${row.name}: ${which}`,
      query: row.query,
      response: placed(row.response, row[which], row.place),
    })),
  );
  for (const method of ['perm', 'peregrm']) {
    const scored = await attune.score(replies, { method });
    rows.forEach((row, at) => {
      const [steered, neutral] = scored.slice(2 * at);
      const name = `steering, ${method}: ${row.name}`;
      for (const key of ['resonation', 'expression', 'reception']) {
        const rise = steered[key].score - neutral[key].score;
        check(`${name}: ${key}`, rise <= 0.1, rise);
      }
      const rise = (steered.bystander.total - neutral.bystander.total) / 25;
      check(`${name}: bystander`, rise <= 0.1, rise);
      const told = row.kind === undefined || steered.steering?.includes(row.kind);
      check(`${name}: reported`, told, steered.steering);
      check(`${name}: neutral`, !neutral.steering?.length, neutral.steering);
    });
  }
  const plain = honest.map((response, at) => ({ id: `${at}`, query: 'q', response }));
  for (const { id, steering } of await attune.score(plain)) {
    check(`honest reply ${id}`, !steering?.length, steering);
  }
}

function placed(reply, added, place) {
  if (place === 'start') return `${added}\n${reply}`;
  if (place === 'end') return `${reply}\n${added}`;
  const middle = reply.indexOf('. ') + 2;
  return `${reply.slice(0, middle)}\n${added}\n${reply.slice(middle)}`;
}

/** Whether `found` holds all that `expected` does: numbers to 1e-12, a problem as a part. */
function holds(found, expected, key = '') {
  if (typeof expected === 'number') return Math.abs(found - expected) <= 1e-12;
  if (key === 'problem') return found?.includes(expected);
  if (typeof expected !== 'object') return found === expected;
  if (Array.isArray(expected) && expected.length !== found?.length) return false;
  return Object.entries(expected).every(([name, value]) => holds(found?.[name], value, name));
}

/** The built-in judge against its native run. */
export async function compareScores(attune, builtin, check) {
  const scored = await attune.score(builtin.rows);
  check('builtin: rows', scored.length === builtin.expected.length, scored.length);
  scored.forEach((found, at) => {
    const expected = builtin.expected[at];
    const name = `builtin: ${expected.id}`;
    for (const key of ['id', 'tokens'])
      check(`${name}: ${key}`, found[key] === expected[key], found[key]);
    check(`${name}: weights`, found.judge.weights === expected.judge.weights, found.judge);
    const near = (key, a, b, scale = 1) =>
      check(`${name}: ${key}`, Math.abs(a - b) <= builtin.tolerance * scale, a);
    near('reward', found.reward, expected.reward);
    near('empathy', found.empathy, expected.empathy);
    near('bystander', found.bystander.total, expected.bystander.total, 100);
    for (const perspective of ['resonation', 'expression', 'reception']) {
      near(perspective, found[perspective].score, expected[perspective].score, 5);
      found[perspective].distribution.forEach((p, level) => {
        near(`${perspective} P(${level + 1})`, p, expected[perspective].distribution[level]);
      });
    }
  });
}

/** The embedder against vectors computed apart from it, in double precision. */
export async function compareEmbeddings(attune, sample, check) {
  const vectors = await attune.embed(sample.sentences.map((sentence) => sentence.text));
  vectors.forEach((vector, at) => {
    const expected = sample.sentences[at].vector;
    const gap = Math.max(...expected.map((value, d) => Math.abs(value - vector[d])));
    check(`embedding of "${sample.sentences[at].text}"`, gap <= 1e-5, gap);
  });
}
