import { counted } from '../../../plan/text/render-guard.ts';
import type { DesiredRow } from '../../../desired/desired-store.types.ts';
import type { SecretInspector } from '../../../secrets/secret-source.ts';
import type { FieldTable } from '../../../model/field-table.types.ts';
import { isJsonObject } from '../../../model/json/json.ts';
import { getAt } from '../../../model/json/pointer.ts';
import type { SecretRequest } from '../../../model/secret.ts';
import { defaultTokenKey } from '../../../sign-in/stored-token.ts';
import { secretReferences } from '../../targets/files/secret-names.ts';
import type { Check } from './check.ts';
import { check, unwell } from './check.ts';
import { serverIdIn } from '../../../model/names/server-key.ts';

/** Every secret that the rows of a connection name, whether the rows are valid or not: a line each, or one if all is well. */
export async function secretChecks(
  connection: string,
  rows: readonly DesiredRow[],
  inspector: SecretInspector,
  table: FieldTable | undefined,
): Promise<readonly Check[]> {
  const uses = rows.flatMap((row) => usesOf(row, table));
  const users = new Map<string, readonly string[]>();
  for (const { user, request } of uses) {
    const others = (users.get(request.secret) ?? []).filter((other) => other !== user);
    users.set(request.secret, [...others, user]);
  }
  const lines: Check[] = [];
  const what = `${connection}: secrets`;
  const all = await check(what, async () => {
    const findings = await inspector.inspect(
      connection,
      uses.map(({ request }) => request),
    );
    for (const [name, { problem, fix, isMisnamed }] of findings) {
      const by = `used by ${shortList(users.get(name) ?? [])}`;
      const subject = isMisnamed ? 'a secret' : `secret ${name}`;
      lines.push(unwell(`${connection}: ${subject}`, `${problem}; ${by}`, fix));
    }
    const good = users.size - findings.size;
    return users.size === 0 ? 'none are named' : `${counted(good, 'secret')} there`;
  });
  const noneIsThere = lines.length > 0 && lines.length === users.size;
  return noneIsThere ? lines : [all, ...lines];
}

/** What asks for a secret: the label of a server, or `auth`. */
interface Use {
  readonly user: string;
  readonly request: SecretRequest;
}

function usesOf({ item, value }: DesiredRow, table: FieldTable | undefined): readonly Use[] {
  const { label, spec, auth } = value;
  const user =
    item === 'connection' ? 'auth' : typeof label === 'string' ? label : (serverIdIn(item) ?? item);
  const multiline = new Set<unknown>(
    (table?.fields ?? []).flatMap((field) =>
      field.multiline === true && isJsonObject(spec) ? [getAt(spec, field.pointer)] : [],
    ),
  );
  return secretReferences(value).map((reference) => ({
    user,
    request: {
      ...reference,
      ...(multiline.has(reference) && { multiline: true }),
      ...(isJsonObject(auth) &&
        reference === (auth['refresh_token'] as unknown) && {
          key: reference.key ?? defaultTokenKey,
        }),
    },
  }));
}

const mostNamed = 3;

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, mostNamed).join(', ');
  return names.length <= mostNamed ? shown : `${shown} and ${names.length - mostNamed} more`;
}
