import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../lib/model/json/json.types.ts';
import type { Pause, ServerRecord } from '../../lib/model/ledger.types.ts';
import { notedRecord, planServer } from '../../lib/plan/server-plan.ts';
import type { Declared, PlanContext, ServerInputs } from '../../lib/plan/server-plan.types.ts';
import {
  applied,
  contextOf,
  earlier,
  hour,
  inputsOf,
  iso,
  now,
  otherKeys,
  recordOf,
  serverOf,
  undecided,
} from './support/builders.ts';

const server = serverOf({ name: 'new' });
const live = { name: 'old' };
const { key } = planServer(contextOf(), inputsOf(server, live)).key();
const later = iso(now + hour);
const past = iso(now);
const reason = { code: 'http-400', message: 'no' };
const retry = { attempts: 1, notBefore: later, key };
const stopped = { outcome: 'failed', attempts: 1, notBefore: later, key } as const;
const exhausted = {
  contentHash: server.contentHash,
  applied: { '/name': applied('/name', 'old') },
  undecided: { '/name': undecided('/name', 'new', 'old', { attempts: 3 }) },
};
const pause: Pause = { at: earlier };
const invalid: Declared = { valid: false, server: { id: 's1', label: 'one', reason: 'no name' } };
const reporting = serverOf({ name: 'new' }, { policy: { mode: 'report' } });
const { key: reportKey } = planServer(contextOf(), inputsOf(reporting, live)).key();

const outcomeOf = (inputs: ServerInputs, more: Partial<PlanContext> = {}) =>
  planServer(contextOf(more), inputs).planned.outcome;

test('there is nothing to attempt where nothing was compared', () => {
  const plan = planServer(contextOf(), inputsOf(server, live, { pause }));
  expect([plan.planned.outcome, plan.key()]).toEqual(['paused', { key: '' }]);
});

describe('the outcome is the first that fits', () => {
  const off = serverOf({ name: 'new' }, { policy: { mode: 'off' } });
  const all = recordOf({ generation: 9, stopped, retry, ...exhausted });
  const rows: [string, ServerInputs, Partial<PlanContext>, string][] = [
    ['off before paused', inputsOf(off, undefined, { pause, record: all }), {}, 'off'],
    ['paused before invalid', { declared: invalid, resend: 'none', pause }, {}, 'paused'],
    ['paused before missing', inputsOf(server, undefined, { pause, record: all }), {}, 'paused'],
    ['invalid before missing', { declared: invalid, resend: 'none' }, {}, 'invalid'],
    [
      'an older generation is invalid',
      inputsOf({ ...server, generation: 8 }, undefined, { record: all }),
      {},
      'invalid',
    ],
    [
      'the same generation is not',
      inputsOf({ ...server, generation: 9 }, { name: 'new' }, { record: all }),
      {},
      'inSync',
    ],
    ['none is not', inputsOf(server, { name: 'new' }, { record: all }), {}, 'inSync'],
    ['missing', inputsOf(server, undefined, { record: all }), {}, 'missing'],
    [
      'what cannot be changed is invalid, also in sync',
      {
        ...inputsOf(server, undefined),
        live: { id: 's1', fields: { name: 'new' }, readOnly: 'in a file' },
      },
      {},
      'invalid',
    ],
    ['failed before refused', inputsOf(server, live, { record: all }), {}, 'failed'],
    [
      'failed before reported',
      inputsOf(reporting, live, { record: recordOf({ stopped: { ...stopped, key: reportKey } }) }),
      {},
      'failed',
    ],
    [
      'failed for another declaration counts no more',
      inputsOf(server, live, { record: recordOf({ stopped: { ...stopped, key: 'other' } }) }),
      {},
      'updated',
    ],
    [
      'failed before its time',
      inputsOf(server, live, { record: recordOf({ stopped: { ...stopped, notBefore: later } }) }),
      {},
      'failed',
    ],
    [
      'and is tried again',
      inputsOf(server, live, { record: recordOf({ stopped: { ...stopped, notBefore: past } }) }),
      {},
      'updated',
    ],
    [
      'refused before waiting',
      inputsOf(server, live, { record: recordOf({ ...exhausted, retry }) }),
      {},
      'refused',
    ],
    [
      'refused before reported',
      inputsOf(reporting, live, {
        record: recordOf({ ...exhausted, contentHash: reporting.contentHash }),
      }),
      {},
      'refused',
    ],
    ['waiting', inputsOf(server, live, { record: recordOf({ retry }) }), {}, 'waiting'],
    [
      'waiting before reported',
      inputsOf(reporting, live, { record: recordOf({ retry: { ...retry, key: reportKey } }) }),
      {},
      'waiting',
    ],
    [
      'the wait is over',
      inputsOf(server, live, { record: recordOf({ retry: { ...retry, notBefore: past } }) }),
      {},
      'updated',
    ],
    [
      'another declaration does not wait',
      inputsOf(server, live, { record: recordOf({ retry: { ...retry, key: 'other' } }) }),
      {},
      'updated',
    ],
    ['updated', inputsOf(server, live), {}, 'updated'],
    ['reported', inputsOf(reporting, live), {}, 'reported'],
    [
      'updated in mode report, if a person asks for that',
      inputsOf(reporting, live),
      { attended: true, includeReport: true },
      'updated',
    ],
    [
      'reported, if a person asks for the others',
      inputsOf(reporting, live),
      { attended: true },
      'reported',
    ],
    [
      'assumed before in sync',
      inputsOf(
        serverOf({ name: 'a', client_id: 'c' }),
        { name: 'a' },
        {
          record: recordOf({ applied: { '/client_id': applied('/client_id', 'c') } }),
        },
      ),
      {},
      'assumed',
    ],
    [
      'in sync, whatever failed before',
      inputsOf(server, { name: 'new' }, { record: all }),
      {},
      'inSync',
    ],
    ['in sync if nothing is declared', inputsOf(serverOf({}), live), {}, 'inSync'],
  ];
  test.each(rows)('%s', (_, inputs, context, expected) => {
    expect(outcomeOf(inputs, context)).toBe(expected);
  });
});

