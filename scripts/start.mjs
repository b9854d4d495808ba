// `npm start`: builds, runs the main job on the sample data, then serves the site.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { main, root } from './run.mjs';
import { serve } from './serve.mjs';

const PORT = 4173;

await main(async () => {
  await build();
  const { createAttune } = await import('attune');
  process.stdout.write(await report(createAttune()));
  if (process.argv.includes('--once') || !process.stdout.isTTY) return;
  const folder = join(root, 'pkg/site');
  const { url } = await serve(folder, PORT).catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    return serve(folder);
  });
  process.stdout.write(`\nThe site is at ${url} (Ctrl+C ends it).\n`);
});

async function report(attune) {
  const replies = await attune.readScoreRows(sample('replies.jsonl'));
  const lines = ['', 'Score: the PERM reward of the sample replies, built-in judge', ''];
  lines.push(row(['reply', 'reward', 'resonation', 'expression', 'reception', 'bystander']));
  const scored = await attune.score(replies);
  for (const s of scored) {
    const perspectives = [s.resonation, s.expression, s.reception].map((p) => p.score.toFixed(2));
    lines.push(row([s.id, s.reward.toFixed(3), ...perspectives, s.bystander.total.toFixed(1)]));
  }

  const memory = await attune.openMemory();
  await memory.add(sample('memories.jsonl'));
  const query = replies[0].query;
  lines.push('', `Remember: what the sample memories hold on "${query}"`, '');
  for (const hit of await memory.search(query, { k: 3 })) {
    lines.push(`  ${hit.rank}. ${hit.score.toFixed(2)}  ${hit.text}`);
  }

  const world = await attune.recall(sample('scores.npy'), sample('exposed.csv'), {
    k: [1, 5, 10, 50],
  });
  lines.push('', 'Recall: the sample recommender, on items shown at random', '');
  lines.push(row(['K', 'URE', 'traditional', 'which speaks of']));
  const macro = world.systems[0].results.filter((r) => r.average === 'macro');
  for (const ure of macro.filter((r) => r.scheme === 'ure')) {
    const other = macro.find((r) => r.scheme === 'traditional' && r.k === ure.k);
    lines.push(
      row([
        String(ure.k),
        ure.estimate.toFixed(3),
        other.estimate.toFixed(3),
        `Recall@${other.impliedK.toFixed(0)}`,
      ]),
    );
  }
  for (const { message } of world.warnings) lines.push(`  ! ${message}`);
  return `${lines.join('\n')}\n`;
}

function row(cells) {
  return `  ${cells.map((cell, at) => (at === 0 ? cell.padEnd(22) : cell.padStart(16))).join('')}`;
}

function sample(name) {
  return { name, bytes: new Uint8Array(readFileSync(join(root, 'data/samples', name))) };
}
