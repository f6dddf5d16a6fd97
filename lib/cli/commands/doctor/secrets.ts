import { counted } from '../../../plan/text/render-guard.ts';
import type { DesiredRow } from '../../../desired/desired-store.types.ts';
import type {
  SecretInspector,
  SecretProblem,
  SecretSource,
  SecretValue,
} from '../../../secrets/secret-source.ts';
import type { FieldTable } from '../../../model/field-table.types.ts';
import { isJsonObject } from '../../../model/json/json.ts';
import { getAt } from '../../../model/json/pointer.ts';
import type { SecretRequest } from '../../../model/secret.ts';
import { defaultSeedKey } from '../../../sign-in/saved/saved-sign-in.ts';
import { secretReferences } from '../../targets/files/secret-names.ts';
import type { Check } from './check.ts';
import { check, skipped, unwell } from './check.ts';
import { rowIdIn } from '../../../model/names/server-key.ts';

/** Reads secrets, to check whether they exist and whether their values can be sent. */
export interface SecretReaders {
  readonly inspector: SecretInspector;
  readonly secrets: Pick<SecretSource, 'values'>;
}

/**
 * Checks every secret that the rows of a connection use, valid or not: one line for each problem, or one line if there
 * is none. Secrets are read as a pass reads them, and never shown.
 */
export async function secretChecks(
  connection: string,
  rows: readonly DesiredRow[],
  { inspector, secrets }: SecretReaders,
  table: FieldTable | undefined,
): Promise<readonly Check[]> {
  const uses = rows.flatMap((row) => usesOf(row, table));
  const usersOf = (wanted: readonly Use[]) => {
    const users = [...new Set(wanted.map(({ user }) => user))];
    return `used by ${shortList(users)}`;
  };
  const names = new Set(uses.map(({ request }) => request.secret));
  const bad = new Set<string>();
  const login = `\`trueup login ${connection}\`: then no secret is needed`;
  const lines: Check[] = [];
  const what = `${connection}: secrets`;
  const all = await check(what, async () => {
    const findings = await inspector.inspect(
      connection,
      uses.map(({ request }) => request),
    );
    for (const [name, { problem, fix, isMisnamed }] of findings) {
      const wanted = uses.filter(({ request }) => request.secret === name);
      const subject = isMisnamed ? 'a secret' : `secret ${name}`;
      const isForLogin = !isMisnamed && wanted.some(({ isRefreshToken }) => isRefreshToken);
      bad.add(name);
      lines.push(
        unwell(
          `${connection}: ${subject}`,
          `${problem}; ${usersOf(wanted)}`,
          isForLogin ? login : fix,
        ),
      );
    }
    const there = uses.filter(({ request }) => !findings.has(request.secret));
    const values = await secrets.values(
      connection,
      there.map(({ request }) => request),
    );
    const problems = there.flatMap((use, index) => {
      const value = values[index];
      return value === undefined || value.found ? [] : [{ use, value }];
    });
    for (const same of Map.groupBy(problems, keyOf).values()) {
      const [first] = same;
      if (!first) continue;
      const { use, value } = first;
      const line = `${connection}: secret ${use.request.secret}`;
      bad.add(use.request.secret);
      const found = `${value.message}; ${usersOf(same.map((one) => one.use))}`;
      lines.push(
        value.code === 'denied'
          ? skipped(line, `its value ${value.message}`)
          : unwell(line, found, use.isRefreshToken ? login : fixes[value.code]),
      );
    }
    const good = names.size - bad.size;
    return names.size === 0 ? 'no secrets are used' : `${counted(good, 'secret')} found`;
  });
  const noneIsThere = lines.length > 0 && bad.size === names.size;
  return noneIsThere ? lines : [all, ...lines];
}

/** What uses a secret: a server, by its label, or `auth`. */
interface Use {
  readonly user: string;
  readonly request: SecretRequest;
  /** Whether `trueup login` can replace it. */
  readonly isRefreshToken: boolean;
}

interface Unusable {
  readonly use: Use;
  readonly value: Extract<SecretValue, { found: false }>;
}

const keyOf = ({ use, value }: Unusable) =>
  JSON.stringify([use.request.secret, value.code, value.message]);

const fixes: Readonly<Record<Exclude<SecretProblem, 'denied'>, string>> = {
  missing: 'give it a value',
  key: "add this key to it, or correct 'key' in the declaration",
  value: 'correct its value',
  unavailable: 'try again in a minute',
};

function usesOf({ item, value }: DesiredRow, table: FieldTable | undefined): readonly Use[] {
  const { label, spec, auth } = value;
  const user =
    item === 'connection' ? 'auth' : typeof label === 'string' ? label : (rowIdIn(item) ?? item);
  const multiline = new Set<unknown>(
    (table?.fields ?? []).flatMap((field) =>
      field.multiline === true && isJsonObject(spec) ? [getAt(spec, field.pointer)] : [],
    ),
  );
  return secretReferences(value).map((reference) => {
    const isRefreshToken = isJsonObject(auth) && reference === (auth['refresh_token'] as unknown);
    return {
      user,
      isRefreshToken,
      request: {
        ...reference,
        ...(multiline.has(reference) && { multiline: true }),
        ...(isRefreshToken && { key: reference.key ?? defaultSeedKey }),
      },
    };
  });
}

const mostNamed = 3;

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, mostNamed).join(', ');
  return names.length <= mostNamed ? shown : `${shown} and ${names.length - mostNamed} more`;
}
