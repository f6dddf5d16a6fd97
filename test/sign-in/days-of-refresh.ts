import { expect } from '@jest/globals';
import { reconcile } from '../../lib/pass/reconcile.ts';
import { connection, serverIds, startWorld } from '../support/world.ts';

const minute = 60_000;
/** A function's process does not live for ever. */
const passesOfProcess = 60;
/** AWS's of Parameter Store, by default. */
const throughput = { reads: 40, writes: 3 };

/**
 * A pass every minute for so long, with access tokens of five minutes, refresh tokens that can be used once, and the limits of
 * Secrets Manager and Parameter Store. Every pass has a token that the gateway accepts, every exchange is saved, and the declared
 * secret is never written.
 */
export async function renewedFor(hours: number): Promise<void> {
  const secret = `trueup/${connection}/login`;
  const world = await startWorld(
    {},
    {
      sqliteLedger: true,
      issuer: { clients: { trueup: undefined }, expiresIn: 300 },
      ssm: { throughput },
    },
  );
  try {
    const refreshToken = world.issuer.issueRefreshToken('trueup');
    await world.secrets.write(secret, JSON.stringify({ refresh_token: refreshToken }));
    const client = { tokenUrl: world.issuer.tokenUrl, client_id: 'trueup' };
    await world.declareConnection({
      auth: { type: 'refresh-token', ...client, refresh_token: { secret } },
    });
    const [id = ''] = serverIds(1);
    world.barndoor.add({ id, name: 'Old', slug: 's' });
    await world.declare({ id, spec: { name: 'New' } });

    const passes = hours * 60;
    let deps = world.wire();
    const states: Record<string, number> = {};
    for (let nth = 0; nth < passes; nth += 1) {
      if (nth % passesOfProcess === 0) deps = world.wire();
      // oxlint-disable-next-line no-await-in-loop -- one a minute
      const result = await reconcile({ connection, trigger: 'schedule' }, deps);
      const state = result.kind === 'done' ? result.report.state : result.kind;
      states[state] = (states[state] ?? 0) + 1;
      world.clock.advance(minute);
    }

    expect(states).toEqual({ ok: passes });
    const exchanges = world.issuer.counts['refresh_token'] ?? 0;
    expect(exchanges).toBeGreaterThanOrEqual(passes / 5);
    expect(exchanges).toBeLessThanOrEqual(passes / 4 + 1);
    expect(world.ssm.calls).toMatchObject({ PutParameter: exchanges });
    const [parameter] = world.ssm.parameters.values();
    expect(parameter?.versions).toHaveLength(Math.min(exchanges, 100));
    expect(parameter?.versions.at(-1)?.version).toBe(exchanges);
    const saved = JSON.parse(parameter?.versions.at(-1)?.value ?? '{}') as {
      refresh_token?: string;
    };
    expect(world.issuer.issued().refresh).toEqual([[saved.refresh_token, 'trueup']]);
    const declared = world.secretsManager.secrets.find(({ name }) => name === secret);
    expect(declared?.versions).toHaveLength(1);
  } finally {
    await world.close();
  }
}
