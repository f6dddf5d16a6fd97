import { describe, expect, test } from '@jest/globals';
import type { CreatedServer, DesiredServer } from '../../../lib/model/desired.types.ts';
import type { Creation, FieldTable } from '../../../lib/model/field-table.types.ts';
import type { Binding, Reservation, StoredLabel } from '../../../lib/model/lifecycle.types.ts';
import type { LiveServer } from '../../../lib/model/live.types.ts';
import { bodyPrints, unitsToCreate } from '../../../lib/plan/lifecycle/creation-plan.ts';
import { foundByName, isRenamed } from '../../../lib/plan/lifecycle/recognition.ts';
import type { Unit } from '../../../lib/model/units.ts';
import { namesakesOf } from '../../../lib/plan/lifecycle/namesakes.ts';
import { notedRecord, planServer } from '../../../lib/plan/server-plan.ts';
import type { Declared, PlanContext, ServerInputs } from '../../../lib/plan/server-plan.types.ts';
import {
  contextOf,
  earlier,
  hour,
  inputsOf,
  iso,
  keys,
  now,
  otherKeys,
  recordOf,
  serverOf,
  unitOf,
} from '../support/builders.ts';
import { table as plain } from '../support/tables.ts';

const table: FieldTable = {
  ...plain,
  fields: plain.fields.map((field) =>
    field.pointer === '/name' ? { ...field, unique: 'caseless' } : field,
  ),
  creation: { foundBy: '/name', required: ['/name'], withSecrets: false },
};
const lifecycle = { connection: 'acme', table, stack: 'trueup' };
const secret = { secret: 'trueup/acme/a' };
const spec = { name: 'A', tags: ['x'], client_secret: secret };
const binding: Binding = {
  id: 's1',
  account: 'acme',
  origin: 'created',
  stack: 'trueup',
  at: earlier,
  createOnly: '',
};
const reservation: Reservation = {
  nonce: 'n',
  account: 'acme',
  body: {},
  createOnly: '',
  epoch: 1,
  at: earlier,
  state: 'reserved',
  looks: 0,
};
const nothing: StoredLabel = { revs: { reservation: 0, binding: 0 } };

function created(
  stored: Partial<StoredLabel> = {},
  more: Partial<CreatedServer> & { readonly policy?: Partial<DesiredServer['policy']> } = {},
): DesiredServer {
  const { policy, ...own } = more;
  const id = stored.binding ? 's1' : 'new#a';
  const label = { label: 'a', isAbsent: false, createOnly: [], ...own };
  return serverOf(spec, {
    id,
    label: 'a',
    policy: { manage: ['update', 'create', 'delete'], ...policy },
    created: { ...label, stored: { ...nothing, ...stored } },
  });
}

const list = { begunAt: now, named: [] as readonly LiveServer[], hidden: [] as readonly string[] };

function planOf(
  server: DesiredServer,
  more: Partial<ServerInputs> = {},
  context: Partial<PlanContext> = {},
) {
  const inputs = inputsOf(server, undefined, { list, ...more });
  return planServer(contextOf({ lifecycle, ...context }), inputs);
}

describe('a server that does not exist', () => {
  test('is created with all that is declared', () => {
    const { planned } = planOf(created({}, { createOnly: [unitOf('/description', 'd')] }));
    expect(planned).toMatchObject({ id: 'new#a', label: 'a', outcome: 'created' });
    expect(
      planned.changes.map(({ pointer, cause, before }) => [pointer, cause, before.kind]),
    ).toEqual([
      ['/description', 'create', 'absent'],
      ['/client_secret', 'create', 'absent'],
      ['/name', 'create', 'absent'],
      ['/tags', 'create', 'absent'],
    ]);
  });

  test.each<[string, DesiredServer, Partial<ServerInputs>, string, string | undefined]>([
    ['in mode report', created({}, { policy: { mode: 'report' } }), {}, 'reported', undefined],
    [
      'that no policy permits',
      created({}, { policy: { manage: ['update'] } }),
      {},
      'invalid',
      'invalid',
    ],
    ['without a list', created(), { list: undefined }, 'waiting', 'whole-connection'],
    [
      'beside one that the list hides',
      created(),
      { list: { ...list, hidden: ['s9'] } },
      'waiting',
      'list-incomplete',
    ],
    [
      'whose name another has',
      created(),
      { list: { ...list, named: [{ id: 's7', fields: {} }] } },
      'waiting',
      'name-taken',
    ],
    ['that is declared absent', created({}, { isAbsent: true }), {}, 'inSync', undefined],
    ['that is off', created({}, { policy: { mode: 'off' } }), {}, 'off', undefined],
    [
      'that was refused a while ago',
      created(),
      {
        record: recordOf({
          id: 'new#a',
          outcome: 'waiting',
          retry: { attempts: 1, notBefore: iso(now + hour), key: '' },
        }),
      },
      'created',
      undefined,
    ],
  ])('%s', (_, server, more, outcome, code) => {
    const { planned } = planOf(server, more);
    expect(planned.outcome).toBe(outcome);
    expect(planned.reason?.code).toBe(code);
  });

  test('is written to no record while it is to be created', () => {
    const server = created();
    const plan = planOf(server);
    expect(notedRecord(plan, { valid: true, server }, now)).toBeUndefined();
  });
});

