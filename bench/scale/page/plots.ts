import type { Results } from '../results.types.ts';
import { svgOf } from './plot.ts';
import { count } from './targets.ts';

/** The pictures of the page, by the names of their files. */
export function plotsOf({ sweeps, undersized, outage }: Results): Readonly<Record<string, string>> {
  const all = [undersized, ...sweeps];
  const connections = count(undersized.connections);
  return {
    'sweep.svg': svgOf({
      title: `A sweep of ${connections} connections, by workers`,
      x: { label: 'workers (concurrency of the queue)', isLog: true },
      y: { label: 'seconds', isLog: true },
      lines: [
        {
          name: 'all have had a pass',
          points: all.map(({ workers, served }) => [workers, served.most]),
        },
        { name: 'half of them', points: all.map(({ workers, served }) => [workers, served.p50]) },
      ],
      limit: { at: 300, label: 'schedule: every 5 minutes' },
    }),
    'oldest.svg': svgOf({
      title: 'Age of the oldest message that waits or is worked on',
      x: { label: 'seconds since the schedule’s first event' },
      y: { label: 'seconds' },
      lines: all.map(({ workers, oldest }) => ({ name: `${workers} workers`, points: oldest })),
      limit: { at: 300, label: 'schedule: every 5 minutes' },
    }),
    'outage.svg': svgOf({
      title: `Messages in the queue, its function down for ${outage.minutes} minutes`,
      x: { label: 'seconds since the outage began' },
      y: { label: 'messages' },
      lines: [{ name: `${outage.workers} workers`, points: outage.queue }],
    }),
  };
}
