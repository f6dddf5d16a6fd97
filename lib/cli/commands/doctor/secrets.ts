import { counted } from '../../../plan/text/render-guard.ts';
import type { DesiredRow } from '../../../desired/desired-store.types.ts';
import type { SecretInspector } from '../../../secrets/secret-source.ts';
import { secretNames } from '../../targets/files/secret-names.ts';
import type { Check } from './check.ts';
import { check, unwell } from './check.ts';
import { serverIdIn } from '../../../model/names/server-key.ts';

/** Every secret that the rows of a connection name, whether the rows are valid or not: a line each, or one if all is well. */
export async function secretChecks(
  connection: string,
  rows: readonly DesiredRow[],
  inspector: SecretInspector,
): Promise<readonly Check[]> {
  const users = usersOf(rows);
  const lines: Check[] = [];
  const what = `${connection}: secrets`;
  const all = await check(what, async () => {
    const findings = await inspector.inspect(connection, [...users.keys()]);
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

/** Labels of servers, or `auth`, by the names of the secrets that they use. */
function usersOf(rows: readonly DesiredRow[]): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  for (const { item, value } of rows) {
    const { label } = value;
    const user =
      item === 'connection'
        ? 'auth'
        : typeof label === 'string'
          ? label
          : (serverIdIn(item) ?? item);
    for (const name of new Set(secretNames(value))) {
      users.set(name, [...(users.get(name) ?? []), user]);
    }
  }
  return users;
}

const mostNamed = 3;

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, mostNamed).join(', ');
  return names.length <= mostNamed ? shown : `${shown} and ${names.length - mostNamed} more`;
}
