import { isJsonObject } from '../../lib/model/json/json.ts';
import type { Json, JsonObject } from '../../lib/model/json/json.types.ts';
import { ignored, rejected, textOf } from './vendor-quirks.ts';
import type { World } from './world.ts';

/*
 * What the oracles know of declarations and vendors, written apart from the code under test.
 */

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text that is the same for equal values; lists are sets here, for no list of these vendors has an order. */
export function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map(canonical))].toSorted().join()}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const entries = Object.keys(value).toSorted();
  return `{${entries.map((key) => `${key}:${canonical(value[key])}`).join()}}`;
}

/** Leaves by path: what is no object, and references to secrets. An empty object has none. */
export function leavesOf(value: Json | undefined, path = ''): Map<string, Json> {
  if (value === undefined) return new Map();
  if (!isObject(value) || 'secret' in value) return new Map([[path, value]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [...leavesOf(inner, `${path}/${key}`)]),
  );
}

export function valueAt(value: Json | undefined, path: string): Json | undefined {
  return path
    .split('/')
    .slice(1)
    .reduce<Json | undefined>((at, key) => (isObject(at) ? at[key] : undefined), value);
}

export interface Policy {
  readonly mode: string;
  readonly ignore: readonly string[];
  readonly reasserts: boolean;
}

export function policyOf(row: JsonObject, connection: JsonObject): Policy {
  const [own, whole] = [row['policy'], connection['policy']].map((one) =>
    isObject(one) ? one : {},
  );
  const get = (key: string) => own?.[key] ?? whole?.[key];
  return {
    mode: textOf(get('mode')) || 'report',
    ignore: (get('ignore') ?? []) as string[],
    reasserts: get('reassertEvery') !== undefined,
  };
}

export const specOf = (row: JsonObject): JsonObject => (isObject(row['spec']) ? row['spec'] : {});

/** Whether a row fits a server that is to be there. */
export function fits(row: JsonObject, policy: Policy): boolean {
  return row['state'] !== 'absent' && isValid(row, policy);
}

/** Whether a row is acted on at all; generated ones may declare what there is not, or what they ignore. */
export function isValid(row: JsonObject, { ignore }: Policy): boolean {
  const spec = specOf(row);
  return !('nonsense' in spec) && ignore.every((path) => valueAt(spec, path) === undefined);
}

/** What can only be said when a server is created. */
const onlyNew = '/mcp_server_directory_id';

/** The leaves that are Trueup's. */
export function ownedLeaves(row: JsonObject, { ignore }: Policy): Map<string, Json> {
  const isIgnored = (path: string) =>
    ignore.some((one) => path === one || path.startsWith(`${one}/`));
  const isOwned = (path: string) => !isIgnored(path) && path !== onlyNew;
  return new Map([...leavesOf(specOf(row))].filter(([path]) => isOwned(path)));
}

const sections: Readonly<Record<string, readonly string[]>> = {
  connectors: ['mode', 'allowedIds', 'blockedIds'],
  actions: ['mode', 'allowedActions', 'blockedActions'],
  users: ['mode', 'allowedIds', 'blockedIds'],
};

/** Paths of access rules: once a section is declared, all of it is owned. */
export function rulePathsOf(row: JsonObject): readonly string[] {
  const { restrictions } = specOf(row);
  return Object.entries(sections).flatMap(([name, keys]) =>
    isJsonObject(restrictions) && restrictions[name] !== undefined
      ? keys.map((key) => `/restrictions/${name}/${key}`)
      : [],
  );
}

/** The row of an item, and its connection's, as versions of a read say; undefined where nothing stood. */
export function rowAt(
  { desired }: World,
  connection: string,
  item: string,
  index: number | undefined,
): JsonObject | undefined {
  if (index === undefined) return undefined;
  return desired.rows.get(connection)?.get(item)?.all[index]?.value;
}

export const currentRow = ({ desired }: World, connection: string, item: string) =>
  desired.rows.get(connection)?.get(item)?.current;

/** The text that a reference stands for now; undefined if there is none. */
export function secretText({ secrets }: World, reference: Json): string | undefined {
  const { secret, key } = reference as { secret: string; key?: string };
  const found = secrets.value({ secret, ...(key !== undefined && { key }) });
  return found.found ? found.value.reveal() : undefined;
}

/** Every text that a reference has ever stood for. */
export function secretTexts({ secrets }: World, reference: Json): ReadonlySet<string> {
  const { secret, key } = reference as { secret: string; key?: string };
  const versions = secrets.secrets.get(secret)?.all ?? [];
  return new Set(
    versions.map(({ value: { value } }) =>
      key === undefined ? value : ((JSON.parse(value) as Record<string, string>)[key] ?? ''),
    ),
  );
}

export const isReference = (value: Json): boolean => isObject(value) && 'secret' in value;

/** A declared value, or undefined if the vendor will not do it. */
export function wanted(value: Json): Json | undefined {
  const isQuirk = (text: string) => [ignored, rejected].some((one) => text.includes(one));
  return typeof value === 'string' && isQuirk(value) ? undefined : value;
}
