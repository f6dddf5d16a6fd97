import type { RecordedRequest } from '../../../lib/local/gateways/vendor.ts';
import type { PassReport, ServerRecord } from '../../../lib/model/ledger.types.ts';
import type { Dependencies } from '../../../lib/pass/dependencies.types.ts';
import { reconcile } from '../../../lib/pass/reconcile.ts';
import type { PassRequest } from '../../../lib/pass/request.types.ts';
import { anotherProcess } from '../../support/another-process.ts';
import type { TestWorld } from '../../support/world.ts';

/** A connection to a simulated gateway, with one secret for its servers. */
export interface OneGateway {
  readonly deps: Dependencies;
  /** Writes the secret `trueup/CONNECTION/jira`, with this value as `token`. */
  readonly rotate: (token: string) => Promise<unknown>;
  /** Declares a server, by default the one of `id`. */
  readonly declare: (spec: object, id?: string) => Promise<unknown>;
  readonly record: (id?: string) => Promise<ServerRecord | undefined>;
  /** Bodies of the PUTs, in order. */
  readonly bodies: () => readonly unknown[];
  /** One pass; fails the test if another process has the lease. */
  readonly pass: (request?: Partial<PassRequest>) => Promise<PassReport>;
}

export interface OneGatewayOptions {
  readonly provider: string;
  readonly connection: string;
  readonly token: string;
  readonly id: string;
}

/** Declares the connection, with the token that it signs in with. */
export async function atOneGateway(
  world: TestWorld,
  gateway: { readonly url: string; readonly requests: readonly RecordedRequest[] },
  { provider, connection, token, id: usual }: OneGatewayOptions,
): Promise<OneGateway> {
  const { secrets, desired } = world;
  const deps = anotherProcess(world, `${provider}=${new URL(gateway.url).host}`);
  await secrets.write(`trueup/${connection}/token`, token);
  await desired.put(connection, 'connection', {
    provider,
    baseUrl: gateway.url,
    auth: { type: 'bearer', token: { secret: `trueup/${connection}/token` } },
    policy: { mode: 'correct' },
    budget: { requestsPerMinute: 60_000, concurrency: 4 },
  });
  return {
    deps,
    rotate: (value) => secrets.write(`trueup/${connection}/jira`, JSON.stringify({ token: value })),
    declare: (spec, id = usual) => desired.put(connection, `server#${id}`, { spec } as never),
    record: async (id = usual) => (await deps.ledger.read(connection)).servers.get(id),
    bodies: () => gateway.requests.filter(({ method }) => method === 'PUT').map(({ body }) => body),
    pass: async (request = {}) => {
      const result = await reconcile({ connection, trigger: 'schedule', ...request }, deps);
      if (result.kind !== 'done') throw new Error(result.kind);
      return result.report;
    },
  };
}
