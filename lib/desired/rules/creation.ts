import type { Issue } from '../../model/errors/errors.ts';
import type { Creation, FieldTable } from '../../model/field-table.types.ts';
import type { JsonObject } from '../../model/json/json.types.ts';
import { isJsonObject } from '../../model/json/json.ts';
import { getAt } from '../../model/json/pointer.ts';
import { serverIdIn } from '../../model/names/server-key.ts';

/** How the gateway of a table creates servers; or why Trueup creates none there. */
export function creationOf({ creation }: FieldTable): Creation | { readonly refusal: string } {
  return creation ?? { refusal: 'Trueup creates no servers at this gateway' };
}

/**
 * The rules for rows with and without an id.
 *
 * | declared | why it is invalid |
 * |----------|-------------------|
 * | no id, no label | nothing names the server |
 * | no id, a label with `#` | the label is part of keys |
 * | no id, at a gateway where none is created | the table's `refusal` |
 * | no id, without what a new server needs | the gateway creates none |
 * | an id, and `state: absent` | only what Trueup created may be deleted |
 * | an id, and a field for new servers only | it cannot be changed |
 * | `state: absent` without `delete` in `manage` | nothing permits it |
 *
 * @param manage - what holds for the server, its own or its connection's
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

/** Of a document only: the key of a row has its label. */
function labelIssues({ item, label }: JsonObject, path: string): Issue[] {
  if (typeof item === 'string') {
    const own = item.slice(item.indexOf('#') + 1);
    return label === undefined || label === own
      ? []
      : [
          {
            path: `${path}/label`,
            problem: 'is not the label of its item',
            expected: 'must be it',
          },
        ];
  }
  return typeof label === 'string' && label.includes('#')
    ? [
        {
          path: `${path}/label`,
          problem: "has a '#'",
          expected: 'must have none where there is no id',
        },
      ]
    : [];
}

const unnamed = {
  problem: 'has neither id nor label',
  expected: 'must have the id of a live server, or a label by which Trueup creates one',
};
const adopted = {
  problem: 'is absent, and the server has an id: Trueup did not create it',
  expected: 'must be left out: only what Trueup created may be deleted',
};
const onlyNew = {
  problem: 'can only be said when a server is created',
  expected: 'must be left out where the server has an id',
};
const notPermitted = {
  problem: 'is absent, and no policy permits that',
  expected: "must have 'delete' in policy.manage",
};
const needed = { problem: 'is missing', expected: 'must be set: a new server needs it' };
