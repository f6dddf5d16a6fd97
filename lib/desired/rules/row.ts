import type { Issue } from '../../model/errors/errors.ts';
import type { FieldTable } from '../../model/field-table.types.ts';
import { creationIssues } from './creation.ts';
import { ignoreIssues, isSpelledOut, lostWithin } from './ignore.ts';
import type { Json, JsonObject, Pointer } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { isWithin } from '../../model/json/pointer.ts';
import { connectionNameSchema } from '../../model/names/connection-name.ts';
import { placeholderIssues } from './placeholders.ts';
import { schemaIssues } from './schema-issues.ts';
import { referenceIssues, sizeIssues, specIssues } from './spec.ts';
import type { SecretScope } from './spec.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { suggest } from './suggest.ts';

/*
 * The rules that a schema cannot express, for rows and documents. They also check input that the schema partly
 * rejected, so that a user gets all problems at once.
 */

/** Properties of the deployment: its providers, and the prefix of secret names. */
export interface DeclarationOptions {
  readonly providers: ReadonlyMap<
    string,
    {
      readonly table: FieldTable;
      readonly requestsPerMinute: number;
      /** The path of the gateway's API, which is added to a base URL. */
      readonly apiPath?: readonly string[];
    }
  >;
  readonly secretPrefix: string;
}

/** Properties of the connection for the rules of its servers; without a known provider there is no table. */
export interface ServerContext extends SecretScope {
  readonly table: FieldTable | undefined;
  readonly ignore: readonly Pointer[];
  readonly manage: readonly string[];
}

const authKeys = ['token', 'client_secret', 'refresh_token'];

/** The rules for a connection: its provider, the names of its secrets, and `ignore`. */
export function connectionRules(
  row: JsonObject,
  { providers, secretPrefix }: DeclarationOptions,
): Issue[] {
  const { provider, baseUrl, auth } = row;
  const connection = connectionNameSchema.safeParse(row['connection']).data;
  const { table, apiPath = [] } = (typeof provider === 'string' && providers.get(provider)) || {};
  const secrets = isJsonObject(auth)
    ? authKeys.flatMap((key) =>
        auth[key] === undefined
          ? []
          : referenceIssues(auth[key], { connection, secretPrefix }, `/auth/${key}`),
      )
    : [];
  const { servers: _servers, ...own } = row;
  return [
    ...(typeof provider === 'string' && !table ? [unknownProvider(provider, providers)] : []),
    ...placeholderIssues(own),
    ...baseUrlIssues(baseUrl, apiPath),
    ...secrets,
    ...(table ? ignoreIssues(ignoreOf(row) ?? [], table, '/policy/ignore') : []),
  ];
}

/** A path that is not the API's, such as a proxy's, is fine, however it ends. */
function baseUrlIssues(baseUrl: Json | undefined, apiPath: readonly string[]): Issue[] {
  const url = typeof baseUrl === 'string' ? URL.parse(baseUrl) : null;
  const path = url?.pathname.replace(/\/+$/, '') ?? '';
  const added = apiPath
    .map((_, index) => `/${apiPath.slice(0, index + 1).join('/')}`)
    .find((start) => path === start);
  if (added === undefined) return [];
  return [
    {
      path: '/baseUrl',
      problem: `has the path ${added}, which Trueup adds itself`,
      expected: `must be the address without ${added}`,
    },
  ];
}

function unknownProvider(name: string, providers: DeclarationOptions['providers']): Issue {
  const known = [...providers.keys()].toSorted();
  const near = suggest(name, known);
  const list = `known: ${known.join(', ')}`;
  return {
    path: '/provider',
    problem: 'is not a known provider',
    expected: near === undefined ? list : `did you mean '${near}'? ${list}`,
  };
}

/** The rules for a server: the provider's schema of `spec`, its field table, and what is ignored. */
export function serverRules(row: JsonObject, context: ServerContext, path = ''): Issue[] {
  const { spec } = row;
  const { table } = context;
  const placeholders = placeholderIssues(row, path);
  if (!table) return placeholders;
  const own = ignoreOf(row);
  const ownIssues = [
    ...ignoreIssues(own ?? [], table, `${path}/policy/ignore`),
    ...creationIssues(row, table, manageOf(row) ?? context.manage, path),
  ];
  if (!isJsonObject(spec)) return [...placeholders, ...ownIssues];
  const rules = specIssues(spec, table, context, `${path}/spec`);
  const schema = schemaIssues(table.spec, spec, `${path}/spec`);
  const conflicts = (own ?? context.ignore).flatMap((pointer, index): Issue[] => {
    const member = lostWithin(spec, pointer, table);
    if (isSpelledOut(spec, pointer)) {
      return [
        own
          ? {
              path: `${path}/policy/ignore/${index}`,
              problem: 'is ignored, but also declared in spec',
              expected: 'must be in only one of the two',
            }
          : {
              path: `${path}/spec${pointer}`,
              problem: "is declared, but the connection's policy ignores it",
              expected: 'must be in only one of the two, or have a policy.ignore of its own',
            },
      ];
    }
    if (member === undefined) return [];
    return [
      own
        ? {
            path: `${path}/policy/ignore/${index}`,
            problem: `cannot be ignored: ${plainText(member, 64)} is sent whole, and not every answer has it`,
            expected: `must be in spec, or ${plainText(member, 64)} be left to the gateway as a whole`,
          }
        : {
            path: `${path}/spec${member}`,
            problem: `is sent whole, and the connection's policy ignores something in it that not every answer has`,
            expected: 'must have all of it in spec, or have a policy.ignore of its own',
          },
    ];
  });
  return [
    ...merged([...rules, ...placeholders], schema),
    ...sizeIssues(spec, `${path}/spec`),
    ...ownIssues,
    ...conflicts,
  ];
}

/** `policy.ignore`, or undefined; empty if the schema rejects it, so that no rule checks it. */
export function ignoreOf({ policy }: JsonObject): readonly Pointer[] | undefined {
  const ignore: Json | undefined = isJsonObject(policy) ? policy['ignore'] : undefined;
  if (!Array.isArray(ignore)) return undefined;
  return ignore.every((pointer) => typeof pointer === 'string') ? ignore : [];
}

/** `policy.manage`, or undefined; empty if the schema rejects it. */
export function manageOf({ policy }: JsonObject): readonly string[] | undefined {
  const manage: Json | undefined = isJsonObject(policy) ? policy['manage'] : undefined;
  if (!Array.isArray(manage)) return undefined;
  return manage.every((act) => typeof act === 'string') ? manage : [];
}

/** If both report the same place, only the rule's issue is kept, because it is more specific. */
export function merged(rules: readonly Issue[], schema: readonly Issue[]): Issue[] {
  return [
    ...rules,
    ...schema.filter(({ path }) => !rules.some((rule) => isWithin(path, rule.path))),
  ];
}
