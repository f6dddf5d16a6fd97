import type { FieldSpec } from '../../lib/model/field-table.types.ts';
import type { Provider } from '../../lib/gateways/provider.ts';
import { offlineProviders } from '../../lib/cli/targets/files/providers.ts';
import { defaultSettings } from '../../lib/lease/settings.types.ts';
import { table } from './markdown-table.ts';

/** The tables of each gateway's page in docs/gateways, by the page's path and the names of their marks. */
export function gatewayTables(): ReadonlyMap<string, ReadonlyMap<string, string>> {
  return new Map(
    [...offlineProviders()].map(([name, provider]) => [
      `docs/gateways/${name}.md`,
      new Map([
        ['capabilities', capabilityTable(provider)],
        ['fields', fieldTable(provider)],
      ]),
    ]),
  );
}

function capabilityTable(provider: Provider): string {
  const { facts, requestsPerMinute, documentedHosts, table: fieldsOf } = provider;
  const hidden = fieldsOf.fields.filter(
    ({ access }) => access === 'secret' || access === 'write-only',
  );
  const hosts = documentedHosts.map((host) => `\`${host}\``).join(', ');
  return table(
    ['', ''],
    [
      ['Based on', facts.knownBy],
      ['Fields that a PUT leaves out', facts.leftOut],
      ['Cannot be read', named(hidden)],
      ['Masks', facts.masks],
      ['A PUT answered with 200', fieldsOf.dropsPuts === true ? dropped : 'was applied'],
      ['Does a PUT call the MCP server?', upstreamText(provider)],
      ['Conflicts', facts.conflicts],
      ['A missing server', facts.absent],
      ['Rate limit', facts.rateLimit],
      ["Trueup's budget", `${requestsPerMinute} requests a minute; \`budget\` changes it`],
      ['Documented hosts', hosts === '' ? 'none: name yours in `TRUEUP_ALLOWED_HOSTS`' : hosts],
    ],
  );
}

const dropped =
  'may have been dropped: Trueup sends it again if the answer does not show what was sent';

function upstreamText({ upstreamStatuses = [], putPatience = 1 }: Provider): string {
  if (upstreamStatuses.length === 0) return 'No';
  const seconds = (putPatience * defaultSettings.attemptMs) / 1000;
  const statuses = upstreamStatuses.join(' or ');
  return `Yes: a PUT may take ${seconds} s, and ${statuses} means that only that server failed`;
}

const named = (fields: readonly FieldSpec[]) =>
  fields.map(({ pointer }) => `\`${dotted(pointer)}\``).join(', ') || 'nothing';

const dotted = (pointer: string) => pointer.slice(1).replaceAll('/', '.');

const access: Readonly<Record<FieldSpec['access'], string>> = {
  'read-write': 'yes',
  'write-only': 'no',
  secret: 'no',
  computed: 'yes',
};

const compared: Readonly<Record<FieldSpec['compare'], string>> = {
  exact: 'exactly',
  json: 'as JSON',
  set: 'as a set',
  subset: 'declared members only',
};

/** Fields that may be declared: how each is read, compared and replaced. */
function fieldTable({ table: { fields } }: Provider): string {
  const rows = fields
    .filter((field) => field.access !== 'computed')
    .map((field) => [
      `\`${dotted(field.pointer)}\``,
      readText(field),
      field.access === 'read-write' ? compared[field.compare] : '',
      replacedText(field),
      field.nullClears ? 'yes' : 'no',
      absentText(field),
      field.accessRule === true ? 'yes' : '',
    ]);
  const head = ['field', 'can be read', 'compared', 'a PUT replaces', 'null clears'];
  return table([...head, 'if an answer lacks it', 'access rule'], rows);
}

function readText({ access: is, showsAbsence = false, mask }: FieldSpec): string {
  if (showsAbsence) return 'no; only that it is missing';
  return mask === undefined ? access[is] : `${access[is]}, or as a mask`;
}

function replacedText({ clears, ...field }: FieldSpec): string {
  const text = wholeText(field);
  return clears === undefined ? text : `${text}; a change clears other fields`;
}

function wholeText({ replaces, group }: FieldSpec): string {
  if (group !== undefined) return `all declared fields of the ${group}`;
  if (replaces === 'field') return 'the field';
  return replaces === 'member' ? 'each declared member' : `all of \`${dotted(replaces.object)}\``;
}

function absentText({ absent, access: is }: FieldSpec): string {
  if (is !== 'read-write') return '';
  return absent.means === 'value' ? `\`${JSON.stringify(absent.value)}\`` : 'unknown';
}
