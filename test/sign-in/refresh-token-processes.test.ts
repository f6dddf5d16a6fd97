import { afterEach, expect, test } from '@jest/globals';
import type { Intercept } from '../../lib/local/aws/aws-json.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import { connection, serverIds, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const secret = `trueup/${connection}/login`;
const [id = ''] = serverIds(1);

let world: TestWorld;
afterEach(() => world.close());

/** An issuer that gives no new refresh token, whose access tokens are so long, and a gateway that accepts them. */
async function start(length: number, ssm: Intercept = () => undefined): Promise<void> {
  world = await startWorld(
    { tokens: () => true },
    { sqliteLedger: true, issuer: { clients: { trueup: undefined } }, ssm: { intercept: ssm } },
  );
  const refresh_token = world.issuer.issueRefreshToken('trueup');
  await world.secrets.write(secret, JSON.stringify({ refresh_token }));
  const access_token = 'x'.repeat(length);
  const body = { access_token, token_type: 'bearer', expires_in: 300, refresh_token };
  world.issuer.misbehave({ effect: { kind: 'status', status: 200, body } });
  const client = { tokenUrl: world.issuer.tokenUrl, client_id: 'trueup' };
  await world.declareConnection({
    auth: { type: 'refresh-token', ...client, refresh_token: { secret } },
  });
  world.barndoor.add({ id, name: 'Old', slug: 's' });
  await world.declare({ id, spec: { name: 'New' } });
}

/** A pass of a process that knows nothing yet. */
async function passOfNewProcess(): Promise<void> {
  const result = await reconcile({ connection, trigger: 'schedule' }, world.wire());
  expect(result).toMatchObject({ kind: 'done', report: { state: 'ok' } });
}

test.each([
  ['that fits into the parameter spares every new process an exchange', 3500, 1],
  ['that does not fit costs each new process an exchange', 4100, 5],
])('an access token %s', async (_, length, exchanges) => {
  await start(length);
  for (let nth = 0; nth < 5; nth += 1) await passOfNewProcess();
  expect(world.issuer.counts['refresh_token']).toBe(exchanges);
  expect(world.ssm.calls).toMatchObject({ PutParameter: exchanges, GetParameter: 5 });
});

test('an access token of a refresh token that stays the same is used, though it cannot be saved', async () => {
  const throttled = { status: 400, body: { __type: 'ThrottlingException', message: 'slow down' } };
  await start(100, (operation) => (operation === 'PutParameter' ? throttled : undefined));
  for (let nth = 0; nth < 3; nth += 1) await passOfNewProcess();
  expect(world.issuer.counts['refresh_token']).toBe(3);
  expect(world.ssm.parameters.size).toBe(0);
});