describe('a finding says', () => {
  test('why, since when, and who it is', () => {
    const record = recordOf({ outcome: 'waiting', retry, reason });
    const labelled = serverOf({ name: 'new' }, { label: 'one' });
    expect(planServer(contextOf(), inputsOf(labelled, live, { record })).planned).toMatchObject({
      id: 's1',
      label: 'one',
      mode: 'correct',
      outcome: 'waiting',
      since: earlier,
      reason,
    });
  });

  test('nothing of since when, if that is new', () => {
    const { planned } = planServer(contextOf(), inputsOf(server, live, { record: recordOf() }));
    expect('since' in planned || 'reason' in planned || 'label' in planned).toBe(false);
    const first = planServer(contextOf(), inputsOf(server, undefined)).planned;
    expect('since' in first).toBe(false);
  });

  test.each<[Partial<Pause>, string]>([
    [{}, 'paused'],
    [
      { by: 'ana', until: later, reason: 'migration' },
      'paused by ana until 2026-03-01 13:00 UTC (migration)',
    ],
    [{ reason: 'a\n\u001b[31mb' }, 'paused (a b)'],
  ])('why it is paused: %j', (more, message) => {
    const { planned } = planServer(
      contextOf(),
      inputsOf(server, live, { pause: { ...pause, ...more } }),
    );
    expect(planned.reason).toEqual({ code: 'paused', message });
    const long = { ...pause, reason: 'x'.repeat(1000) };
    const cut = planServer(contextOf(), inputsOf(server, live, { pause: long })).planned.reason;
    expect(cut?.message).toHaveLength(500);
  });

  test('why a row is invalid', () => {
    const { planned } = planServer(contextOf(), { declared: invalid, resend: 'none' });
    expect(planned).toMatchObject({
      label: 'one',
      reason: { code: 'invalid', message: 'no name' },
    });
    const old = planServer(
      contextOf(),
      inputsOf({ ...server, generation: 1 }, live, { record: recordOf({ generation: 2 }) }),
    );
    expect(old.planned.reason).toMatchObject({ code: 'older-generation' });
  });

  test('what stays as it is: re-assertion, resend', () => {
    const secretive = serverOf({ client_id: 'c' }, { policy: { reassertEvery: hour } });
    const record = recordOf({ applied: { '/client_id': applied('/client_id', 'c') } });
    const causes = (inputs: ServerInputs) =>
      planServer(contextOf(), inputs).planned.changes.map(({ cause }) => cause);
    expect(causes(inputsOf(secretive, {}, { record }))).toEqual(['reassert']);
    expect(causes(inputsOf(secretive, {}, { record, resend: 'all' }))).toEqual(['resend']);
  });
});

