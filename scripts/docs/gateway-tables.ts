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
      ['Known by', facts.knownBy],
      ['Fields that a PUT leaves out', facts.leftOut],
      ['Cannot be read', named(hidden)],
      ['Masks', facts.masks],
      ['A PUT that is answered with 200', fieldsOf.dropsPuts === true ? dropped : 'was applied'],
      ['Does a PUT need the MCP server behind it?', upstreamText(provider)],
      ['Conflicts', facts.conflicts],
      ['A server that is not there', facts.absent],
      ['Rate limit', facts.rateLimit],
      ["Trueup's budget", `${requestsPerMinute} requests a minute; \`budget\` changes it`],
      ['Documented hosts', hosts === '' ? 'none: `TRUEUP_ALLOWED_HOSTS` names yours' : hosts],
    ],
  );
}

const dropped =
  'may have been dropped: one whose answer does not show what was sent is sent a second time';

function upstreamText({ upstreamStatuses = [], putPatience = 1 }: Provider): string {
  if (upstreamStatuses.length === 0) return 'No';
  const seconds = (putPatience * defaultSettings.attemptMs) / 1000;
  const statuses = upstreamStatuses.join(' or ');
  return `Yes, it is called: a PUT may take ${seconds} s, and ${statuses} is that server's failure alone`;
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
  exact: 'as it is',
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
  return table([...head, 'absent in an answer', 'access rule'], rows);
}

function readText({ access: is, showsAbsence = false, mask }: FieldSpec): string {
  if (showsAbsence) return 'only that none is stored';
  return mask === undefined ? access[is] : `${access[is]}, or as a mask`;
}

function replacedText({ clears, ...field }: FieldSpec): string {
  const text = wholeText(field);
  return clears === undefined ? text : `${text}; a change clears others`;
}

function wholeText({ replaces, group }: FieldSpec): string {
  if (group !== undefined) return `the ${group}, with all that is declared of it`;
  if (replaces === 'field') return 'the field';
  return replaces === 'member'
    ? 'each member that it has'
    : `all of \`${dotted(replaces.object)}\``;
}

function absentText({ absent, access: is }: FieldSpec): string {
  if (is !== 'read-write') return '';
  return absent.means === 'value' ? `\`${JSON.stringify(absent.value)}\`` : 'unknown';
}
