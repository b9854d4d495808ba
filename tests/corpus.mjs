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

  for (const row of corpus.judgements.rows) {
    const report = await attempt(row.name, row.error, () =>
      attune.aggregate({ name: 'judgements.jsonl', text: row.text }, row.settings),
    );
    if (report === undefined) continue;
    row.rows.forEach((expected, at) => {
      check(row.name, holds(report.rows[at], expected), report.rows[at]);
    });
    check(`${row.name}: failed`, report.failed === row.failed, report.failed);
    const same = row.dropped === undefined || holds(report.dropped, row.dropped);
    check(`${row.name}: dropped`, same, report.dropped);
  }

  await compareScores(attune, corpus.builtin, check);
  await compareEmbeddings(attune, corpus.embedder, check);
  return failures;
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