test.each<[string, Partial<LiveServer>, string]>([
  ['can be adopted, with the command for it', {}, '`trueup import acme/s7`'],
  [
    'can be adopted, with its id as one word for a shell',
    { id: "$(id) it's" },
    "`trueup import 'acme/$(id) it'\\''s'`",
  ],
  ['cannot be adopted', { readOnly: "the gateway's own" }, 'it cannot be adopted'],
])('the reason of a name that is taken says that the server which has it %s', (_, own, text) => {
  const named = [{ id: 's7', fields: {}, ...own }];
  const { reason } = planOf(created(), { list: { ...list, named } }).planned;
  expect(reason?.message).toContain(text);
});

describe('a server that may have been created', () => {
  test('is unsure, and settled by a complete list', () => {
    const found = { kind: 'none' } as const;
    expect(planOf(created({ reservation }))).toMatchObject({
      planned: { outcome: 'unsure', reason: { code: 'unsure' }, changes: [] },
      label: { kind: 'settle', begunAt: now, found },
    });
    const reason = { code: 'timeout', message: 'no answer' };
    const told = created({ reservation: { ...reservation, reason } });
    expect(planOf(told, { list: undefined })).toMatchObject({
      planned: { outcome: 'unsure', reason },
    });
    expect(planOf(told, { list: undefined }).label).toBeUndefined();
    expect(planOf(told, { list: { ...list, hidden: ['s9'] } }).label).toBeUndefined();
  });

  const choosing = { ...table, creation: { ...(table.creation as Creation), choosesId: true } };
  const units = [unitOf('/name', 'A'), unitOf('/tags', ['x'])];
  const sent = { ...reservation, body: bodyPrints(keys, 'acme', 'new#a', units) };
  const live = (fields: LiveServer['fields'], id = 's7'): LiveServer => ({ id, fields });
  test.each<[string, readonly LiveServer[], string]>([
    ['nothing', [], 'none'],
    ['it, as it was sent', [live({ name: 'A', tags: ['x'] })], 'same'],
    ['it, without what cannot be read', [live({ name: 'A', tags: ['x'], more: 1 })], 'same'],
    ['one that differs', [live({ name: 'A', tags: ['y'] })], 'other'],
    ['one that lacks a value', [live({ name: 'A' })], 'other'],
    ['one without a readable name', [live({ tags: ['x'] })], 'same'],
    ['two', [live({ name: 'A' }), live({ name: 'A' }, 's8')], 'other'],
  ])('a list with %s', (_, named, kind) => {
    expect(foundByName(keys, 'new#a', table, sent, named)).toMatchObject({ kind });
  });

  const only = [unitOf('/name', 'A'), { ...unitOf('/meta', {}), pointer: '/meta/a', value: 1 }];
  test.each<[string, readonly Unit[], LiveServer['fields'], string]>([
    ['its name alone was sent', only.slice(0, 1), { name: 'A', tags: ['x'] }, 'other'],
    ['only its name is shown', only, { name: 'A' }, 'other'],
    [
      'a field that is not shown counts as empty',
      [unitOf('/name', 'A'), unitOf('/tags', [])],
      { name: 'A' },
      'other',
    ],
    ['another field is shown too', only, { name: 'A', meta: { a: 1, own: 2 } }, 'same'],
  ])('where %s, one of the name is found', (_, body, fields, kind) => {
    const of = { ...reservation, body: bodyPrints(keys, 'acme', 'new#a', body) };
    const found = foundByName(keys, 'new#a', table, of, [live(fields)]);
    expect(found).toMatchObject({ kind });
    if (found.kind !== 'other') return;
    expect(found.reason.message).toContain('shows no other field that was sent');
    expect(found.reason.message).toContain('declare it with its id');
  });

  test.each<[string, Reservation['state'], string, boolean, boolean]>([
    ['not known', 'reserved', 'A', false, true],
    ['not known', 'unsure', 'A', false, true],
    ['not known, and the name is as it was', 'unsure', 'B', false, false],
    ['left for a person', 'person', 'A', false, false],
    ['known, with its id', 'created', 'A', false, false],
    ['found by its id', 'unsure', 'A', true, false],
  ])('whose creation is %s (%s) waits for the name %s', (_, state, name, choosesId, isSo) => {
    const body = bodyPrints(keys, 'acme', 'new#a', [unitOf('/name', name)]);
    const { units: renamed } = serverOf({ name: 'B' });
    const creation = { ...(table.creation as Creation), choosesId };
    const of = { ...reservation, state, body };
    expect(isRenamed(keys, { id: 'new#a', units: renamed }, { creation }, of)).toBe(isSo);
    expect(isRenamed(otherKeys, { id: 'new#a', units: renamed }, { creation }, of)).toBe(false);
    expect(isRenamed(keys, { id: 'new#a', units: [] }, { creation }, of)).toBe(false);
  });

  test.each<[string, Partial<ServerInputs>]>([
    ['of the whole connection', {}],
    ['that reads no list', { list: undefined }],
    ['whose list hides another', { list: { ...list, hidden: ['s9'], nameless: 's8' } }],
  ])('whose id is known is bound by any pass: one %s', (_, more) => {
    const known: Reservation = { ...reservation, state: 'created', id: 's1' };
    const plan = planOf(created({ reservation: known }), more);
    expect(plan.planned).toMatchObject({ outcome: 'unsure', changes: [] });
    expect(plan.planned.reason?.message).toContain('it was created');
    expect(plan.label).toMatchObject({ kind: 'settle', found: { kind: 'none' } });
  });

  test('is not free again while a list does not show the name of a server', () => {
    const nameless = { ...list, nameless: 's9' };
    const hidden = { code: 'list-incomplete', message: expect.stringContaining('s9') };
    const open = planOf(created({ reservation }), { list: nameless });
    expect(open.planned).toMatchObject({ outcome: 'unsure', reason: hidden });
    expect(open.label).toBeUndefined();
    const named = [live({ name: 'A', tags: ['x'] })];
    expect(planOf(created({ reservation: sent }), { list: { ...nameless, named } }).label).toEqual({
      kind: 'settle',
      begunAt: now,
      found: { kind: 'same', id: 's7' },
    });
    expect(planOf(created(), { list: nameless }).planned).toMatchObject({
      outcome: 'waiting',
      reason: hidden,
    });
  });

  test.each([table, choosing])('is never one that another row declares', (of) => {
    const shown = { ...live({ name: 'A', tags: ['x'] }, 'n'), readOnly: 'declared by another row' };
    expect(foundByName(keys, 'new#a', of, sent, [shown])).toMatchObject({
      kind: 'other',
      reason: { message: expect.stringContaining('is declared by another row') },
    });
  });

  test('under another name is not settled, and the reason says what to do', () => {
    const body = bodyPrints(keys, 'acme', 'new#a', [unitOf('/name', 'B')]);
    const plan = planOf(created({ reservation: { ...reservation, body } }));
    expect(plan.planned).toMatchObject({ outcome: 'unsure', reason: { code: 'unsure' } });
    expect(plan.planned.reason?.message).toContain('Restore that name');
    expect(plan.planned.reason?.message).toContain('`trueup history acme/a`');
    expect(plan.label).toBeUndefined();
  });

  test.each<[string, readonly LiveServer[], string]>([
    ['nothing', [], 'none'],
    ['the id that was chosen', [live({ name: 'B', tags: ['y'] }, 'n')], 'same'],
    ['it, and another of the name', [live({ name: 'A' }), live({ name: 'B' }, 'n')], 'same'],
    ['another, though it is as it was sent', [live({ name: 'A', tags: ['x'] })], 'other'],
  ])('where the request chose the id, a list with %s', (_, named, kind) => {
    const found = foundByName(keys, 'new#a', choosing, sent, named);
    expect(found).toMatchObject({ kind, ...(kind === 'same' && { id: 'n' }) });
  });

  test('is for a person where the key is lost, or a field is no longer known', () => {
    const named = [live({ name: 'A', tags: ['x'] })];
    expect(foundByName(otherKeys, 'new#a', table, sent, named)).toMatchObject({ kind: 'other' });
    const strange = { ...sent, body: { ...sent.body, '/strange': { keyId: 'k1', mac: '' } } };
    expect(foundByName(keys, 'new#a', table, strange, named)).toMatchObject({ kind: 'same' });
    const leaf = bodyPrints(keys, 'acme', 'new#a', [
      { ...unitOf('/meta', {}), pointer: '/meta/a', value: 1 },
    ]);
    const gone = [live({ meta: {} })];
    expect(foundByName(keys, 'new#a', table, { ...sent, body: leaf }, gone)).toMatchObject({
      kind: 'other',
    });
  });
});

