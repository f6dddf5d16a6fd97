import { TrueupError } from '../../lib/model/errors/errors.ts';

/** What invoked the function is not an event that it is for: a user's test, or a trigger of another. */
export class EventError extends TrueupError {
  static override readonly name: string = 'EventError';
}

/** The records of an event, whose members are not yet looked at. @throws EventError if it has no list of them */
export function recordsOf<Record>(event: unknown): readonly Partial<Record>[] {
  const records: unknown =
    typeof event === 'object' && event !== null ? Reflect.get(event, 'Records') : undefined;
  if (Array.isArray(records)) return records.map((one) => Object(one) as Partial<Record>);
  throw new EventError('event', "an event of this function has a list 'Records'", {
    context: { place: 'Records' },
  });
}

/** What Lambda delivers again. Without an id, that is the whole batch: Lambda has it so for an empty one. */
export function batchFailures(ids: readonly unknown[]) {
  return {
    batchItemFailures: ids.map((id) => ({ itemIdentifier: typeof id === 'string' ? id : '' })),
  };
}
