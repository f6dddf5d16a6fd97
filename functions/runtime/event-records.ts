import { TrueupError } from '../../lib/model/errors/errors.ts';

/** The function was invoked with an event of another kind, such as a user's test. */
export class EventError extends TrueupError {
  static override readonly name: string = 'EventError';
}

/** The records of an event, not checked. @throws EventError if there is no list of records */
export function recordsOf<Record>(event: unknown): readonly Partial<Record>[] {
  const records: unknown =
    typeof event === 'object' && event !== null ? Reflect.get(event, 'Records') : undefined;
  if (Array.isArray(records)) return records.map((one) => Object(one) as Partial<Record>);
  throw new EventError('event', "the event must have a list 'Records'", {
    context: { place: 'Records' },
  });
}

/**
 * The response that makes Lambda deliver records again. A record without an id makes Lambda deliver the whole batch
 * again.
 */
export function batchFailures(ids: readonly unknown[]) {
  return {
    batchItemFailures: ids.map((id) => ({ itemIdentifier: typeof id === 'string' ? id : '' })),
  };
}
