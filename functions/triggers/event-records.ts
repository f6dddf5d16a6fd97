import { TrueupError } from '../../lib/core/errors.ts';

/** What invoked the function is not an event that it is for: a user's test, or a trigger of another. */
export class EventError extends TrueupError {
  static override readonly name: string = 'EventError';
}

/** The records of an event, each not yet looked at. @throws EventError if it has no list of them */
export function recordsOf(event: unknown): readonly unknown[] {
  const records: unknown =
    typeof event === 'object' && event !== null ? Reflect.get(event, 'Records') : undefined;
  if (Array.isArray(records)) return records;
  throw new EventError('event', "an event of this function has a list 'Records'", {
    context: { place: 'Records' },
  });
}
