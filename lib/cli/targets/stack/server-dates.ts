import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock, SeenDate } from '../../../model/runtime.types.ts';

/** Reports DynamoDB's time with each answer, error answers included. */
export function observeDates(
  client: DynamoDBClient,
  clock: Pick<Clock, 'now'>,
  onDate: (seen: SeenDate) => void,
): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const sentAt = clock.now();
      const answer = await next(args);
      const date = dateOf(answer.response);
      if (date !== undefined) {
        onDate({ from: 'DynamoDB', date, sentAt, answeredAt: clock.now() });
      }
      return answer;
    },
    // Runs first on the response, before the step that throws for error answers.
    { step: 'deserialize', priority: 'low' },
  );
}

/** The SDK does not type the response. */
function dateOf(response: unknown): number | undefined {
  if (typeof response !== 'object' || response === null) return undefined;
  const headers: unknown = Reflect.get(response, 'headers');
  if (typeof headers !== 'object' || headers === null) return undefined;
  const date = Date.parse(String(Reflect.get(headers, 'date')));
  return Number.isNaN(date) ? undefined : date;
}
