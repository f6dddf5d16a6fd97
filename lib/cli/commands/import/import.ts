import type { JsonObject } from '../../../model/json/json.types.ts';
import type { LiveServer } from '../../../model/live.types.ts';
import { liveName } from '../../../model/names/live-name.ts';
import { counted } from '../../../plan/text/render-guard.ts';
import { writeYaml } from '../../../desired/yaml/write.ts';
import type { DesiredState } from '../../../pass/read/desired.ts';
import { usageError } from '../../errors/cli-error.ts';
import { defineCommand } from '../../command.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import { declareLive } from './declare-live.ts';
import type { DeclaredLive } from './declare-live.ts';
import { fit } from './fit.ts';
import { quoted } from '../../../model/text/shown-value.ts';
import { documentOf } from '../pull/document-of.ts';
import { selectConnections, splitName } from '../../targets/select.ts';
import { withSession } from '../../targets/with-session.ts';
import { newKey, newLabelIn, rowIdIn, serverKey } from '../../../model/names/server-key.ts';
import type { Labels } from '../../../pass/read/bound.ts';

interface ImportOptions {
  readonly match?: string;
}

export const importCommand = defineCommand<ImportOptions>({
  description:
    'Writes YAML to standard output that declares the live servers of a connection as they are, so that the plan is empty. A field that cannot be read is a comment, or keeps its declared value. Changes nothing.',
  examples: [
    {
      line: 'trueup import acme-prod -f connection.yaml > trueup.yaml',
      does: 'all live servers of a connection that a file declares without servers',
    },
    {
      line: "trueup import acme-prod --stack trueup-prod --match 'sales*'",
      does: 'servers whose name, label or id begins with sales',
    },
  ],
  configure: (command) => {
    command
      .argument(
        '<name...>',
        'CONNECTION, declared with or without servers; or CONNECTION/SERVER by name, label or id',
      )
      .option('--match <pattern>', 'only servers that match; * matches any text');
  },
  run: async (context, operands, { match }) => {
    const { output, stop } = context;
    const { connection, only } = wanted(operands);
    const { deps, ...target } = await context.target();
    await selectConnections({ deps, ...target }, [connection]);
    const rows = await deps.desired.rows(connection);
    const { servers: _servers, ...own } = documentOf(connection, rows);
    const written = new Map(rows.map(({ item, value }) => [item, value as JsonObject]));
    const created = createdItems(await deps.ledger.labels(connection), written);
    const found = await withSession(connection, deps, stop, async (session, desired) => {
      const live = new Map<string, LiveServer>();
      for await (const page of session.list()) for (const one of page) live.set(one.id, one);
      return [...live.values()].map((one) => ({
        readOnly: one.readOnly,
        ...declared(
          one,
          created.get(one.id) ?? serverKey(one.id),
          desired,
          written,
          `${deps.secretPrefix}/${connection}`,
        ),
        called: liveName(one),
      }));
    });
    const chosen = choose(found, only, match);
    const { document, left } = fit(own, chosen.filter(isOpen), deps);
    const head = [...left, ...chosen.flatMap(readOnlyLine)];
    if (context.options.output === 'json') output.data(document.value ?? {});
    else output.result(writeYaml([{ ...document, head }]));
    for (const line of left) output.say(`warning: ${line}`, 'warn');
    const declaredCount = chosen.filter(isOpen).length - left.length;
    output.note(`Declared as they are: ${counted(declaredCount, 'server')}.`);
    return left.length > 0 ? exitCodes.failed : exitCodes.ok;
  },
});

/** The items of rows without an id, by the ids of the servers that Trueup created for them. */
function createdItems(
  labels: Labels,
  written: ReadonlyMap<string, JsonObject>,
): ReadonlyMap<string, string> {
  return new Map(
    [...labels].flatMap(([label, { binding }]) => {
      const item = newKey(label);
      return binding && written.has(item) ? [[binding.id, item] as const] : [];
    }),
  );
}

function declared(
  live: LiveServer,
  item: string,
  { provider, connection, servers }: DesiredState,
  written: ReadonlyMap<string, JsonObject>,
  secrets: string,
): DeclaredLive {
  const before = servers.get(rowIdIn(item) as string);
  const { ignore } = connection.policy;
  const row = written.get(item);
  const found = before?.valid
    ? declareLive(live, provider.table, ignore, secrets, before.server, row)
    : declareLive(live, provider.table, ignore, secrets);
  const label = newLabelIn(item);
  if (label === undefined) return found;
  // A server that Trueup created stays declared by its label.
  const { id: _known, ...server } = found.server;
  const { state } = row ?? {};
  return { ...found, server: { ...server, label, ...(state !== undefined && { state }) } };
}

interface Found extends DeclaredLive {
  readonly called: unknown;
  readonly readOnly: string | undefined;
}

const isOpen = ({ readOnly }: Found) => readOnly === undefined;

const readOnlyLine = ({ id, readOnly }: Found): readonly string[] =>
  readOnly === undefined ? [] : [`server ${quoted(id)} is not declared: it is ${readOnly}`];

/** The named connection, and its named servers. */
function wanted(operands: readonly string[]): {
  readonly connection: string;
  readonly only: readonly string[] | undefined;
} {
  const names = operands.map(splitName);
  const connection = names[0]?.connection ?? '';
  if (names.some((one) => one.connection !== connection)) {
    throw usageError(
      'import works on one connection',
      'name one connection, or servers of one connection',
    );
  }
  const only = names.flatMap(({ server }) => server ?? []);
  return { connection, only: only.length < names.length ? undefined : only };
}

function choose(
  found: readonly Found[],
  only: readonly string[] | undefined,
  match: string | undefined,
): readonly Found[] {
  const names = ({ id, server, called }: Found) => [id, server['label'], called];
  const lacking = (only ?? []).filter((name) => !found.some((one) => names(one).includes(name)));
  if (lacking.length > 0) {
    throw usageError(
      `no live server is called ${lacking.map((name) => `'${name}'`).join(' or ')}`,
      'pass only the connection to see all its servers',
    );
  }
  const fits = match === undefined ? () => true : pattern(match);
  const chosen = found.filter(
    (one) =>
      (only === undefined || names(one).some((name) => only.includes(String(name)))) &&
      names(one).some((name) => typeof name === 'string' && fits(name)),
  );
  if (match !== undefined && chosen.length === 0) {
    throw usageError(
      `none of ${counted(found.length, 'live server')} matches '${match}'`,
      'omit --match to see all servers',
    );
  }
  return chosen;
}

/** `*` matches any text, other characters match themselves; case is ignored. */
function pattern(text: string): (name: string) => boolean {
  const parts = text
    .split(/\*+/)
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  const expression = new RegExp(`^${parts.join('.*')}$`, 'isu');
  return (name) => expression.test(name);
}
