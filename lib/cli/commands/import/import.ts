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
import { serverKey } from '../../../model/names/server-key.ts';

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
    const found = await withSession(connection, deps, stop, async (session, desired) => {
      const live = new Map<string, LiveServer>();
      for await (const page of session.list()) for (const one of page) live.set(one.id, one);
      return [...live.values()].map((one) => ({
        readOnly: one.readOnly,
        ...declared(one, desired, written, `${deps.secretPrefix}/${connection}`),
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

function declared(
  live: LiveServer,
  { provider, connection, servers }: DesiredState,
  written: ReadonlyMap<string, JsonObject>,
  secrets: string,
): DeclaredLive {
  const before = servers.get(live.id);
  const { ignore } = connection.policy;
  if (!before?.valid) return declareLive(live, provider.table, ignore, secrets);
  const row = written.get(serverKey(live.id));
  return declareLive(live, provider.table, ignore, secrets, before.server, row);
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
