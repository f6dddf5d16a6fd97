import type { Stage } from './story.ts';
import { alloyServers, supportEdited } from './world/fleet.ts';
import type { DemoServer } from './world/fleet.ts';
import { alloy } from './world/secret-values.ts';

/** How long each state is there to be seen: longer than a page of the console takes to show it. */
const shownMs = 25_000;

interface Drift {
  readonly what: string;
  readonly server: DemoServer;
  readonly edited: Parameters<Stage['world']['alloy']['edit']>[1];
}

const allowedActions = ['read_invoice', 'read_order', 'read_ticket', 'refund', 'reply'];

/** Each server in its turn: a field that is corrected again and again would be a fight. */
const drifts: readonly Drift[] = [
  {
    what: 'Finance is renamed at Alloy',
    server: alloyServers.finance,
    edited: { name: 'Finance (copy)' },
  },
  {
    what: 'the description of Research is emptied at Alloy',
    server: alloyServers.research,
    edited: { description: '' },
  },
  {
    what: 'the Support Desk may make refunds at Alloy',
    server: supportEdited,
    edited: { restrictions: { actions: { mode: 'allowlist', allowedActions } } },
  },
];

/** The story goes on: drift appears, and a pass puts it right, until `stop`. */
export async function playRounds(
  { world, functions, listener, deps: { clock } }: Stage,
  address: string,
  stop: AbortSignal,
): Promise<void> {
  listener.chapter('In the console: drift appears, and goes');
  listener.happens(
    `Every ${shownMs / 1000} seconds something happens, until Ctrl-C. Look at the pages Fleet, Servers and History of the console (its address works once):`,
  );
  listener.happens(address);
  for (let round = 0; !stop.aborted; round = (round + 1) % drifts.length) {
    const { what, server, edited } = drifts[round] as Drift;
    listener.chapter(`Drift: ${what}; mode report shows it`);
    world.alloy.edit(server.id, edited);
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await world.declare(alloy, { ...server, policy: { mode: 'report' } });
    // oxlint-disable-next-line no-await-in-loop
    await functions.stream();
    // oxlint-disable-next-line no-await-in-loop
    await clock.sleep(shownMs, stop);
    if (stop.aborted) return;
    listener.chapter('Mode correct: a pass puts it right');
    // oxlint-disable-next-line no-await-in-loop
    await world.declare(alloy, server);
    // oxlint-disable-next-line no-await-in-loop
    await functions.stream();
    // oxlint-disable-next-line no-await-in-loop
    await clock.sleep(shownMs, stop);
  }
}