describe('refused fields do not block other fields', () => {
  const spec = { name: 'new', description: 'b', client_secret: { secret: 'trueup/acme/a' } };
  const both = serverOf(spec);
  const shown = { name: 'old', description: 'b' };
  const record = recordOf({
    ...exhausted,
    contentHash: both.contentHash,
    applied: {
      ...exhausted.applied,
      '/description': applied('/description', 'b'),
      '/client_secret': applied('/client_secret', 'x', { version: 'v1', source: 'trueup/acme/a' }),
    },
  });
  const changesOf = (fields: JsonObject, version: string, declared = both) => {
    const secretVersions = new Map([['trueup/acme/a', version]]);
    const inputs = inputsOf(declared, fields, { record });
    const { planned } = planServer(contextOf({ secretVersions }), inputs);
    return [planned.outcome, planned.changes.map(({ pointer }) => pointer)];
  };

  test('alone it is refused', () => {
    expect(changesOf(shown, 'v1')).toEqual(['refused', ['/name']]);
  });

  test('a rotated secret is sent, without it', () => {
    expect(changesOf(shown, 'v2')).toEqual(['updated', ['/client_secret']]);
  });

  test('drift elsewhere is corrected, without it', () => {
    const drifted = { ...shown, description: 'x' };
    expect(changesOf(drifted, 'v1')).toEqual(['updated', ['/description']]);
  });

  test('a new declaration tries it again', () => {
    const changed = serverOf({ ...spec, description: 'c' });
    expect(changesOf(shown, 'v1', changed)).toEqual(['updated', ['/description', '/name']]);
  });
});

