import { createHash } from 'node:crypto';
import type { ChangeRecord } from '../../lib/model/history.types.ts';
import type { AppliedField, PassReport, ServerRecord } from '../../lib/model/ledger.types.ts';
import { outcomeCounts } from '../../lib/model/outcome.ts';
import type { FieldChange, Plan } from '../../lib/plan/plan.types.ts';
import type { HeldPlan } from '../../lib/ledger/ledger.types.ts';

export const at = '2026-11-22T12:00:00.000Z';

/** 128 bits in hex, as hashes of changes are. */
export const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 32);

const print = (text: string) => ({ keyId: 'k1', mac: hashOf(text) });

export function appliedField(text: string): AppliedField {
  return { fingerprint: print(text), at };
}

export function server(id: string, more: Partial<ServerRecord> = {}): ServerRecord {
  return {
    id,
    rev: 0,
    outcome: 'inSync',
    since: at,
    applied: { '/name': appliedField(id) },
    undecided: {},
    normalised: {},
    ...more,
  };
}

/** Every attribute there is: the type sees to it that a new one is added here, and so that it is kept. */
export function fullServer(id: string): Required<ServerRecord> {
  const [sent, answered] = [print('sent'), print('answered')];
  const secret: Required<AppliedField> = {
    ...appliedField('c'),
    version: 'v-1',
    source: 'trueup/acme/salesforce#client_secret',
  };
  return {
    id,
    rev: 0,
    account: 'an account',
    since: at,
    settled: hashOf('content'),
    label: 'salesforce-prod',
    outcome: 'waiting',
    reason: { code: 'http-503', message: 'busy', pointer: '/name' },
    generation: 7,
    contentHash: hashOf('content'),
    applied: {
      '/name': appliedField('a'),
      '/meta/a~1b': appliedField('b'),
      '/client_secret': secret,
    },
    undecided: { '/slug': { sent, answered, showed: 'other', attempts: 2 } },
    normalised: { '/url': { sent, answered } },
    intent: { epoch: 4, pointers: ['/client_secret'], at },
    retry: { attempts: 3, notBefore: at, key: 'k', retryAfter: at },
    stopped: { outcome: 'refused', attempts: 2, key: 'k', notBefore: at },
    countedAt: at,
    readAt: at,
  };
}

function fieldChange(id: string): FieldChange {
  return {
    pointer: '/name',
    cause: 'drift',
    before: { kind: 'value', value: `live ${id}` },
    after: { kind: 'value', value: `declared ${id}` },
    compare: 'value',
    conditional: false,
    hash: hashOf(id),
    held: true,
  };
}

/** A plan that holds one change for each of `count` servers. */
export function heldPlan(count: number, more: Partial<FieldChange> = {}): HeldPlan {
  const ids = Array.from({ length: count }, (_, n) => `server-${n}`);
  const hashes = ids.map(hashOf);
  const digest = hashOf(hashes.join(''));
  const servers = ids.map((id) => ({
    id,
    mode: 'correct' as const,
    outcome: 'held' as const,
    changes: [{ ...fieldChange(id), ...more }],
  }));
  const plan: Plan = {
    version: 1,
    connection: 'acme',
    provider: 'barndoor',
    servers: count,
    counts: outcomeCounts(servers.map((one) => one.outcome)),
    changes: servers,
    undeclared: [],
    guard: {
      active: true,
      declared: count,
      changedLastHour: 0,
      changing: count,
      share: 1,
      limit: 0.3,
      minimum: 10,
      held: digest,
    },
    digest,
  };
  return { digest, at, plan, hashes };
}

export function change(id: string, more: Partial<ChangeRecord> = {}): ChangeRecord {
  const { pointer, cause, before, after } = fieldChange(id);
  return {
    kind: 'change',
    server: id,
    at,
    pass: '20261122T120000000Z-aaaaaa',
    trigger: 'schedule',
    fields: [{ pointer, cause, before, after }],
    ...more,
  };
}

export function report(more: Partial<PassReport> = {}): PassReport {
  return {
    pass: '20261122T120000000Z-aaaaaa',
    trigger: 'schedule',
    connection: 'acme',
    scope: 'all',
    startedAt: at,
    durationMs: 1234,
    servers: 1,
    counts: outcomeCounts(['inSync']),
    vendorCalls: { list: 1, get: 0, put: 0 },
    secretsDecrypted: 0,
    credentialsDecrypted: 1,
    state: 'ok',
    details: [],
    ...more,
  };
}
