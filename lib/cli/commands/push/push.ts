import { isJsonObject } from '../../../model/json/json.ts';
import { accountOf, sharedServers } from '../../../desired/rules/shared-servers.ts';
import type { ConnectionDocument } from '../../../desired/rules/schema.ts';
import { counted } from '../../../plan/text/render-guard.ts';
import type { DesiredWriter } from '../../../desired/rows/desired-writer.ts';
import { accountServers } from '../../targets/account-servers.ts';
import { checkFiles, issueLine } from '../../targets/files/check-files.ts';
import { chosenFiles } from '../../targets/chosen.ts';
import { CliError, interrupted, usageError } from '../../errors/cli-error.ts';
import { defineCommand } from '../../command.ts';
import type { CommandContext } from '../../context.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import type { Output } from '../../output/output.ts';
import { mapLimited } from '../../../pass/limited.ts';
import { listBudgetIssue } from './list-budget.ts';
import { conflictsWithRows, pushPlan, serversAfter } from './push-plan.ts';
import type { PushInputs, RowChange } from './push-plan.ts';
import { recordPush } from './record-push.ts';
import { changeData, changeLines, changeName } from './render-push.ts';
import type { Target } from '../../targets/target.ts';
import { newKey, rowKey } from '../../../model/names/server-key.ts';

interface PushOptions {
  readonly prune?: boolean;
  readonly dryRun?: boolean;
}

const atOnce = 8;

export const push = defineCommand<PushOptions>({
  description:
    'Writes declarations to the table: shows the difference, and writes the rows that differ, each with the next generation. Does not overwrite a row that another process changed meanwhile.',
  examples: [
    {
      line: 'trueup push --dry-run --stack trueup-prod',
      does: 'only shows the difference between trueup.yaml and the table',
    },
    {
      line: 'trueup push declarations/ --prune --stack trueup-prod',
      does: 'all files of a folder; removes rows of servers that they no longer declare',
    },
  ],
  configure: (command) => {
    command
      .argument('[file...]', 'files or folders. Defaults to those of --file, or trueup.yaml')
      .option(
        '--prune',
        'removes rows of servers that the files no longer declare, in the connections that they declare, and saved sign-ins that are no longer used; servers at the gateway stay',
      )
      .option('--dry-run', 'shows the difference, but writes nothing');
  },
  run: async (context, operands, { prune = false, dryRun = false }) => {
    const { output, options, stop } = context;
    const paths = operands.length > 0 ? operands : chosenFiles(context);
    if (paths.length === 0)
      throw usageError(
        'nothing to push: there is no trueup.yaml in this folder',
        'name a file, or write one with `trueup init`',
      );
    const target = await context.target('tables');
    const { writer } = target;
    if (!writer) throw new Error('a table is written to');
    const documents = await readValid(context, target, paths);
    const found = await mapLimited(documents, atOnce, stop, (document) =>
      inputsOf(target, document, prune),
    );
    if (!found) throw interrupted();
    assertListed(found, target, output);
    const planned = found.map((inputs) => ({ inputs, changes: pushPlan(inputs) }));
    const shared = await sharedWithRows(target, found, stop);
    assertUnique(
      [...planned.flatMap((one) => conflictsWithRows(one.inputs, one.changes)), ...shared],
      output,
    );
    const changes = planned.flatMap((one) => one.changes);
    const lost = new Set<RowChange>();
    if (options.output !== 'json') {
      for (const change of changes) output.result(changeLines(change, output.paint).join('\n'));
    }
    if (!dryRun) {
      for (const one of planned) {
        if (stop.aborted) throw stopped();
        // oxlint-disable-next-line no-await-in-loop -- few, and before the first row is written
        await recordPush(target, one.inputs.document, one.changes);
      }
    }
    const done = dryRun || (await write(writer, changes, stop, (change) => lost.add(change)));
    if (prune && !dryRun && done) {
      for (const { inputs } of planned) await removeSignIn(inputs, target);
    }
    if (options.output === 'json') {
      const data = { version: 1, dryRun, changes: changes.map(changeData) };
      const conflicts = [...lost].map(({ connection, item }) => ({ connection, item }));
      output.data({ ...data, conflicts });
    }
    if (!done) throw stopped();
    tell(context, changes, lost, dryRun);
    return lost.size > 0 ? exitCodes.failed : exitCodes.ok;
  },
});

async function readValid(
  { cwd, output }: CommandContext,
  { deps: { providers, secretPrefix } }: Target,
  paths: readonly string[],
): Promise<readonly ConnectionDocument[]> {
  const { documents, issues } = await checkFiles(paths, { cwd, providers, secretPrefix });
  if (issues.length === 0) return documents.map(({ value }) => value as ConnectionDocument);
  for (const issue of issues) output.note(issueLine(issue));
  throw usageError(
    `${counted(issues.length, 'error')} in the declarations; nothing was written`,
    'fix them, and push again',
  );
}

function assertUnique(conflicts: readonly string[], { say }: Output): void {
  if (conflicts.length === 0) return;
  for (const line of conflicts) say(`error: ${line}`, 'error');
  throw usageError(
    `${counted(conflicts.length, 'conflict')} with rows of the table; nothing was written`,
    'change the value in the files, declare these rows too, or remove them with --prune',
  );
}

