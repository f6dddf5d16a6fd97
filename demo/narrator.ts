import type { Paint } from '../lib/model/text/paint.types.ts';
import type { Plan } from '../lib/plan/plan.types.ts';
import { counted, guardLines } from '../lib/plan/text/render-guard.ts';
import { serverBlocks } from '../lib/plan/text/render-server.ts';
import { renderPlan, reportHead } from '../lib/plan/text/render-text.ts';
import { wrap } from '../lib/model/text/wrap.ts';
import type { Listener } from './listener.ts';

/** Shows the story in lines that fit where it is shown. What a pass does is shown field by field unless a plan just did. */
export function narrator(write: (text: string) => void, paint: Paint): Listener {
  const say = (...lines: readonly string[]) => {
    for (const line of lines) write(`${line}\n`);
  };
  const shown = new Set<string>();
  const isNew = (plan: Plan) => {
    const hashes = plan.changes.flatMap(({ changes }) => changes.map(({ hash }) => hash));
    const news = hashes.filter((hash) => !shown.has(hash));
    for (const hash of news) shown.add(hash);
    return news.length > 0;
  };
  return {
    chapter: (title) => say('', ...wrap(title, '   ', '== ', paint.columns)),
    happens: (what) => say(...wrap(what, '', '', paint.columns)),
    planned: (plan) => {
      if (shown.size > 0) say('');
      isNew(plan);
      say(
        ...renderPlan(plan, paint)
          .split('\n')
          .filter((line) => line !== ''),
      );
    },
    passed: (report, plan) => {
      const { updated, held } = report.counts;
      if (plan && updated + held > 0 && isNew(plan)) say(...changeLines(plan, paint));
      say(...wrap(`> ${report.trigger}: ${reportHead(report)}`, '  ', '', paint.columns));
    },
    approved: (connection, typed, { hashes }) =>
      say(
        `$ trueup approve ${connection} ${typed}`,
        `  approved for 24 hours: ${counted(hashes.length, 'change')}, and no other`,
      ),
    ended: ({ vendorCalls: { list, get, put }, secretsDecrypted }) => {
      const wrapped = (line: string) => wrap(line, '', '', paint.columns);
      const calls = `${list + get + put} gateway calls in all (${list} list, ${get} get, ${put} put)`;
      say(
        '',
        ...wrapped(`${calls}, ${counted(secretsDecrypted, 'server secret')} decrypted.`),
        ...next.flatMap((line) => (line.startsWith(' ') ? [line] : wrapped(line))),
      );
    },
  };
}

const next = [
  'Next, try Barndoor and Alloy yourself, from the start (--local uses .trueup):',
  '    npm run -s trueup -- plan --local',
  'Then declare your own servers (here, `trueup` is `npm run -s trueup --`):',
  '    npm run -s trueup -- init',
];

/** The changes of a plan, and the guard's text if it holds something. */
function changeLines(plan: Plan, paint: Paint): readonly string[] {
  const changes = plan.changes.filter((server) => server.changes.length > 0);
  const blocks = serverBlocks({ ...plan, changes }, paint).flat();
  return plan.guard.held === undefined ? blocks : [...blocks, ...guardLines(plan, paint)];
}
