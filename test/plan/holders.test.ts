import { describe, expect, test } from '@jest/globals';
import { withHolders } from '../../lib/plan/holders.ts';
import type { Named } from '../../lib/plan/holders.ts';
import type { FieldChange } from '../../lib/plan/plan.types.ts';
import type { ServerPlan } from '../../lib/plan/server-plan.types.ts';
import type { FieldTable } from '../../lib/model/field-table.types.ts';
import type { Json } from '../../lib/model/json/json.types.ts';
import { fieldAt, table } from './support/tables.ts';

const tableOf = (unique: 'caseless' | 'slug'): FieldTable => ({
  ...table,
  fields: [fieldAt('/name', { unique }), fieldAt('/description')],
});

const change = (pointer: string, value: Json): FieldChange => ({
  pointer,
  cause: 'declared',
  before: { kind: 'absent' },
  after: { kind: 'value', value },
  compare: 'value',
  conditional: false,
  hash: '',
  held: false,
});

const planOf = (id: string, ...changes: FieldChange[]): [string, ServerPlan] => [
  id,
  {
    planned: { id, mode: 'correct', outcome: 'updated', changes },
    verdicts: [],
    key: () => ({ key: '' }),
    record: { id } as ServerPlan['record'],
  },
];

const live = (id: string, name: Json | undefined, label?: string): Named => ({
  id,
  label,
  live: { id, fields: name === undefined ? {} : { name } },
});

/** Who has what a server is to get, as `server: holder then`. */
function found(
  plans: readonly [string, ServerPlan][],
  servers: readonly Named[],
  unique: 'caseless' | 'slug' = 'caseless',
): readonly string[] {
  const result = withHolders(new Map(plans), tableOf(unique), () => servers);
  return [...result].flatMap(([id, { planned }]) =>
    planned.changes.flatMap(({ takenBy }) =>
      takenBy ? [`${id}: ${takenBy.label ?? takenBy.id} ${takenBy.what}`] : [],
    ),
  );
}

const renamed = (id: string, name: Json) => planOf(id, change('/name', name));

describe('who has a unique value now', () => {
  test('a server that keeps it, declared or not', () => {
    const servers = [live('a', 'A'), live('b', ' sales ', 'second'), live('c', 'Support')];
    expect(found([renamed('a', 'Sales')], servers)).toEqual(['a: second keeps']);
    expect(found([renamed('a', 'SUPPORT'), renamed('b', 'B')], servers)).toEqual(['a: c keeps']);
  });

  test('along a chain each gives it up, and in a circle they exchange it', () => {
    const servers = [live('a', 'A'), live('b', 'B'), live('c', 'C')];
    const chain = [renamed('a', 'B'), renamed('b', 'C'), renamed('c', 'D')];
    expect(found(chain, servers)).toEqual(['a: b gives', 'b: c gives']);
    const swap = [renamed('a', 'B'), renamed('b', 'A'), renamed('c', 'A')];
    expect(found(swap, servers)).toEqual(['a: b exchanges', 'b: a exchanges', 'c: a gives']);
  });

  test('no holder: a free value, its own in another case, one that is no text, another field', () => {
    const servers = [live('a', 'A'), live('b', undefined), live('c', 7)];
    const plans = [
      renamed('a', 'a'),
      renamed('b', 'New'),
      renamed('c', 7),
      planOf('d', change('/description', 'A')),
      planOf('e', { ...change('/name', ''), after: { kind: 'unreadable' } }),
    ];
    expect(found(plans, servers)).toEqual([]);
  });

  test('as a slug only letters and digits count', () => {
    expect(found([renamed('a', 'My Server!')], [live('b', 'my-server')], 'slug')).toEqual([
      'a: b keeps',
    ]);
    expect(found([renamed('a', 'My Server!')], [live('b', 'my-server')])).toEqual([]);
  });

  test('plans that change no unique field stay as they are, and live is not looked at', () => {
    const plans = new Map([planOf('a', change('/description', 'x'))]);
    const never = () => {
      throw new Error('looked at');
    };
    expect(withHolders(plans, tableOf('caseless'), never)).toBe(plans);
  });
});
