import type { Time } from '../model/ledger.types.ts';
import type { Dependencies } from './dependencies.types.ts';
import { StoreError } from '../model/errors/store-error.ts';
import { delayAtMostMs, noQueueCode } from '../work/queue.ts';
import { namedAtMost } from '../model/names/named-servers.ts';
import type { WorkMessage } from '../work/message.ts';
import type { Log } from '../model/runtime.types.ts';

/** New waits of a pass. Waits of earlier passes already have their messages. */
export interface NewRetries {
  /** Server id to its next attempt. */
  readonly servers: ReadonlyMap<string, Time>;
  /** The connection's own next attempt. */
  readonly connection?: Time | undefined;
}

export interface DelayedMessage {
  readonly message: WorkMessage;
  readonly delayMs: number;
}

/** Servers whose times are within this share a message. */
const togetherMs = 60_000;
/** Added to the time, so that a process with a slow clock does not consider it too early. */
const slackMs = 1000;

/**
 * The messages for attempts within the queue's maximum delay; later ones wait for the schedule.
 *
 * | what waits                       | messages |
 * |----------------------------------|----------|
 * | the connection                   | one for the whole connection: none of its servers is tried before |
 * | servers                          | one for those within a minute, when the last of them is due |
 * | more than ten servers in a minute | the same, for the whole connection |
 */
export function retryMessages(
  connection: string,
  retries: NewRetries,
  now: number,
): readonly DelayedMessage[] {
  const message = (at: number, ids?: readonly string[]): DelayedMessage => ({
    message: {
      version: 1,
      connection,
      ...(ids && ids.length <= namedAtMost && { servers: ids }),
      reason: 'retry',
      dueAt: new Date(at).toISOString(),
    },
    delayMs: Math.max(at - now, 0) + slackMs,
  });
  const isSoon = (at: number) => at + slackMs <= now + delayAtMostMs;
  if (retries.connection !== undefined) {
    const at = Date.parse(retries.connection);
    return isSoon(at) ? [message(at)] : [];
  }
  const soon = [...retries.servers]
    .map(([id, time]) => ({ id, at: Date.parse(time) }))
    .filter(({ at }) => isSoon(at))
    .toSorted((a, b) => a.at - b.at);
  const groups: (typeof soon)[] = [];
  for (const one of soon) {
    const group = groups.at(-1);
    if (group?.[0] && one.at - group[0].at <= togetherMs) group.push(one);
    else groups.push([one]);
  }
  return groups.map((group) =>
    message(
      group.at(-1)?.at ?? now,
      group.map(({ id }) => id),
    ),
  );
}

/** Sends the messages. A failing queue never fails a pass: the schedule retries what was not sent. */
export async function sendRetries(
  connection: string,
  retries: NewRetries,
  { queue, clock }: Pick<Dependencies, 'queue' | 'clock'>,
  log: Log,
): Promise<void> {
  const messages = retryMessages(connection, retries, clock.now());
  if (messages.length === 0) return;
  try {
    await queue.send(messages);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const fields = { code: error.code, messages: messages.length };
    if (error.code === noQueueCode) log.debug('retries wait for the schedule', fields);
    else log.error('retries not sent', fields);
  }
}
