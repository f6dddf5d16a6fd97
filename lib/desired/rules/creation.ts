import type { Issue } from '../../model/errors/errors.ts';
import type { Creation, FieldTable } from '../../model/field-table.types.ts';
import type { JsonObject } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { getAt } from '../../model/json/pointer.ts';
import { serverIdIn } from '../../model/names/server-key.ts';

/** How servers are created at the gateway of a table, or why Trueup does not create any there. */
export function creationOf({ creation }: FieldTable): Creation | { readonly refusal: string } {
  return creation ?? { refusal: 'Trueup does not create servers at this gateway' };
}

/**
 * The rules for rows with and without an id.
 *
 * | declared | why it is invalid |
 * |----------|-------------------|
 * | no id, no label | the server cannot be identified |
 * | no id, a label with `#` | the label becomes part of keys, where `#` is the separator |
 * | no id, at a gateway where Trueup creates no servers | the table's `refusal` |
 * | no id, without a field that is required on create | the gateway would reject it |
 * | an id, and `state: absent` | only what Trueup created may be deleted |
 * | an id, and a field that can only be set on create | it cannot be changed |
 * | `state: absent` without `delete` in `manage` | the policy does not allow it |
 *
 * @param manage - the policy that applies to the server: its own or its connection's
 */
export function creationIssues(
  row: JsonObject,
  table: FieldTable,
  manage: readonly string[],
  path: string,
): Issue[] {
  const { spec, state } = row;
  const declared = isJsonObject(spec) ? spec : {};
  if (hasId(row)) {
    return [
      ...(state === 'absent' ? [{ path: `${path}/state`, ...adopted }] : []),
      ...table.fields.flatMap(({ pointer, createOnly }) =>
        createOnly === true && getAt(declared, pointer) !== undefined
          ? [{ path: `${path}/spec${pointer}`, ...onlyNew }]
          : [],
      ),
    ];
  }
  const creation = creationOf(table);
  if ('refusal' in creation) {
    const expected = `must have its id: ${creation.refusal}. \`trueup import\` writes the live servers`;
    return [{ path: `${path}/${'item' in row ? 'item' : 'id'}`, problem: 'has no id', expected }];
  }
  if (!('item' in row) && row['label'] === undefined) return [{ path, ...unnamed }];
  return [
    ...labelIssues(row, path),
    ...(state === 'absent' && !manage.includes('delete')
      ? [{ path: `${path}/state`, ...notPermitted }]
      : []),
    ...creation.required.flatMap((pointer) =>
      getAt(declared, pointer) === undefined ? [{ path: `${path}/spec${pointer}`, ...needed }] : [],
    ),
  ];
}

function hasId({ item, id }: JsonObject): boolean {
  return typeof item === 'string' ? serverIdIn(item) !== undefined : id !== undefined;
}

/** For documents only. In a row, the label is part of the key. */
function labelIssues({ item, label }: JsonObject, path: string): Issue[] {
  if (typeof item === 'string') {
    const own = item.slice(item.indexOf('#') + 1);
    return label === undefined || label === own
      ? []
      : [
          {
            path: `${path}/label`,
            problem: 'is not the label in its item',
            expected: 'must be the same',
          },
        ];
  }
  return typeof label === 'string' && label.includes('#')
    ? [
        {
          path: `${path}/label`,
          problem: "has a '#'",
          expected: "must have no '#' if the server has no id",
        },
      ]
    : [];
}

const unnamed = {
  problem: 'has neither id nor label',
  expected: 'must have the id of a live server, or a label for Trueup to create one',
};
const adopted = {
  problem: 'is absent, but the server has an id: Trueup did not create it',
  expected: 'must be left out: only what Trueup created may be deleted',
};
const onlyNew = {
  problem: 'can only be set on create',
  expected: 'must be left out if the server has an id',
};
const notPermitted = {
  problem: 'is absent, but the policy does not allow deletion',
  expected: "must have 'delete' in policy.manage",
};
const needed = { problem: 'is missing', expected: 'must be set to create a server' };