/** @throws CliError if the functions could not list a connection after the push */
function assertListed(
  all: readonly PushInputs[],
  { deps: { providers } }: Target,
  { say }: Output,
): void {
  const issues = all.flatMap((inputs) => {
    const { connection, provider, budget } = inputs.document;
    const vendor = providers.get(provider);
    const servers = serversAfter(inputs);
    const issue = vendor && listBudgetIssue(vendor, servers, budget?.requestsPerMinute);
    return issue === undefined ? [] : [`${connection}: ${issue}`];
  });
  if (issues.length === 0) return;
  for (const line of issues) say(`error: ${line}`, 'error');
  throw usageError(
    `${counted(issues.length, 'budget')} too small; nothing was written`,
    'increase budget.requestsPerMinute, or split the servers into connections of several accounts',
  );
}

async function inputsOf(
  { deps }: Target,
  document: ConnectionDocument,
  prune: boolean,
): Promise<PushInputs> {
  const { connection } = document;
  const [rows, ledger, labels] = await Promise.all([
    deps.desired.rows(connection),
    deps.ledger.read(connection),
    deps.ledger.labels(connection),
  ]);
  // A server that Trueup created is recorded by its id, but declared by its label.
  const created = new Map(
    [...labels].flatMap(([label, { binding }]) => (binding ? [[label, binding.id] as const] : [])),
  );
  const items = new Map([...created].map(([label, id]) => [id, newKey(label)]));
  const generations = new Map(
    [...ledger.servers].flatMap(([id, { generation }]) =>
      generation === undefined ? [] : [[items.get(id) ?? rowKey(id), generation] as const],
    ),
  );
  return { document, rows, generations, created, prune, options: deps };
}

/** Removes the saved sign-in of a connection that no longer uses one. */
async function removeSignIn(
  { document: { connection, auth }, rows }: PushInputs,
  { deps: { signIns } }: Target,
): Promise<void> {
  const before = rows.find(({ item }) => item === 'connection')?.value['auth'];
  const wasPersons = isJsonObject(before) && before['type'] === 'refresh-token';
  if (wasPersons && auth.type !== 'refresh-token') await signIns.remove(connection);
}

/** Servers that another connection of the same account already has in the table, one line each. */
async function sharedWithRows(
  { deps }: Target,
  inputs: readonly PushInputs[],
  stop: AbortSignal,
): Promise<readonly string[]> {
  const documents = inputs.map(({ document }) => document);
  const own = new Set(documents.map(({ connection }) => connection));
  const names: string[] = [];
  for await (const name of deps.desired.connections()) if (!own.has(name)) names.push(name);
  const others = await accountServers(deps, names, documents.map(accountOf), stop);
  if (!others) throw interrupted();
  const declared = inputs.map(({ document, created }) => ({
    name: document.connection,
    declared: document,
    ids: (document.servers ?? []).map(({ id, label = '' }) => id ?? created.get(label) ?? ''),
  }));
  return sharedServers([...others, ...declared])
    .filter(({ connection }) => own.has(connection))
    .map(
      ({ connection, id, other }) =>
        `${connection}/${id} is a server of ${other} too, of the same account at the gateway`,
    );
}

/** Writes connections before their servers, which would otherwise be invalid for a short time. */
async function write(
  writer: DesiredWriter,
  changes: readonly RowChange[],
  stop: AbortSignal,
  onLost: (change: RowChange) => void,
): Promise<boolean> {
  const send = async (change: RowChange) => {
    const { connection, item, row, seen } = change;
    const written = row
      ? await writer.replace(connection, item, row, seen)
      : await writer.removeSeen(connection, item, seen);
    if (!written) onLost(change);
  };
  const own = changes.filter(({ item }) => item === 'connection');
  const servers = changes.filter(({ item }) => item !== 'connection');
  if (!(await mapLimited(own, atOnce, stop, send))) return false;
  return (await mapLimited(servers, atOnce, stop, send)) !== undefined;
}

function stopped(): CliError {
  return new CliError(
    'interrupted',
    'interrupted; some rows may have been written',
    'push again to write the rest',
    { exitCode: exitCodes.interrupted },
  );
}

function tell(
  { output }: CommandContext,
  changes: readonly RowChange[],
  lost: ReadonlySet<RowChange>,
  dryRun: boolean,
): void {
  const count = (action: RowChange['action']) =>
    changes.filter((change) => change.action === action && !lost.has(change)).length;
  const counts = `${count('add')} added, ${count('change')} changed, ${count('remove')} removed`;
  if (changes.length === 0) output.note('Nothing to push: the table has the same declarations.');
  else output.note(dryRun ? `Dry run, nothing was written: ${counts}.` : `Pushed: ${counts}.`);
  for (const change of lost) {
    const said = `error: ${changeName(change)} was changed by another process meanwhile, and was not written`;
    output.say(said, 'error');
  }
  if (lost.size > 0) output.say('next: `trueup pull` shows what it wrote; then push again');
}
