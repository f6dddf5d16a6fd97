import { describe, expect, test } from '@jest/globals';
import type { DiffInputs } from '../../../lib/plan/diff/diff.types.ts';
import type { AppliedField, ServerRecord } from '../../../lib/model/ledger.types.ts';
import {
  applied,
  diffOf,
  earlier,
  finding,
  hour,
  iso,
  now,
  otherKeys,
  print,
  recordOf,
  rotatedKeys,
  unitOf,
} from '../support/builders.ts';

const clientId = unitOf('/client_id', 'new');
const idWas = (value: string, at = earlier) =>
  recordOf({ applied: { '/client_id': applied('/client_id', value, { at }) } });

describe('write-only', () => {
  const rows: [string, Partial<DiffInputs>, string][] = [
    ['no ledger item', {}, 'change:adopt'],
    ['no fingerprint yet', { record: recordOf() }, 'change:adopt'],
    [
      'no fingerprint yet, and a resend mark',
      { record: recordOf(), resend: 'all' },
      'change:adopt',
    ],
    ['another fingerprint', { record: idWas('old') }, 'change:declared'],
    [
      'another fingerprint, and a resend mark: the guard is to see it',
      { record: idWas('old'), resend: 'all' },
      'change:declared',
    ],
    ['the same', { record: idWas('new') }, 'assumed'],
    ['the same, under an older key', { record: idWas('new'), keys: rotatedKeys }, 'assumed'],
    ['another, under an older key', { record: idWas('old'), keys: rotatedKeys }, 'change:declared'],
    [
      'the key is lost, same declaration',
      { record: { ...idWas('new'), contentHash: 'h1' }, keys: otherKeys },
      'assumed',
    ],
    [
      'the key is lost, another declaration: better sent for nothing than never',
      { record: idWas('new'), keys: otherKeys },
      'change:declared',
    ],
    [
      'an unfinished intent of it',
      { record: idWas('new'), resend: new Set(['/client_id']) },
      'change:resend',
    ],
    ['of another field', { record: idWas('new'), resend: new Set(['/client_secret']) }, 'assumed'],
    ['a resend mark', { record: idWas('new'), resend: 'all' }, 'change:resend'],
    ['its time has come', { record: idWas('new'), reassertEvery: hour }, 'change:reassert'],
    [
      'its time has not come',
      { record: idWas('new', iso(now - hour)), reassertEvery: 24 * hour },
      'assumed',
    ],
    [
      'its time has come, and the key is lost',
      { record: { ...idWas('new'), contentHash: 'h1' }, keys: otherKeys, reassertEvery: hour },
      'change:reassert',
    ],
  ];
  test.each(rows)('%s', (_, inputs, expected) => {
    expect(finding(diffOf(clientId, { client_id: 'ab...yz' }, inputs))).toBe(expected);
  });

  test('is assumed since it was sent, and says whether that can be verified', () => {
    expect(diffOf(clientId, {}, { record: idWas('new') })).toMatchObject({
      since: earlier,
      verifiable: true,
      note: {},
    });
    const lost = { record: { ...idWas('new'), contentHash: 'h1' }, keys: otherKeys };
    expect(diffOf(clientId, {}, lost)).toMatchObject({ verifiable: false, note: {} });
  });

  test('is re-made under the current key, and keeps its time', () => {
    const { note } = diffOf(clientId, {}, { record: idWas('new'), keys: rotatedKeys });
    expect(note).toEqual({
      applied: { fingerprint: print('/client_id', 'new', rotatedKeys), at: earlier },
    });
  });
});

const reference = { secret: 'trueup/acme/a', key: 'k' };
const secret = unitOf('/client_secret', reference);
const versions = (id: string) => new Map([[reference.secret, id]]);
const secretWas = (more: Partial<AppliedField> = {}) =>
  recordOf({
    applied: {
      '/client_secret': applied('/client_secret', 'value', {
        version: 'v1',
        source: 'trueup/acme/a#k',
        ...more,
      }),
    },
  });

describe('secret', () => {
  const rows: [string, Partial<DiffInputs>, string][] = [
    ['no ledger item', { secretVersions: versions('v1') }, 'change:adopt'],
    ['no fingerprint yet', { record: recordOf(), resend: 'all' }, 'change:adopt'],
    ['same version', { record: secretWas(), secretVersions: versions('v1') }, 'assumed'],
    ['version unknown', { record: secretWas() }, 'assumed'],
    ['another version', { record: secretWas(), secretVersions: versions('v2') }, 'change:rotated?'],
    [
      'a version where none was known',
      {
        record: recordOf({
          applied: {
            '/client_secret': applied('/client_secret', 'value', { source: 'trueup/acme/a#k' }),
          },
        }),
        secretVersions: versions('v1'),
      },
      'change:rotated?',
    ],
    [
      'another reference',
      { record: secretWas({ source: 'trueup/acme/a' }), secretVersions: versions('v1') },
      'change:declared?',
    ],
    [
      'another reference, and a resend mark: the old value proves nothing',
      { record: secretWas({ source: 'trueup/acme/b#k' }), resend: 'all' },
      'change:declared',
    ],
    [
      'a resend mark',
      { record: secretWas(), resend: 'all', secretVersions: versions('v1') },
      'change:resend',
    ],
    [
      'an unfinished intent, and another version',
      {
        record: secretWas(),
        resend: new Set(['/client_secret']),
        secretVersions: versions('v2'),
      },
      'change:resend',
    ],
    ['its time has come', { record: secretWas(), reassertEvery: hour }, 'change:reassert'],
    [
      'its time has come, and another version',
      { record: secretWas(), reassertEvery: hour, secretVersions: versions('v2') },
      'change:rotated?',
    ],
    [
      'the key is lost',
      { record: secretWas(), keys: otherKeys, secretVersions: versions('v1') },
      'assumed',
    ],
  ];
  // A question mark: only apply can know whether there is something to send.
  test.each(rows)('%s', (_, inputs, expected) => {
    const verdict = diffOf(secret, {}, inputs);
    const conditional = verdict.state === 'change' && verdict.change.conditional;
    expect(finding(verdict) + (conditional ? '?' : '')).toBe(expected);
  });

  test('is assumed since it was sent, and says whether that can be verified', () => {
    expect(diffOf(secret, {}, { record: secretWas() })).toMatchObject({
      since: earlier,
      verifiable: true,
      note: {},
    });
    expect(diffOf(secret, {}, { record: secretWas(), keys: otherKeys })).toMatchObject({
      verifiable: false,
    });
  });
});

describe('what a list leaves out and a GET says', () => {
  const unit = unitOf('/name', 'a', { readByGet: true });
  const known = (more: Partial<ServerRecord> = {}) =>
    recordOf({ applied: { '/name': applied('/name', 'a', { at: earlier }) }, ...more });

  test('is assumed since it was read, or else since it was sent', () => {
    expect(diffOf(unit, {}, { record: known() })).toMatchObject({ since: earlier });
    const readAt = iso(now - hour);
    expect(diffOf(unit, {}, { record: known({ readAt }) })).toMatchObject({ since: readAt });
  });

  test('is not sent again because it is due: it can be read', () => {
    const due = { record: known(), reassertEvery: 1 };
    expect(finding(diffOf(unit, {}, due))).toBe('assumed');
    expect(finding(diffOf(unitOf('/name', 'a'), {}, due))).toBe('change:reassert');
  });
});