test('a request has no secrets, nor what goes with them, where the gateway creates without', () => {
  const units = [
    unitOf('/name', 'A'),
    unitOf('/client_id', 'c'),
    unitOf('/client_secret', secret),
    unitOf('/auth', 'bearer'),
    unitOf('/token', secret),
  ];
  expect(unitsToCreate(units, true)).toBe(units);
  expect(unitsToCreate(units, false).map(({ pointer }) => pointer)).toEqual(['/name']);
  expect(Object.keys(bodyPrints(keys, 'acme', 'new#a', units))).toEqual(['/name', '/auth']);
});

test.each<[string, Partial<Binding>, Partial<LiveServer>, object | undefined]>([
  ['connected', { consentUrl: 'https://c.test' }, { isConnected: true }, { kind: 'connected' }],
  ['not connected', { consentUrl: 'https://c.test' }, {}, undefined],
  ['connected, and needed no consent', {}, { isConnected: true }, undefined],
])('of a created server that is %s, the label says so', (_, more, shown, label) => {
  const live = { id: 's1', fields: { name: 'A', tags: [] }, ...shown };
  expect(planOf(created({ binding: { ...binding, ...more } }), { live }).label).toEqual(label);
});

describe('a server that is declared absent', () => {
  const absent = (more: Partial<Binding> = {}, policy = {}) =>
    created({ binding: { ...binding, ...more } }, { isAbsent: true, policy });
  const live = { id: 's1', fields: { name: 'A', tags: ['b', 'a'], status: 'up' } };

  test('is to be deleted as it is now', () => {
    const { planned } = planOf(absent(), { live });
    expect(planned.outcome).toBe('deleted');
    expect(planned.changes.map(({ pointer, before }) => [pointer, before])).toEqual([
      ['/name', { kind: 'value', value: 'A' }],
      ['/tags', { kind: 'value', value: ['a', 'b'] }],
    ]);
    const hashesOf = (fields: LiveServer['fields']) =>
      planOf(absent(), { live: { id: 's1', fields } }).planned.changes.map(({ hash }) => hash);
    const hashes = new Set(planned.changes.map(({ hash }) => hash));
    expect(hashes.size).toBe(2);
    // Of any other state, no hash is the same: neither a part of it nor two of them together are approved with it.
    for (const fields of [{ name: 'A' }, { tags: ['a', 'b'] }, { name: 'B', tags: ['a', 'b'] }]) {
      expect(hashesOf(fields).filter((hash) => hashes.has(hash))).toEqual([]);
    }
    expect(hashesOf({ name: 'A', tags: ['a', 'b'], status: 'down' })).toEqual([...hashes]);
  });

  test('cannot be approved where the gateway shows none of its fields, and the reason says what to do', () => {
    const { planned } = planOf(absent(), { live: { id: 's1', fields: { status: 'up' } } });
    expect(planned).toMatchObject({ outcome: 'waiting', changes: [] });
    expect(planned.reason?.message).toContain('Delete it at the gateway');
  });

  test.each<[string, DesiredServer, Partial<ServerInputs>, string, string | undefined]>([
    ['in mode report', absent({}, { mode: 'report' }), { live }, 'reported', undefined],
    ['of another deployment', absent({ stack: 'other' }), { live }, 'invalid', 'invalid'],
    ['without a list', absent(), { live, list: undefined }, 'waiting', 'whole-connection'],
    ['that is gone, and not known to be', absent(), {}, 'missing', 'already-gone'],
    [
      'that is known to be gone',
      absent(),
      { record: recordOf({ outcome: 'missing' }) },
      'unsure',
      'already-gone',
    ],
    [
      'that is known to be gone, where the list hides another',
      absent(),
      {
        record: recordOf({ outcome: 'missing' }),
        list: { begunAt: now, named: [], hidden: ['s2'] },
      },
      'missing',
      'already-gone',
    ],
    [
      'whose deletion may have been sent',
      absent({ removal: { at: earlier, epoch: 1, approval: 'd' } }),
      { live },
      'unsure',
      'unsure',
    ],
    [
      'whose deletion was refused',
      absent(),
      {
        live,
        record: recordOf({
          outcome: 'failed',
          reason: { code: 'http-403', message: 'no' },
          stopped: { outcome: 'failed', attempts: 1, notBefore: iso(now + hour), key: 'k' },
        }),
      },
      'deleted',
      undefined,
    ],
  ])('%s', (_, server, more, outcome, code) => {
    const { planned } = planOf(server, more);
    expect(planned.outcome).toBe(outcome);
    expect(planned.reason?.code).toBe(code);
  });

  test.each(['failed', 'waiting'] as const)('that %s waits for its turn', (outcome) => {
    const wait = {
      attempts: 1,
      notBefore: iso(now + hour),
      key: planOf(absent(), { live }).key().key,
    };
    const more = outcome === 'failed' ? { stopped: { outcome, ...wait } } : { retry: wait };
    const record = recordOf({ outcome, ...more });
    expect(planOf(absent(), { live, record }).planned.outcome).toBe(outcome);
  });

  test('is kept true again where that is taken away', () => {
    expect(planOf(created({ binding }), { live }).planned.outcome).toBe('updated');
    expect(planOf(created({ binding })).planned).toMatchObject({
      outcome: 'missing',
      reason: { message: expect.stringContaining('declare it absent') },
    });
  });
});

