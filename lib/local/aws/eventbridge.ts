import { randomUUID } from 'node:crypto';
import { AwsFault, isRecord, startAwsJson, textOf, type Intercept } from './aws-json.ts';

/** An event as a rule's target receives it. */
export interface PublishedEvent {
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  /** ISO 8601. */
  readonly time: string;
  readonly resources: string[];
  readonly detail: Record<string, unknown>;
  /** The bus that it was sent to: a name or an ARN. */
  readonly bus: string;
}

/** An EventBridge on loopback that keeps the events that it received. */
export interface LocalEventBridge {
  readonly endpoint: string;
  readonly calls: Record<string, number>;
  readonly events: PublishedEvent[];
  readonly close: () => Promise<void>;
}

const maxEntries = 10;
const maxBytes = 256 * 1024;

/**
 * Starts `PutEvents`: at most ten entries, 256 KB together, each with its own result.
 *
 * `onEvent` is called for each event that was accepted.
 */
export async function startEventBridge(
  options: {
    readonly now?: () => number;
    readonly intercept?: Intercept;
    readonly onEvent?: (event: PublishedEvent) => void;
  } = {},
): Promise<LocalEventBridge> {
  const { now = Date.now, intercept, onEvent } = options;
  const events: PublishedEvent[] = [];

  const put = (entry: Record<string, unknown>): object => {
    for (const name of ['Source', 'DetailType', 'Detail']) {
      if (textOf(entry, name)) continue;
      const ErrorMessage = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
      return { ErrorCode: 'InvalidArgument', ErrorMessage };
    }
    const detail = objectIn(textOf(entry, 'Detail') ?? '');
    if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    const at = typeof entry['Time'] === 'number' ? entry['Time'] * 1000 : now();
    const event: PublishedEvent = {
      id: randomUUID(),
      'detail-type': textOf(entry, 'DetailType') ?? '',
      source: textOf(entry, 'Source') ?? '',
      time: new Date(at).toISOString(),
      resources: Array.isArray(entry['Resources']) ? entry['Resources'].map(String) : [],
      detail,
      bus: textOf(entry, 'EventBusName') ?? 'default',
    };
    events.push(event);
    onEvent?.(event);
    return { EventId: event.id };
  };

  const server = await startAwsJson({
    version: '1.1',
    intercept,
    operations: {
      PutEvents: (input) => {
        const entries = (Array.isArray(input['Entries']) ? input['Entries'] : []).filter(isRecord);
        if (entries.length < 1 || entries.length > maxEntries) {
          const message = `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and ${maxEntries}`;
          throw new AwsFault('ValidationException', message);
        }
        if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > maxBytes) {
          const message = 'Total size of the entries in the request is over the limit.';
          throw new AwsFault('ValidationException', message);
        }
        const Entries = entries.map(put);
        return {
          Entries,
          FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length,
        };
      },
    },
  });
  return { endpoint: server.endpoint, calls: server.calls, events, close: server.close };
}

/** The size as AWS counts it: UTF-8 bytes of the texts, and 14 for a time. */
function sizeOf(entry: Record<string, unknown>): number {
  const { Source, DetailType, Detail, Resources, Time } = entry;
  const texts = [Source, DetailType, Detail, ...(Array.isArray(Resources) ? Resources : [])];
  const bytes = texts.map((text) => (typeof text === 'string' ? Buffer.byteLength(text) : 0));
  return bytes.reduce((sum, size) => sum + size, Time === undefined ? 0 : 14);
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