describe('the record where nothing is sent', () => {
  const noted = (inputs: ServerInputs, more: Partial<PlanContext> = {}) =>
    notedRecord(planServer(contextOf(more), inputs), inputs.declared, now);

  test('is a baseline the first time, and then no news', () => {
    const inputs = inputsOf(serverOf({ name: 'a' }, { generation: 4, label: 'one' }), {
      name: 'a',
    });
    const record = noted(inputs);
    expect(record).toEqual({
      ...recordOf({
        account: 'acme',
        rev: 0,
        label: 'one',
        generation: 4,
        contentHash: inputs.declared.valid ? inputs.declared.server.contentHash : '',
        since: iso(now),
        applied: { '/name': applied('/name', 'a', { at: iso(now) }) },
      }),
      settled: inputs.declared.valid ? inputs.declared.server.contentHash : '',
    });
    const written = { ...(record as ServerRecord), rev: 1 };
    expect(noted({ ...inputs, record: written })).toBeUndefined();
    expect(noted({ ...inputs, record: written }, { now: now + hour })).toBeUndefined();
  });

  test('says when a GET read what the list leaves out, and only then', () => {
    const read = serverOf({ name: 'a' });
    const units = read.units.map((unit) => ({
      ...unit,
      field: { ...unit.field, readByGet: true },
    }));
    const known = noted(inputsOf({ ...read, units }, { name: 'a' })) as ServerRecord;
    const inputs = { ...inputsOf({ ...read, units }, { name: 'a' }), record: { ...known, rev: 1 } };
    expect(noted({ ...inputs, isRead: true })).toMatchObject({ readAt: iso(now) });
    expect(noted(inputs)).toBeUndefined();
    expect(
      noted({ ...inputs, ...inputsOf(read, { name: 'a' }), record: inputs.record, isRead: true }),
    ).toBeUndefined();
  });

  test.each<[string, readonly string[], readonly string[] | undefined]>([
    ['some of its fields', ['/name', '/client_id'], ['/client_id']],
    ['all of its fields', ['/name'], undefined],
    ['none of its fields', ['/client_id'], ['/client_id']],
  ])('has no intent of a field that a read shows: %s', (_, before, after) => {
    const read = serverOf({ name: 'a', client_id: 'c' });
    const fields = {
      '/name': applied('/name', 'a'),
      '/client_id': applied('/client_id', 'c'),
    };
    const intent = { epoch: 1, pointers: before, at: iso(now) };
    const record = recordOf({ applied: fields, contentHash: read.contentHash, intent });
    const written = noted(inputsOf(read, { name: 'a' }, { record }));
    expect(written?.intent?.pointers).toEqual(after);
  });

  test('is left to apply where something is sent', () => {
    expect(noted(inputsOf(server, live))).toBeUndefined();
  });

  test.each<[string, ServerInputs, string]>([
    ['off', inputsOf(serverOf({}, { policy: { mode: 'off' } }), live), 'off'],
    ['paused', inputsOf(server, live, { pause }), 'paused'],
    ['invalid', { declared: invalid, resend: 'none' }, 'invalid'],
    ['missing', inputsOf(server, undefined), 'missing'],
  ])('of a server that was not compared keeps its fields: %s', (_, inputs, outcome) => {
    const record = recordOf({ ...exhausted, settled: 'h9', contentHash: 'h9' });
    expect(noted({ ...inputs, record })).toMatchObject({
      outcome,
      applied: exhausted.applied,
      undecided: exhausted.undecided,
      settled: 'h9',
      contentHash: 'h9',
    });
  });

  test.each<[string, Partial<ServerRecord>]>([
    ['failed', { stopped }],
    ['waiting', { retry }],
  ])(
    'a server that was left alone is %s for its own reason again, since it was',
    (outcome, wait) => {
      const failing = recordOf({ ...wait, outcome: outcome as 'failed', since: earlier, reason });
      const paused = noted(inputsOf(server, live, { record: failing, pause }));
      expect(paused).toMatchObject({
        outcome: 'paused',
        since: iso(now),
        reason: { code: 'paused' },
      });
      const missing = noted(inputsOf(server, undefined, { record: paused }));
      expect(missing).toMatchObject({ outcome: 'missing', reason: { code: 'missing' } });
      const inputs = inputsOf(server, live, { record: missing });
      expect(planServer(contextOf(), inputs).planned).toMatchObject({
        outcome,
        since: earlier,
        reason,
      });
      expect(noted(inputs)).toMatchObject({ outcome, since: earlier, reason });
    },
  );

  test('in sync clears earlier failures, and keeps the generation if the row has none', () => {
    const record = recordOf({
      ...exhausted,
      outcome: 'waiting',
      stopped,
      retry,
      reason,
      generation: 4,
    });
    const next = noted(inputsOf(server, { name: 'new' }, { record }));
    expect(next).toMatchObject({
      outcome: 'inSync',
      since: iso(now),
      undecided: {},
      generation: 4,
    });
    for (const gone of ['stopped', 'retry', 'reason']) expect(next).not.toHaveProperty(gone);
  });

  test('forgets what is no longer declared, the last field too', () => {
    const record = recordOf({
      applied: { '/name': applied('/name', 'a'), '/client_id': applied('/client_id', 'c') },
    });
    expect(noted(inputsOf(serverOf({ name: 'a' }), { name: 'a' }, { record }))?.applied).toEqual({
      '/name': record.applied['/name'],
    });
    expect(noted(inputsOf(serverOf({}), { name: 'a' }, { record }))?.applied).toEqual({});
  });

  test('that takes in part of a declaration is settled no more', () => {
    const spec = { name: 'a', description: 'a' };
    const record = recordOf({
      settled: serverOf(spec).contentHash,
      contentHash: serverOf(spec).contentHash,
      applied: {
        '/name': applied('/name', 'a'),
        '/description': applied('/description', 'a'),
      },
    });
    const changed = serverOf({ name: 'b', description: 'b' }, { policy: { mode: 'report' } });
    const next = noted(inputsOf(changed, { name: 'b', description: 'a' }, { record }));
    expect(next).toMatchObject({ outcome: 'reported', contentHash: record.contentHash });
    expect(next).not.toHaveProperty('settled');
  });

  describe('where a key is lost', () => {
    const spec = { name: 'a', client_id: 'c' };
    const { contentHash } = serverOf(spec);
    const fields = {
      '/name': applied('/name', 'a'),
      '/client_id': applied('/client_id', 'c'),
    };
    const settle = (settled: Json) => {
      const record = recordOf({ applied: fields, contentHash, settled: settled as string });
      const inputs = inputsOf(serverOf(spec), { name: 'a' }, { record });
      return noted(inputs, { keys: otherKeys });
    };

    test('stays settled for the same declaration only', () => {
      expect(settle(contentHash)).toMatchObject({ settled: contentHash });
      expect(settle('h9')).not.toHaveProperty('settled');
    });
  });
});
