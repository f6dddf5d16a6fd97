import { hash } from 'node:crypto';
import type { DynamoDBClient, QueryCommand, QueryCommandOutput } from '@aws-sdk/client-dynamodb';

/** What is known of an answer that came with the same bytes before. */
export interface KnownAnswer<Known> {
  readonly known: Known;
}

/** An answer as the SDK read it, with the digest of its bytes. */
interface NewAnswer {
  readonly output: QueryCommandOutput;
  readonly digest: string;
}

type Body = Parameters<DynamoDBClient['config']['streamCollector']>[0];

/**
 * Sends a command whose answer may be known by its bytes: then the SDK does not decode it, which of a page of a table takes
 * most of the processor time of the call. The request is sent and its answer received whole in any case.
 *
 * The step stands between the SDK's transport and its decoder. A repeated attempt passes through it again. The bytes of an
 * error go to the decoder, as nothing is known of them.
 *
 * @param known - what is known of the answer that has this digest (SHA-256), if anything
 */
export async function sendUnlessKnown<Known extends object>(
  client: DynamoDBClient,
  command: QueryCommand,
  known: (digest: string) => Known | undefined,
): Promise<KnownAnswer<Known> | NewAnswer> {
  let digest = '';
  let found: Known | undefined;
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { body: Body };
      const bytes = await client.config.streamCollector(response.body);
      digest = hash('sha256', bytes, 'base64');
      found = known(digest);
      // The decoder takes bytes as well as a stream; of no bytes it makes an empty output.
      Object.assign(response, { body: found ? new Uint8Array() : bytes });
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'knownAnswer' },
  );
  const output = await client.send(command);
  return found ? { known: found } : { output, digest };
}
