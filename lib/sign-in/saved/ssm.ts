import {
  DeleteParameterCommand,
  GetParameterCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { clientConfiguration, type ClientOptions } from '../../table/dynamodb/client.ts';

/*
 * The three calls of Parameter Store that are used. They are a separate module (`#ssm` in package.json) and a separate
 * file next to the functions' bundles, which is loaded only if a connection signs in with a refresh token.
 */

/** The largest value of a standard parameter, in bytes; larger ones cost money. */
export const largestValue = 4096;

/** @returns the calls, on one client */
export function parameters(options: ClientOptions) {
  const client = new SSMClient(clientConfiguration(options));
  return {
    get: async (name: string) => {
      const answer = await client.send(
        new GetParameterCommand({ Name: name, WithDecryption: true }),
      );
      return answer.Parameter?.Value;
    },
    put: async (name: string, value: string) => {
      await client.send(
        new PutParameterCommand({
          Name: name,
          Value: value,
          Type: 'SecureString',
          Tier: 'Standard',
          Overwrite: true,
        }),
      );
    },
    delete: async (name: string) => {
      await client.send(new DeleteParameterCommand({ Name: name }));
    },
  };
}
