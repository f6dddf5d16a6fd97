import type { ChangeRecord, ShownValue } from '../../model/ledger.types.ts';
import { canonicalJson } from '../../model/json/json.ts';
import type { Paint } from '../../model/text/paint.types.ts';
import type { FieldChange } from '../../plan/plan.types.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { fieldLines } from '../../plan/text/render-field.ts';
import { connectionNameSchema } from '../../model/names/connection-name.ts';
import { shownTime } from '../../model/text/shown-time.ts';
import { interrupted, usageError } from '../errors/cli-error.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import { labelsOf } from '../targets/find-named.ts';
import { splitName } from '../targets/select.ts';
import type { Output } from '../output/output.ts';
import { mapLimited } from '../../pass/limited.ts';
import type { Target } from '../targets/target.ts';
import { ago, moment } from '../times.ts';
import type { Moment } from '../times.ts';

/** A change, and the connection that it belongs to. */
export type Change = { readonly connection: string } & ChangeRecord;

const atOnce = 8;

export const history = defineCommand<{ since?: Moment; connection?: string }>({
  description:
    'Shows which field Trueup changed when: before and after (secrets as version ids), the cause, what triggered it, and in which pass; newest first. Changes are kept for 90 days.',
  examples: [
    { line: 'trueup history --since 7d --stack trueup-prod', does: 'all of the last week' },
    {
      line: 'trueup history acme-prod/salesforce-prod --stack trueup-prod -o json',
      does: 'one server, for a script',
    },
  ],
  configure: (command) => {
    command
      .argument('[name]', 'CONNECTION, CONNECTION/SERVER by label or id, or SERVER alone')
      .option('--connection <name>', 'only this connection, declared or not')
      .option('--since <time>', 'a duration (7d), a day or a time', moment);
  },
  run: async (context, [name], { since, connection }) => {
    const { options, output, stop } = context;
    const target = await context.target();
    const from = since && new Date(ago(since, target.deps.clock.now())).toISOString();
    const places = await placesOf(target, connection, name);
    const found = await mapLimited(places, atOnce, stop, (place) => changesOf(target, place, from));
    if (!found) throw interrupted();
    const changes = found
      .flatMap((one) => one.changes)
      .toSorted((a, b) => Number(a.at < b.at) - Number(a.at > b.at));
    if (changes.length === 0 && !since && found.every(({ isDeclared }) => !isDeclared)) {
      tellNothing(name, target, output);
    }
    if (options.output === 'json') {
      output.data({ version: 1, changes });
    } else {
      const blocks = changes.map((change) => blockOf(change, output.paint));
      output.result(blocks.length === 0 ? 'No changes.' : blocks.join('\n\n'));
    }
    return exitCodes.ok;
  },
});

interface Place {
  readonly connection: string;
  readonly server?: string | undefined;
}

async function placesOf(
  target: Target,
  connection: string | undefined,
  name: string | undefined,
): Promise<readonly Place[]> {
  if (connection !== undefined) {
    if (connectionNameSchema.safeParse(connection).success) return [{ connection, server: name }];
    throw usageError('--connection is no name of a connection', '`trueup status` lists them');
  }
  const known = await target.connections();
  const named = name === undefined ? undefined : splitName(name);
  if (named && known.includes(named.connection)) return [named];
  return known.map((one) => ({ connection: one, server: name }));
}

/** What was changed in a place, and whether something declared has its name. */
interface Found {
  readonly changes: readonly Change[];
  readonly isDeclared: boolean;
}

async function changesOf(
  target: Target,
  { connection, server }: Place,
  since: string | undefined,
): Promise<Found> {
  const filter = since === undefined ? {} : { since };
  const { ledger } = target.deps;
  const of = (changes: readonly ChangeRecord[]): readonly Change[] =>
    changes.map((change) => ({ connection, ...change }));
  if (server === undefined) {
    return { changes: of(await ledger.history(connection, filter)), isDeclared: true };
  }
  const labels = await labelsOf(target, connection);
  // A label as it is now, or as it was when the change was made.
  const all = await ledger.history(connection, filter);
  const isIt = ({ server: id, label }: ChangeRecord) =>
    id === server || label === server || labels.get(id) === server;
  const isDeclared = labels.has(server) || [...labels.values()].includes(server);
  return { changes: of(all.filter(isIt)), isDeclared };
}

/** @throws CliError for a name that nothing has, or has had lately */
function tellNothing(name: string | undefined, { name: whole }: Target, { say }: Output): void {
  if (name !== undefined) {
    throw usageError(
      `nothing that is declared is called '${name}', and nothing of that name was changed`,
      '`trueup status CONNECTION` lists the servers of a connection; --connection NAME is for one that is no longer declared',
    );
  }
  say(`${whole} declares no connection; one that was can be named: --connection NAME`);
}

function blockOf(change: Change, paint: Paint): string {
  const { connection, server, label, at, pass, trigger, fields } = change;
  const name = plainText(`${connection}/${label ?? server}`);
  const how = plainText(`${shownTime(at)}, by ${trigger}, pass ${pass}`);
  return [
    `${paint('~', 'change')} ${name}`,
    paint(`    ${how}`, 'quiet'),
    ...fields.flatMap((field) => fieldLines(asPlanned(field), paint)),
  ].join('\n');
}

/** History keeps values, and not how they were compared: a list with other members was a set, as all lists are. */
function asPlanned(field: ChangeRecord['fields'][number]): FieldChange {
  const compare = membersOf(field.before) === membersOf(field.after) ? 'value' : 'set';
  return { ...field, compare, conditional: false, held: false, hash: '' };
}

function membersOf(shown: ShownValue): string {
  const list = shown.kind === 'value' && Array.isArray(shown.value) ? shown.value : [];
  return canonicalJson(list.map(canonicalJson).toSorted());
}
