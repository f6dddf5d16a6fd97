import { html } from 'hono/html';
import { parseDuration } from '../../model/duration.ts';
import type { Pause } from '../../model/ledger.types.ts';
import { activePauses, isPauseOf, longestReason } from '../../model/pause.ts';
import { plainText } from '../../model/text/plain-text.ts';
import { shellWord } from '../../model/text/shell-word.ts';
import { shownTime } from '../../model/text/shown-time.ts';
import { pausedText } from '../../pass/status/words.ts';
import type { ConsoleTarget } from '../console.types.ts';
import { lines, name } from '../html/parts.ts';
import { ActRefused } from './act.types.ts';
import type { Act, ActState, Filled, Subject } from './act.types.ts';
import { subjectWord } from './subject-word.ts';

/** For how long, as `--until` takes it. */
export const pauseTimes: Readonly<Record<string, string>> = {
  '': 'Until it is resumed',
  '1h': 'An hour',
  '4h': 'Four hours',
  '1d': 'A day',
  '7d': 'A week',
};

const isOwn = (pause: Pause, id: string | undefined) =>
  id === undefined ? pause.id === undefined : isPauseOf(pause, id);

async function ownPauses({ connection, id }: Subject, { deps }: ConsoleTarget) {
  const now = deps.clock.now();
  const all = await deps.ledger.pauses(connection);
  return activePauses(all, now).filter((pause) => isOwn(pause, id));
}

async function state(
  subject: Subject,
  target: ConsoleTarget,
  isPaused: boolean,
): Promise<ActState> {
  const own = await ownPauses(subject, target);
  const shown = lines(
    own.length === 0 ? ['It is not paused.'] : own.map((one) => name(pausedText(one))),
  );
  const key = own.map(({ id = null, at, until = null }) => [id, at, until]);
  if (own.length > 0 === isPaused) return { key, shown };
  return { key, shown, idle: isPaused ? 'It is not paused.' : 'It is paused already.' };
}

const fields = html`<label
    >Why
    <input name="reason" maxlength="${longestReason}" size="40" autocomplete="off" />
  </label>
  <label
    >For how long
    <select name="until">
      ${Object.entries(pauseTimes).map(([value, text]) => html`<option value="${value}">${text}</option>`)}
    </select>
  </label>`;

export const pause: Act = {
  title: 'Pause',
  fields,
  command: (subject, filled) => {
    const { until, reason } = filled ?? { until: '', reason: 'REASON' };
    return [
      `trueup pause ${subjectWord(subject)}`,
      ...(until === '' ? [] : [`--until ${until}`]),
      ...(reason === '' ? [] : [`--reason ${shellWord(plainText(reason))}`]),
    ].join(' ');
  },
  state: (subject, target) => state(subject, target, false),
  run: async (subject, filled, { deps: { ledger, clock } }, _world, by) => {
    const { connection, id } = subject;
    const now = clock.now();
    const until = endOf(filled, now);
    const why = plainText(filled.reason, longestReason).trim();
    await ledger.pause(connection, {
      at: new Date(now).toISOString(),
      ...(id !== undefined && { id }),
      ...(until !== undefined && { until }),
      ...(why !== '' && { reason: why }),
      by,
    });
    const end = until === undefined ? 'until it is resumed' : `until ${shownTime(until)}`;
    return `Paused ${name(subjectWord(subject))} ${end}.`;
  },
};

function endOf({ until }: Filled, now: number): string | undefined {
  if (!Object.hasOwn(pauseTimes, until))
    throw new ActRefused('The time is not one of the choices of the form.');
  const ms = until === '' ? undefined : parseDuration(until);
  return ms === undefined ? undefined : new Date(now + ms).toISOString();
}

export const resume: Act = {
  title: 'Resume',
  command: (subject) => `trueup resume ${subjectWord(subject)}`,
  state: (subject, target) => state(subject, target, true),
  run: async (subject, _filled, target, _world, by) => {
    const { ledger, clock } = target.deps;
    const at = new Date(clock.now()).toISOString();
    for (const { id } of await ownPauses(subject, target)) {
      // oxlint-disable-next-line no-await-in-loop -- one, or a few spellings of an id
      await ledger.resume(subject.connection, { ...(id !== undefined && { id }), at, by });
    }
    return `Resumed ${name(subjectWord(subject))}. The next pass includes it.`;
  },
};
