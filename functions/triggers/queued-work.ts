import { TrueupError } from '../../lib/model/errors/errors.ts';
import type { PassReport } from '../../lib/model/ledger.types.ts';
import { namedAtMost } from '../../lib/model/names/named-servers.ts';
import type { WorkMessage, WorkReason } from '../../lib/work/message.ts';
import { asWorkMessage } from '../../lib/work/message.ts';
import { runPass } from '../runtime/run-pass.ts';
import type { PassContext } from '../runtime/run-pass.ts';
import { connectionOf, readSecretEvent } from './secret-event.ts';
import { secretUsers } from './secret-users.ts';

/** A message that cannot be understood. The error does not repeat its text. */
export class PoisonMessageError extends TrueupError {
  static override readonly name: string = 'PoisonMessageError';
}

/**
 * Processes a message.
 *
 * @throws PoisonMessageError if it is not understood, StoreError if a table, the secrets or the queue failed
 */
export async function workQueued(context: PassContext, body: unknown): Promise<void> {
  const parsed = parse(body);
  const message = asWorkMessage(parsed);
  if (message) return workMessage(context, message);
  const event = readSecretEvent(parsed);
  switch (event.kind) {
    case 'moved':
      return secretMoved(context, event.names);
    case 'other':
      return context.deps.log.info('event ignored');
    case 'unknown':
      throw new PoisonMessageError(
        'poison-message',
        'neither a message of version 1 nor an event of a secret',
      );
  }
}

function parse(body: unknown): unknown {
  try {
    return typeof body === 'string' ? JSON.parse(body) : undefined;
  } catch {
    return undefined;
  }
}

async function workMessage(context: PassContext, message: WorkMessage): Promise<void> {
  const { deps, observability } = context;
  const { connection, servers, secrets, reason, hops } = message;
  if (overtakable.has(reason)) {
    const last = await deps.ledger.lastReport(connection);
    if (last && isOvertaken(message, last)) {
      return deps.log.info('message overtaken by a full pass', { connection, reason });
    }
  }
  if (hops !== undefined) observability.metrics.addMetric('ContinuationHops', 'Count', hops);
  const { kind } = await runPass(context, {
    connection,
    trigger: 'queue',
    ...(servers && { servers }),
    ...(secrets && { secrets }),
    ...(hops !== undefined && { hops }),
  });
  // The pass of the process that was knocked at reads a list of secrets, which may be outdated.
  if (kind === 'knocked' && secrets) await deps.queue.send([{ message, delayMs: busyMs }]);
}

/** Delay before a rotation is checked again if another process owned the lease. */
const busyMs = 60_000;

/**
 * Reasons that a full pass covers. Not `stream`, `handover` and `rotation`: they announce changes, which a full pass
 * may have missed, because clocks differ and its list of secret versions may be outdated.
 */
const overtakable: ReadonlySet<WorkReason> = new Set(['share', 'continuation', 'retry']);

/** Whether a pass over all servers started after the work was due, and completed. */
function isOvertaken({ dueAt }: WorkMessage, { scope, state, startedAt }: PassReport): boolean {
  return scope === 'all' && state === 'ok' && Date.parse(startedAt) >= Date.parse(dueAt);
}

/** Reconciles the servers that use the secret; the pass detects whether its value changed. */
async function secretMoved(context: PassContext, names: readonly string[]): Promise<void> {
  const { desired, clock, log, secretPrefix } = context.deps;
  // The connection is the same, whether or not the end of an ARN is part of the name.
  const connection = names.map((name) => connectionOf(name, secretPrefix)).find(Boolean);
  if (connection === undefined) return log.info('event of another secret');
  const { servers, secrets } = secretUsers(await desired.rows(connection), names);
  log.info('secret moved', { connection, servers: servers.length });
  if (servers.length === 0) return;
  await workMessage(context, {
    version: 1,
    connection,
    ...(servers.length <= namedAtMost && { servers }),
    secrets,
    reason: 'rotation',
    dueAt: new Date(clock.now()).toISOString(),
  });
}
