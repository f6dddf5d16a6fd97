import type { Dependencies } from '../../lib/pass/dependencies.types.ts';
import type { PassReport } from '../../lib/model/ledger.types.ts';
import type { PassRequest } from '../../lib/pass/request.types.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import { wire } from '../../lib/wiring.ts';
import type { ServerInit, TestWorld } from '../../test/support/world.ts';

/** A gateway that a connection leads to. */
export interface Reached {
  readonly provider: string;
  readonly connection: string;
  readonly url: string;
  readonly token: string;
}

/** AWS's APIs on loopback, with a connection to a gateway. */
export interface Declaring {
  readonly deps: Dependencies;
  readonly allowedHosts: string;
  readonly declareConnection: (row?: object, name?: string) => Promise<void>;
  readonly declare: (...servers: readonly ServerInit[]) => Promise<void>;
  readonly secret: (name: string, value: string) => Promise<void>;
  /** One pass; fails the test if another process holds the lease. */
  readonly pass: (request?: Partial<PassRequest>) => Promise<PassReport>;
}

export function declaringFor(
  { provider, connection, url, token }: Reached,
  aws: TestWorld,
): Declaring {
  const allowedHosts = `${provider}=${new URL(url).host}`;
  const { log, endpoints, clock } = aws;
  const settings = { ...aws.settings, allowedHosts };
  const deps = wire(settings, log, { endpoints, clock, random: () => 0 });
  return {
    deps,
    allowedHosts,
    secret: (name, value) => aws.secrets.write(`trueup/${connection}/${name}`, value),
    declareConnection: async (row = {}, name = connection) => {
      await aws.secrets.write(`trueup/${name}/sign-in`, token);
      await aws.desired.put(name, 'connection', {
        provider,
        baseUrl: url,
        auth: { type: 'bearer', token: { secret: `trueup/${name}/sign-in` } },
        policy: { mode: 'correct', limits: { updates: '100%', minimum: 10 } },
        budget: { requestsPerMinute: 60_000, concurrency: 4 },
        ...row,
      });
    },
    declare: async (...servers) => {
      for (const { id, ...row } of servers) {
        await aws.desired.put(connection, `server#${id}`, row as never);
      }
    },
    pass: async (request = {}) => {
      const result = await reconcile({ connection, trigger: 'schedule', ...request }, deps);
      if (result.kind !== 'done') throw new Error('the lease is held by another');
      return result.report;
    },
  };
}
