import type { ClientOptions } from '../../table/dynamodb/client.ts';
import { nameOf, secretStoreError, storeProblem } from '../../table/store-errors.ts';
import { documentOf, signInName, signInOf } from './document.ts';
import type { SavedSignIn, SignInStore } from './saved-sign-in.types.ts';
import type * as Ssm from './ssm.ts';

/**
 * `SignInStore` in SSM Parameter Store, with a `SecureString` for each connection. Secrets Manager cannot be used: it
 * keeps every version for a day and allows about 100, so that tokens that last five minutes would fill a secret in
 * eight hours. Parameter Store deletes the oldest of 100 versions.
 *
 * An access token that does not fit into the 4 KB of a standard parameter is not saved; other processes then exchange
 * the refresh token again.
 */
export function parameterStore(options: {
  readonly client: ClientOptions;
  readonly prefix: string;
}): SignInStore {
  const { client, prefix } = options;
  let loaded: Promise<{ calls: ReturnType<typeof Ssm.parameters>; largestValue: number }>;
  const load = () => {
    loaded ??= import('#ssm').then((ssm) => ({
      calls: ssm.parameters(client),
      largestValue: ssm.largestValue,
    }));
    return loaded;
  };

  const at = (operation: string, connection: string) => ({
    call: `SSM ${operation}`,
    store: signInName(prefix, connection),
    connection,
  });
  const isAbsent = (error: unknown) => nameOf(error) === 'ParameterNotFound';

  return {
    read: async (connection) => {
      const { calls } = await load();
      const place = at('GetParameter', connection);
      const value = await calls.get(place.store).catch((error: unknown) => {
        if (isAbsent(error)) return undefined;
        throw secretStoreError(error, place);
      });
      if (value === undefined) return undefined;
      const found = signInOf(parsed(value));
      if (found) return found;
      throw storeProblem('store-malformed', place, 'was not written by Trueup: remove it');
    },
    save: async (connection, signIn) => {
      const { calls, largestValue } = await load();
      const place = at('PutParameter', connection);
      const value = [signIn, withoutAccess(signIn)]
        .map((one) => JSON.stringify(documentOf(one)))
        .find((text) => Buffer.byteLength(text) <= largestValue);
      if (value === undefined) {
        const problem = `the refresh token is too large: a parameter may have ${largestValue} bytes`;
        throw storeProblem('store-too-large', place, problem);
      }
      await calls.put(place.store, value).catch((error: unknown) => {
        if (nameOf(error) !== 'ParameterMaxVersionLimitExceeded')
          throw secretStoreError(error, place);
        throw storeProblem('store-limit', place, labelled);
      });
    },
    remove: async (connection) => {
      const { calls } = await load();
      const place = at('DeleteParameter', connection);
      await calls.delete(place.store).catch((error: unknown) => {
        if (!isAbsent(error)) throw secretStoreError(error, place);
      });
    },
    place: (connection) => `parameter ${signInName(prefix, connection)}`,
  };
}

const labelled =
  'the oldest of its 100 versions has a label, so no new version can be added: remove the label (aws ssm unlabel-parameter-version)';

function withoutAccess({ access: _access, ...rest }: SavedSignIn): SavedSignIn {
  return rest;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The error would contain the text.
    return undefined;
  }
}
