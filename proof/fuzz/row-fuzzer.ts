import fc from 'fast-check';
import { desiredTable } from '../../lib/desired/rows/desired-table.ts';
import { rowsOf } from '../../lib/desired/rules/document.ts';
import { plainText } from '../../lib/model/text/plain-text.ts';
import type { ConnectionDocument } from '../../lib/desired/rules/schema.ts';
import { readDesired } from '../../lib/pass/read/desired.ts';
import { StoreError } from '../../lib/model/errors/store-error.ts';
import type { Provider } from '../../lib/gateways/provider.ts';
import { memoryLog } from '../../test/support/log.ts';
import { systemClock } from '../../lib/wiring.ts';
import { declarationOptions, documents } from './declared.ts';
import { answeringDynamo, strangeValue, wireItem } from './dynamo.ts';
import { edited, editsOf } from './edits.ts';
import { fuzzer, must } from './fuzzer.ts';
import { canary } from './strange.ts';

/** Sort keys that are no text cannot be in a table. */
const rows = fc
  .tuple(documents, editsOf(strangeValue, 6))
  .map(([document, edits]) => edited(rowsOf(document as ConnectionDocument), edits))
  .map((made) => (Array.isArray(made) ? (made as unknown[]).filter(isRow) : []))
  .map((made) => {
    // One row for each key, in the order of the keys, as a table has them.
    const byKey = new Map(
      made.map((row) => [row.item.toWellFormed(), { ...row, connection: 'acme' }]),
    );
    return [...byKey]
      .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map(([, row]) => row);
  });

const isRow = (row: unknown): row is { item: string } =>
  typeof row === 'object' &&
  row !== null &&
  'item' in row &&
  typeof row.item === 'string' &&
  row.item !== '';

/**
 * Rows of `Desired` as any tool may write them, through the table's adapter. Each row that starts as a server has an
 * outcome: valid, and then only of JSON, or invalid with a reason on one line. All others are named.
 */
export const rowFuzzer = (read = readDesired) =>
  fuzzer({
    name: 'row',
    what: 'rows of Desired in DynamoDB’s own form: adapter, schema, rules',
    inputs: fc.record({ rows, pageSize: fc.constantFrom(1, 2, 100) }),
    open: async () => {
      const { secretPrefix, providers } = declarationOptions();
      const log = memoryLog();
      const options = { secretPrefix, providers: providers as ReadonlyMap<string, Provider>, log };
      const dynamo = answeringDynamo();
      const store = desiredTable({ client: dynamo.client, table: 'Desired', clock: systemClock });
      return {
        check: async ({ rows: input, pageSize }) => {
          log.lines.length = 0;
          dynamo.answer(({ body }) => {
            const { ExclusiveStartKey: start } = JSON.parse(new TextDecoder().decode(body)) as {
              ExclusiveStartKey?: { item: { S: string } };
            };
            const from = Number(start?.item.S ?? 0);
            const next = from + pageSize;
            const more = next < input.length && {
              LastEvaluatedKey: { connection: { S: 'acme' }, item: { S: String(next) } },
            };
            return { Items: input.slice(from, next).map(wireItem), ...more };
          });
          const reading = await read(store, 'acme', undefined, options).catch((error: unknown) => {
            must(error instanceof StoreError, `not typed: ${String(error)}`);
            must(error.context['store'] === 'Desired', 'the error names no table');
          });
          if (!reading) return;
          const keys = input.map(({ item }) => item.toWellFormed());
          const serverKeys = new Set(keys.filter((key) => key.startsWith('server#')));
          const found = reading.ok ? reading.desired.servers.size : new Set(reading.ids).size;
          must(found === serverKeys.size, 'a row of a server has no outcome');
          const strays = keys.filter((key) => key !== 'connection' && !key.startsWith('server#'));
          const told = log.lines.reduce((sum, { fields }) => sum + Number(fields['rows']), 0);
          must(told === strays.length, 'a row that is neither is not told');
          if (!reading.ok) {
            mustBeReason(reading.why);
            return;
          }
          const { servers } = reading.desired;
          for (const declared of servers.values()) {
            if (!declared.valid) {
              mustBeReason(declared.server.reason);
              continue;
            }
            const { spec } = declared.server;
            must(JSON.stringify(spec).length < 400_000, 'larger than a row');
          }
        },
        close: dynamo.close,
      };
    },
  });

function mustBeReason(reason: string): void {
  must(reason !== '' && reason.length <= 1_000, `a reason of ${reason.length} characters`);
  must(reason === plainText(reason, reason.length), 'a reason is no plain line');
  must(!reason.includes(canary), 'a reason repeats a value');
}
