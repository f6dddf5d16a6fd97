import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { connection, serverIds, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';
import { onTables } from './run.ts';

const [a = ''] = serverIds(1);
let world: TestWorld;

beforeEach(async () => {
  world = await startWorld({ servers: [{ id: a, name: 'A' }] });
  await world.declareConnection();
});

afterEach(() => world.close());

describe('doctor', () => {
  test('says that all is well', async () => {
    await world.declare({ id: a, spec: { name: 'A' } });
    const { code, stdout, stderr } = await onTables(world, world.clock).run(['doctor']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('ok acme: host, token and list call: 1 servers');
  });

  test('says what is not, each with its mend, and no secret', async () => {
    await world.secrets.write(`trueup/${connection}/token`, 'canary-of-token');
    const client_secret = { secret: `trueup/${connection}/lacking` };
    await world.declare({ id: a, spec: { client_secret } });
    const { code, stdout } = await onTables(world, world.clock).run(['doctor']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^x {2}acme: host, token and list call: .*; next: /m);
    expect(stdout).toMatch(/^x {2}acme: secrets of servers: 0 of 1 found; next: /m);
    expect(stdout).not.toContain('canary');
  });
});
