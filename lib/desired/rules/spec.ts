import type { Issue } from '../../model/errors/errors.ts';
import type { FieldSpec, FieldTable } from '../../model/field-table.types.ts';
import type { Json, JsonObject } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { formatPointer, getAt } from '../../model/json/pointer.ts';
import { secretReferenceSchema } from './schema.ts';
import { schemaIssues } from './schema-issues.ts';
import { secretNameProblem } from '../../model/names/secret-name.ts';

/** Decides which secrets a row may use. */
export interface SecretScope {
  /** Undefined if the connection's name is not valid: then secret names are not checked against it. */
  readonly connection: string | undefined;
  readonly secretPrefix: string;
}

/** A row of the table may have 400 KB; this leaves room for keys, label and policy. */
const mostBytes = 350_000;

/**
 * What the field table does not allow in a `spec`, in addition to the provider's schema. Issues never repeat values.
 *
 * | declared                               | why it is invalid |
 * |----------------------------------------|-------------------|
 * | a `computed` field                     | the vendor sets it, or the table's `refusal` |
 * | a literal in a `secret` field          | a secret belongs in the secret store, not in the table |
 * | a secret outside `<prefix>/<connection>/` | it may belong to another team |
 * | a mask                                 | the vendor shows it in place of a value; it is not a value |
 * | `null` where it clears nothing         | the vendor would ignore it, and it would be sent in every pass |
 */
export function specIssues(
  spec: JsonObject,
  { fields }: FieldTable,
  scope: SecretScope,
  path: string,
): Issue[] {
  return fields.flatMap((field) => {
    const value = getAt(spec, field.pointer);
    return value === undefined ? [] : fieldIssues(field, value, scope, `${path}${field.pointer}`);
  });
}

function fieldIssues(field: FieldSpec, value: Json, scope: SecretScope, path: string): Issue[] {
  if (field.access === 'computed') {
    const { refusal: problem = 'is computed by the gateway' } = field;
    return [{ path, problem, expected: 'must be left out' }];
  }
  return [
    ...nulls(field, value, path),
    ...masks(field, value, path),
    ...(field.access === 'secret' && value !== null ? referenceIssues(value, scope, path) : []),
  ];
}

/** What is wrong with a reference to a secret. */
export function referenceIssues(value: unknown, scope: SecretScope, path: string): Issue[] {
  const issues = schemaIssues(secretReferenceSchema, value, path);
  const { connection, secretPrefix } = scope;
  if (issues.length > 0 || connection === undefined) return issues;
  const { secret } = value as { secret: string };
  const problem = secretNameProblem(secret, connection, secretPrefix);
  if (problem === undefined) return [];
  return [
    {
      path: `${path}/secret`,
      problem: `the name ${problem}`,
      expected: `must be a name such as '${secretPrefix}/${connection}/NAME'`,
    },
  ];
}

function nulls(field: FieldSpec, value: Json, path: string): Issue[] {
  if (field.nullClears) return [];
  if (value === null) {
    return [
      {
        path,
        problem: 'is null, which does not clear this field',
        expected: 'must be left out or set',
      },
    ];
  }
  // Only `subset` fields are sent leaf by leaf; in other fields a null inside is part of the value.
  if (field.compare !== 'subset' || !isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    nulls(field, member, `${path}${formatPointer([key])}`),
  );
}

function masks({ mask }: FieldSpec, value: Json, path: string): Issue[] {
  // `search` ignores `lastIndex`, unlike `test` with the flags g or y.
  if (!mask || typeof value !== 'string' || value.search(mask) < 0) return [];
  return [
    {
      path,
      problem: 'is a mask that the gateway shows in place of the value',
      expected: 'must be the value itself',
    },
  ];
}

/** Whether a `spec` fits into its row. */
export function sizeIssues(spec: JsonObject, path: string): Issue[] {
  if (Buffer.byteLength(JSON.stringify(spec)) <= mostBytes) return [];
  const problem = `is larger than ${mostBytes} bytes`;
  return [{ path, problem, expected: 'must be smaller: a row of the table has at most 400 KB' }];
}
