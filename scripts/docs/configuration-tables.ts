import * as z from 'zod/mini';
import type { JsonObject } from '../../lib/model/json/json.types.ts';
import { isJsonObject } from '../../lib/model/json/json.ts';
import { documentSchema } from '../../lib/desired/rules/schema.ts';
import { exampleFile } from '../../lib/cli/commands/init/example-file.ts';
import { offlineProviders } from '../../lib/cli/targets/files/providers.ts';
import type { FieldSpec, FieldTable } from '../../lib/model/field-table.types.ts';
import { table } from './markdown-table.ts';

/** The tables between the marks of docs/configuration.md, by the marks' names. */
export function configurationTables(): ReadonlyMap<string, string> {
  const document = jsonSchema(documentSchema);
  const at = (...path: readonly string[]) => descend(document, path);
  const auth = at('auth');
  const branches = Array.isArray(auth['oneOf']) ? auth['oneOf'].filter(isJsonObject) : [];
  const specs = [...offlineProviders()].map(
    ([name, { table: fields }]) => [`spec-${name}`, specTable(fields)] as const,
  );
  return new Map([
    ['example', `\`\`\`yaml\n${exampleFile('barndoor').trimEnd()}\n\`\`\``],
    ['connection', keyTable(document)],
    ...branches.map((branch) => [`auth-${constantOf(branch)}`, keyTable(branch)] as const),
    ['budget', keyTable(at('budget'))],
    ['policy', keyTable(at('policy'))],
    ['limits', keyTable(at('policy', 'limits'))],
    ['server', keyTable(at('servers', 'items'))],
    ...specs,
  ]);
}

const jsonSchema = (schema: z.ZodMiniType) => z.toJSONSchema(schema, { io: 'input' }) as JsonObject;

/** By keys, and `items` for the members of a list. */
function descend(schema: JsonObject, path: readonly string[]): JsonObject {
  return path.reduce((current, key) => {
    const inner =
      key === 'items' ? current['items'] : (current['properties'] as JsonObject | undefined)?.[key];
    if (!isJsonObject(inner)) throw new Error(`the schema has no ${path.join('/')}`);
    return inner;
  }, schema);
}

function constantOf(branch: JsonObject): string {
  const { const: constant } = descend(branch, ['type']);
  return typeof constant === 'string' ? constant : '';
}

function keyTable(schema: JsonObject): string {
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  const rows = Object.entries(schema['properties'] as JsonObject).flatMap(([key, value]) =>
    isJsonObject(value)
      ? [[`\`${key}\``, kindOf(value), required.has(key) ? 'yes' : '', textOf(value)]]
      : [],
  );
  return table(['key', 'value', 'required', 'what it is'], rows);
}

const textOf = ({ description }: JsonObject) =>
  typeof description === 'string' ? description.replaceAll(/[<>]/g, (sign) => `\\${sign}`) : '';

function kindOf(schema: JsonObject): string {
  const { type, items, minimum, maximum, enum: words, const: constant, properties } = schema;
  const { anyOf } = schema;
  if (Array.isArray(anyOf)) return anyOf.map((one) => kindOf(one as JsonObject)).join(', ');
  if (constant !== undefined) return code(constant);
  if (Array.isArray(words)) return words.map(code).join(', ');
  if (type === 'array') return isJsonObject(items) ? `list: ${kindOf(items)}` : 'list';
  if (isJsonObject(properties) && 'secret' in properties) return '`{ secret, key }`';
  if (type === 'integer') {
    const most = Number(maximum) < Number.MAX_SAFE_INTEGER ? `to ${Number(maximum)}` : 'or more';
    return `whole number, ${Number(minimum ?? 1)} ${most}`;
  }
  return (Array.isArray(type) ? type : [type])
    .map((one) => typeWords[String(one)] ?? 'object')
    .join(', ');
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'number',
  boolean: '`true`, `false`',
  null: '`null`',
};

const code = (word: unknown) => `\`${typeof word === 'string' ? word : JSON.stringify(word)}\``;

const accessWords: Readonly<Record<FieldSpec['access'], string>> = {
  'read-write': 'yes',
  'write-only': 'no: assumed, since it was sent',
  secret: 'no: a secret, by reference',
  computed: "the gateway's own",
};

/** Says that `null` clears the field, unless its text does. */
function withClearing(text: string, nullClears: boolean): string {
  return nullClears && !/\bnull\b/.test(text) ? `${text}; \`null\` clears it` : text;
}

/** Fields that may be declared, and whether they can be read back. */
function specTable({ fields, spec }: FieldTable): string {
  const schema = jsonSchema(spec);
  const rows = fields
    .filter(({ access }) => access !== 'computed')
    .map(({ pointer, access, nullClears }) => {
      const keys = pointer.slice(1).split('/');
      return [
        `\`${keys.join('.')}\``,
        kindOf(descend(schema, keys)),
        accessWords[access],
        withClearing(textOf(descend(schema, keys)), nullClears),
      ];
    });
  const own = fields.filter(({ access }) => access === 'computed');
  const names = own.map(({ pointer }) => `\`${pointer.slice(1)}\``).join(', ');
  return `${table(['field', 'value', 'can be read', 'what it is'], rows)}\n\nThe gateway's own, never declared: ${names}.`;
}
