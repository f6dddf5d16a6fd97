import { html } from 'hono/html';
import type { HeldPlan } from '../../ledger/ledger.types.ts';
import { heldHashes } from '../../plan/guard.ts';
import type { Plan, PlannedServer } from '../../plan/plan.types.ts';
import { counted, guardLines } from '../../plan/text/render-guard.ts';
import { serverBlocks } from '../../plan/text/render-server.ts';
import { missingLines, planCounts } from '../../plan/text/render-text.ts';
import { approveLink } from '../acts/act-links.ts';
import type { Explained } from '../console.types.ts';
import { marking, printed } from '../html/diff.ts';
import type { Html } from '../html/html.types.ts';
import type { Page } from '../html/layout.ts';
import { command, name, notRead, select, time } from '../html/parts.ts';
import type { FleetReading } from '../reading.ts';
import type { PageContext } from './page-context.types.ts';

/** A plan that the guard holds, or why it cannot be read. */
export type HeldReading =
  | { readonly connection: string; readonly held: HeldPlan }
  | { readonly connection: string; readonly digest: string; readonly problem: string };

/** A plan that was made on request, or why it could not be. */
export type MadePlan =
  | { readonly connection: string; readonly plan: Plan }
  | ({ readonly connection: string } & Explained);

/** Servers that are shown of a group of a plan, by where it is shown: with those of the whole fleet, or in the form that approves it. */
const mostServers = { h4: 20, h3: 100 } as const;

/** What the guard holds; and, on request, what passes would do now. */
export function planPage(
  fleet: FleetReading,
  held: readonly HeldReading[],
  made: readonly MadePlan[] | undefined,
  chosen: string | undefined,
  context: PageContext,
): Page {
  const same = (value: string) => ({ value, text: value });
  const body = html`${fleet.failure ? notRead('The list of connections', fleet.failure, fleet.listedAt) : ''}
    ${fleet.connections.map(({ connection, at, failure }) => (failure ? notRead(connection, failure, at) : ''))}
    <h2>Held by the guard</h2>
    ${held.length === 0 ? html`<p>Nothing is held.</p>` : held.map(heldPart)}
    <h2>What passes would do now</h2>
    <form action="/plan" method="get">
      ${select(
        'Connection',
        'connection',
        fleet.connections.map((one) => same(one.connection)),
        chosen,
      )}
      <button name="make" value="now">Read the gateways and make the plan</button>
    </form>
    ${made ? html`${made.map((one) => madePart(one, context))}` : html`<p>No plan was asked for. Nothing is changed by one.</p>`}`;
  return { title: 'Plan', place: 'plan', body };
}

function heldPart(reading: HeldReading): Html {
  const { connection } = reading;
  if ('problem' in reading) {
    return html`<div class="note error">
      <p>${connection}: plan ${reading.digest.slice(0, 12)}: ${reading.problem}</p>
    </div>`;
  }
  const { digest } = reading.held;
  return html`<article aria-label="${`${connection}, held plan ${digest.slice(0, 12)}`}">
    <h3>
      ${connection}: ${counted(reading.held.hashes.length, 'change')}, held as
      ${digest.slice(0, 12)}
    </h3>
    ${heldDiff(reading.held, 'h4')} ${approveLink(connection, digest)}
  </article>`;
}

/** What an approval of it permits. */
export function heldDiff({ plan, at, hashes }: HeldPlan, heading: 'h3' | 'h4'): Html {
  const shown = heldHashes(plan.changes).length;
  const changes = plan.changes.filter((server) => server.changes.some((change) => change.held));
  return html`<p>Held since ${time(at)}.</p>
    ${
      shown < hashes.length
        ? html`<p>
            The first ${counted(shown, 'change')} of ${hashes.length} are kept to be shown.
          </p>`
        : ''
    }
    ${groups({ ...plan, changes }, heading)}`;
}

function madePart(made: MadePlan, { next }: PageContext): Html {
  const { connection } = made;
  if (!('plan' in made)) {
    return html`<article aria-label="${connection}">
      <h3>${connection}</h3>
      <p class="error">No plan: ${made.problem}</p>
      <p>Next: ${made.next}</p>
    </article>`;
  }
  const { plan } = made;
  const notes = [...missingLines(plan, marking), ...guardLines(plan, marking, next)];
  return html`<article aria-label="${connection}">
    <h3>${connection}: ${planCounts(plan.counts)}</h3>
    ${groups(plan, 'h4')} ${notes.length > 0 ? printed(notes) : ''}
    ${plan.digest === '' ? '' : html`<p>${command(next(`trueup apply ${connection}`))} sends it, after a question.</p>`}
  </article>`;
}

const loosens = ({ changes }: PlannedServer) => changes.some((change) => change.loosens === true);

/** Also where the guard holds it, or mode `report` does not send it. */
const comesOrGoes = ({ outcome, changes }: PlannedServer) =>
  outcome === 'created' ||
  outcome === 'deleted' ||
  changes.some(({ cause }) => cause === 'create' || cause === 'delete');

/** Groups of servers, the most important first; each server is in the first matching group. */
const groupings: readonly (readonly [title: string, isOf: (server: PlannedServer) => boolean])[] = [
  ['Creates or deletes', comesOrGoes],
  ['Loosens access', loosens],
  ['Other changes', () => true],
];

function groups(plan: Plan, heading: 'h3' | 'h4'): Html {
  const byTitle = Map.groupBy(
    plan.changes,
    (server) => groupings.find(([, isOf]) => isOf(server))?.[0],
  );
  const parts = groupings.flatMap(([title]) => {
    const changes = byTitle.get(title);
    return changes ? [group(title, plan, changes, heading)] : [];
  });
  return html`${parts}`;
}

function group(
  title: string,
  plan: Plan,
  changes: readonly PlannedServer[],
  heading: 'h3' | 'h4',
): Html {
  const text = `${title}: ${counted(changes.length, 'server')}`;
  const shown = changes.slice(0, mostServers[heading]);
  const more = changes.length - shown.length;
  const blocks = serverBlocks({ ...plan, changes: shown }, marking).filter(
    ({ length }) => length > 0,
  );
  return html`${heading === 'h3' ? html`<h3>${text}</h3>` : html`<h4>${text}</h4>`}
  ${blocks.map(printed)}
  ${more > 0 ? html`<p>and ${more} more; ${command(name(`trueup plan ${plan.connection}`))} shows all</p>` : ''}`;
}
