import { afterEach } from '@jest/globals';
import type { JsonObject } from '../../lib/model/json/json.types.ts';
import type { Effect, MisbehaviourRule } from '../../lib/local/gateways/misbehaviour.ts';
import type { RecordedRequest, VendorSimulator } from '../../lib/local/gateways/vendor.ts';
import type { HttpClient } from '../../lib/gateways/http/client.ts';
import type { Provider, VendorSession } from '../../lib/gateways/provider.ts';
import type { TestClient, TestInputs } from './support.ts';
import { clientFor, collect, connectionTo, sessionInputs } from './support.ts';

/** What the suite needs of a simulated vendor, whichever it is. */
export type AnySimulator = Pick<
  VendorSimulator<object, never>,
  'url' | 'servers' | 'counts' | 'misbehave' | 'violations' | 'close'
> & { readonly requests: readonly RecordedRequest[] };

export interface Contract {
  readonly name: string;
  readonly create: (http: HttpClient) => Provider;
  /** Starts the vendor with servers `ids`, named `Server <id>`; the first list form is today's. */
  readonly start: (
    ids: readonly string[],
    options: { readonly listForm?: string; readonly tokens?: readonly string[] },
  ) => Promise<AnySimulator>;
  /** List forms, with the calls that 250 servers take. */
  readonly listForms: readonly (readonly [form: string, calls: number])[];
  /** A body of fields that no answer shows: the first of them a secret. */
  readonly unreadable: JsonObject;
  /** What the vendor stores of it. Defaults to the body. */
  readonly storedUnreadable?: JsonObject;
  /** The field that has a server's name. Defaults to `name`. */
  readonly nameKey?: string;
  /** What a PUT of a server carries besides. Defaults to nothing. */
  readonly alsoSent?: (id: string) => JsonObject;
  /** A body that gives a server the name `Renamed`, and no more. Defaults to the name. */
  readonly renamed?: JsonObject;
  /** What the vendor changes with each PUT besides. Defaults to `updatedAt`. */
  readonly bookkeeping?: readonly string[];
  /** What it says of a server that is not there. Defaults to `Server not found`. */
  readonly notFound?: string;
}

/** A session, with all that one might look at. */
export interface ContractWorld {
  readonly simulator: AnySimulator;
  readonly client: TestClient;
  readonly inputs: TestInputs;
  readonly session: VendorSession;
  readonly renamed: JsonObject;
}

export interface WorldOptions {
  readonly ids?: readonly string[];
  readonly listForm?: string;
  readonly acceptedTokens?: readonly string[];
  readonly tokens?: readonly string[];
  readonly rules?: readonly MisbehaviourRule[];
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

export interface ContractSuite {
  readonly contract: Contract;
  readonly world: (options?: WorldOptions) => Promise<ContractWorld>;
  /** Called when the test is over, the last one first. */
  readonly atEnd: (end: () => unknown) => void;
}

/** Worlds for the tests of one describe block; they end with each test. */
export function contractSuite(contract: Contract): ContractSuite {
  const endings: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).toReversed()) await end();
  });

  async function world(options: WorldOptions = {}): Promise<ContractWorld> {
    const { ids = ['a', 'b'], listForm, acceptedTokens, timeoutMs, maxBytes } = options;
    const simulator = await contract.start(ids, {
      ...(listForm !== undefined && { listForm }),
      ...(acceptedTokens && { tokens: acceptedTokens }),
    });
    const client = clientFor(contract.name, [simulator.url], {
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(maxBytes !== undefined && { maxBytes }),
    });
    endings.push(simulator.close, () => client.close());
    simulator.misbehave(...(options.rules ?? []));
    const inputs = sessionInputs(options.tokens);
    const connection = connectionTo(contract.name, simulator.url);
    const { renamed = { name: 'Renamed' } } = contract;
    const session = contract.create(client).open(connection, inputs);
    return { simulator, client, inputs, session, renamed };
  }
  return { contract, world, atEnd: (end) => void endings.push(end) };
}

export const always = (effect: Effect): WorldOptions => ({ rules: [{ effect }] });
export const once = (effect: Effect): WorldOptions => ({ rules: [{ effect, times: 1 }] });

/** The three calls, as plain as they can be. */
export const calls = {
  list: ({ session }: ContractWorld) => collect(session.list()),
  get: ({ session }: ContractWorld) => session.get('a'),
  put: ({ session, renamed }: Pick<ContractWorld, 'session' | 'renamed'>) =>
    session.put('a', renamed, []),
};
