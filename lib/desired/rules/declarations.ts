import { hash } from 'node:crypto';
import type {
  Connection,
  ConnectionPolicy,
  DesiredServer,
  InvalidServer,
  ServerPolicy,
} from '../../model/desired.types.ts';
import { parseDuration, parseShare } from '../../model/duration.ts';
import { formatIssue } from '../../model/errors/errors.ts';
import type { Issue } from '../../model/errors/errors.ts';
import type { FieldTable } from '../../model/field-table.types.ts';
import type { StoredLabel } from '../../model/lifecycle.types.ts';
import type { JsonObject } from '../../model/json/json.types.ts';
import { canonicalJson, isJsonObject } from '../../model/json/json.ts';
import { jsonIssues } from '../../model/json/json-issues.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { connectionRules, merged, serverRules } from './row.ts';
import type { DeclarationOptions } from './row.ts';
import { connectionRowSchema, labelSchema, serverRowSchema } from './schema.ts';
import type { ConnectionRow, ServerRow } from './schema.ts';
import { schemaIssues } from './schema-issues.ts';
import { createOnlyUnits, declaredUnits } from '../../model/units.ts';
import { newLabelIn, rowIdIn } from '../../model/names/server-key.ts';

const nothingStored: StoredLabel = { revs: { reservation: 0, binding: 0 } };

/** `spec` may have 32 levels, and is one level down in its row. */
const rowDepth = 33;

/** A connection's row, parsed, with defaults filled in; or all its problems. */
export function parseConnection(
  row: unknown,
  options: DeclarationOptions,
):
  | { readonly ok: true; readonly connection: Connection }
  | { readonly ok: false; readonly issues: readonly Issue[] } {
  const issues = inJson(row, (json) =>
    merged(connectionRules(json, options), schemaIssues(connectionRowSchema, json)),
  );
  if (issues.length > 0) return { ok: false, issues };
  return { ok: true, connection: connectionOf(row as ConnectionRow, options) };
}

function connectionOf(row: ConnectionRow, { providers }: DeclarationOptions): Connection {
  const { auth, baseUrl, budget, connection: name, generation, policy, provider, userId } = row;
  const vendor = providers.get(provider) as { requestsPerMinute: number };
  const reassertEvery = parseDuration(policy?.reassertEvery ?? 'never');
  const resolved: ConnectionPolicy = {
    mode: policy?.mode ?? 'report',
    manage: policy?.manage ?? ['update'],
    ignore: policy?.ignore ?? [],
    ...(reassertEvery !== undefined && { reassertEvery }),
    limits: {
      updates: parseShare(policy?.limits?.updates ?? '30%'),
      minimum: policy?.limits?.minimum ?? 10,
      creates: policy?.limits?.creates ?? 10,
    },
  };
  return {
    name,
    provider,
    baseUrl,
    auth,
    budget: {
      requestsPerMinute: budget?.requestsPerMinute ?? vendor.requestsPerMinute,
      concurrency: budget?.concurrency ?? 4,
    },
    policy: resolved,
    ...(userId !== undefined && { userId }),
    ...(generation !== undefined && { generation }),
  };
}

/**
 * A server's row of `connection`, parsed, with its policy resolved; or all its problems, with what an invalid server
 * needs to be reported.
 *
 * Each key of a server's policy overrides the same key of its connection's: `ignore` replaces the connection's list, so
 * that `[]` ignores nothing, and `reassertEvery: never` overrides the connection's.
 */
export function parseServer(
  row: unknown,
  connection: Connection,
  table: FieldTable,
  options: Pick<DeclarationOptions, 'secretPrefix'>,
):
  | { readonly ok: true; readonly server: DesiredServer }
  | { readonly ok: false; readonly server: InvalidServer; readonly issues: readonly Issue[] } {
  const context = {
    connection: connection.name,
    secretPrefix: options.secretPrefix,
    table,
    ignore: connection.policy.ignore,
    manage: connection.policy.manage,
  };
  const issues = inJson(row, (json) => [
    ...merged(serverRules(json, context), schemaIssues(serverRowSchema, json)),
    ...foreignRow(json, connection.name),
  ]);
  if (issues.length > 0) return { ok: false, server: invalidServer(row, issues), issues };
  return { ok: true, server: serverOf(row as ServerRow, connection.policy, table) };
}

function foreignRow(row: JsonObject, connection: string): Issue[] {
  return typeof row['connection'] !== 'string' || row['connection'] === connection
    ? []
    : [
        {
          path: '/connection',
          problem: 'is not the name of its connection',
          expected: `must be '${connection}'`,
        },
      ];
}

function serverOf(
  { item, label: own, generation, state, ...row }: ServerRow,
  inherited: ConnectionPolicy,
  table: FieldTable,
) {
  const spec = row.spec as JsonObject;
  const policy = resolvePolicy(row.policy, inherited);
  const newLabel = newLabelIn(item);
  const label = own ?? newLabel;
  const server: DesiredServer = {
    id: rowIdIn(item) as string,
    ...(label !== undefined && { label }),
    ...(generation !== undefined && { generation }),
    spec,
    policy,
    units: declaredUnits(table, spec, policy.ignore),
    contentHash: contentHash(spec, row.policy, policy),
    ...(newLabel !== undefined && {
      created: {
        label: newLabel,
        isAbsent: state === 'absent',
        createOnly: createOnlyUnits(table, spec),
        stored: nothingStored,
      },
    }),
  };
  return server;
}

function resolvePolicy(own: ServerRow['policy'], inherited: ConnectionPolicy): ServerPolicy {
  const reassertEvery =
    own?.reassertEvery === undefined ? inherited.reassertEvery : parseDuration(own.reassertEvery);
  return {
    mode: own?.mode ?? inherited.mode,
    manage: own?.manage ?? inherited.manage,
    ignore: own?.ignore ?? inherited.ignore,
    ...(reassertEvery !== undefined && { reassertEvery }),
  };
}

/**
 * Detects a changed declaration. Covers `spec`, the policy as declared in the row, and the effective `ignore`, which
 * decides which parts of `spec`'s objects are owned. Label and generation are not included: they change nothing at the
 * vendor.
 */
function contentHash(
  spec: JsonObject,
  { mode, reassertEvery }: NonNullable<ServerRow['policy']> = {},
  { ignore }: ServerPolicy,
): string {
  const content = {
    spec,
    mode: mode ?? null,
    reassertEvery: reassertEvery ?? null,
    ignore: [...new Set(ignore)].toSorted(),
  };
  return hash('sha256', canonicalJson(content), 'hex');
}

function invalidServer(row: unknown, issues: readonly Issue[]): InvalidServer {
  const { item, label } = isJsonObject(row) ? row : {};
  const own = typeof item === 'string' ? newLabelIn(item) : undefined;
  const shown = labelSchema.safeParse(label ?? own);
  return {
    id: typeof item === 'string' ? (rowIdIn(item) ?? item) : '',
    ...(shown.success && { label: shown.data }),
    reason: plainText(issues.map(formatIssue).join('; ')),
  };
}

/** The issues of a row. If it is not JSON, only that is reported, and `check` does not run. */
function inJson(row: unknown, check: (json: JsonObject) => Issue[]): Issue[] {
  const foreign = jsonIssues(row, rowDepth);
  if (foreign.length > 0) return foreign;
  return isJsonObject(row)
    ? check(row)
    : [{ path: '', problem: 'is not an object', expected: 'must be an object' }];
}