describe('namesakes', () => {
  const servers = new Map<string, Declared>([
    ['new#a', { valid: true, server: created() }],
    ['new#b', { valid: true, server: created() }],
    ['new#c', { valid: true, server: serverOf({ tags: [] }, { id: 'new#c' }) }],
    ['new#d', { valid: false, server: { id: 'new#d', reason: 'no' } }],
    ['s1', { valid: true, server: serverOf({ name: 'A' }) }],
  ]);
  const live = (fields: LiveServer['fields']) => ({ id: 's9', fields });

  test('are the new servers of a name, as the gateway compares names', () => {
    const namesakes = namesakesOf(servers, table);
    expect(namesakes(live({ name: ' a ' }))).toEqual(['new#a', 'new#b']);
    expect(namesakes(live({ name: 'B' }))).toEqual([]);
    expect(namesakes(live({ name: null }))).toEqual([]);
    // It may have any name.
    expect(namesakes(live({}))).toBeUndefined();
    expect(namesakesOf(new Map(), table)(live({ name: 'A' }))).toEqual([]);
  });

  test('are those too whose attempt chose the id of the live server', () => {
    const waiting = new Map<string, Declared>([
      ['new#a', { valid: true, server: created({ reservation }) }],
      ['new#b', { valid: true, server: created() }],
    ]);
    const chosen = { ...(table.creation as Creation), choosesId: true };
    const own = namesakesOf(waiting, { ...table, creation: chosen });
    expect(own({ id: 'n', fields: { name: 'B' } })).toEqual(['new#a']);
    expect(own({ id: 'n', fields: { name: 'A' } })).toEqual(['new#a', 'new#b']);
    expect(own({ id: 'm', fields: { name: 'B' } })).toEqual([]);
    expect(own({ id: 'n', fields: {} })).toEqual(['new#a']);
    expect(own({ id: 'm', fields: {} })).toEqual([]);
    expect(namesakesOf(waiting, table)({ id: 'n', fields: { name: 'B' } })).toEqual([]);
  });

  test('are none at a gateway where no server is created', () => {
    expect(namesakesOf(servers, plain)(live({ name: 'A' }))).toEqual([]);
    const refusing = { ...plain, creation: { refusal: 'no' } };
    expect(namesakesOf(servers, refusing)(live({ name: 'A' }))).toEqual([]);
  });
});
