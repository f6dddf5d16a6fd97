import { approve } from '../lib/pass/approve.ts';
import { preview } from '../lib/pass/preview.ts';
import type { Dependencies } from '../lib/pass/dependencies.types.ts';
import type { DemoWorld } from './demo-world.ts';
import { alloyServers, barndoorServers, contextforgeServers } from './world/fleet.ts';
import { renamedByScript, supportEdited } from './world/fleet.ts';
import type { DemoFunctions } from './functions.ts';
import type { Listener } from './listener.ts';
import {
  alloy,
  barndoor,
  contextforge,
  githubText,
  reference,
  values,
} from './world/secret-values.ts';

/** What a chapter can use. */
export interface Stage {
  readonly world: DemoWorld;
  readonly functions: DemoFunctions;
  readonly listener: Listener;
  /** Dependencies of the command line. */
  readonly deps: Dependencies;
  /** Digest of the plan that the guard held last. */
  readonly held: () => string;
}

/** An event, and how Trueup reacts to it. */
export interface Chapter {
  readonly title: string;
  readonly play: (stage: Stage) => Promise<void>;
}

/** The main job from end to end, in order. */
export const story: readonly Chapter[] = [
  {
    title: 'The plan: what a pass would do, and why (~ update, x not possible)',
    play: async ({ deps, listener }) => {
      for (const connection of [alloy, barndoor, contextforge]) {
        const { plan } = await preview({ connection, trigger: 'cli' }, deps);
        listener.planned(plan);
      }
    },
  },
  {
    title: 'The first pass: the schedule starts it (events/scheduled.json); > reports it',
    play: ({ functions }) => functions.schedule(),
  },
  {
    title: 'The next pass has nothing to do: it lists, but sends and decrypts nothing',
    play: ({ functions }) => functions.schedule(),
  },
  {
    title: 'Drift: edits at all three gateways, and the next pass corrects them',
    play: async ({ world, functions, listener }) => {
      const actions = { mode: 'allowlist', allowedActions: ['reply', 'refund', 'read_ticket'] };
      world.alloy.edit(alloyServers.support.id, { restrictions: { actions } });
      world.barndoor.edit(barndoorServers.jira.id, { name: 'Jira (not this!)' });
      listener.happens(
        'At ContextForge a script set a description. A PUT there erases the token that it leaves out.',
      );
      const { id } = contextforgeServers.tickets;
      world.contextforge.edit(id, { description: 'Read, write', credential: undefined });
      await functions.schedule();
    },
  },
  {
    title: 'A secret is rotated: its event comes through the queue, one PUT is sent',
    play: async ({ world, functions }) => {
      await world.secrets.write(github.secret, githubText(values.githubRotated));
      await functions.queue();
    },
  },
  {
    title: 'A new version with the same value: it is read once, and not sent',
    play: async ({ world, functions }) => {
      await world.secrets.write(github.secret, githubText(values.githubRotated, 'owner: platform'));
      await functions.queue();
    },
  },
  {
    title: 'A row is edited: the stream starts a pass at once',
    play: async ({ world, functions }) => {
      await world.declare(alloy, supportEdited);
      await functions.stream();
    },
  },
  {
    title: 'A script renames three servers: the guard holds it until it is approved',
    play: async ({ world, deps, functions, listener, held }) => {
      await world.declare(barndoor, ...renamedByScript);
      await functions.stream();
      const typed = held().slice(0, 8);
      listener.approved(barndoor, typed, await approve(barndoor, typed, deps, 'kim'));
      await functions.schedule();
    },
  },
];

const github = reference(barndoor, 'github');
