import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { StoreError } from '../../lib/model/errors/store-error.ts';
import type { ConsoleTarget } from '../../lib/console/console.types.ts';
import { consoleOn } from '../support/console.ts';
import type { Browser } from '../support/console.ts';
import { connection, serverIds, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const [a = ''] = serverIds(1);

let world: TestWorld;
let browser: Browser;
let broken: 'nothing' | 'list' | 'target' | 'acme';

beforeEach(async () => {
  broken = 'nothing';
  world = await startWorld({ servers: [{ id: a, name: 'A' }] }, { sqliteLedger: true });
  await world.declareConnection();
  await world.declareAlloyConnection();
  await world.declare({ id: a, label: 'first', spec: { name: 'A' } });
  await world.pass();
  const down = () => new StoreError('store-unavailable', 'Query: DynamoDB does not answer');
  const { desired, ledger } = world.deps;
  const deps = {
    ...world.deps,
    desired: {
      countServers: (name: string) => desired.countServers(name),
      connections: () => desired.connections(),
      rows: async (name: string, ids?: readonly string[]) => {
        if (broken === name) throw down();
        return desired.rows(name, ids);
      },
    },
    ledger: {
      ...ledger,
      history: async (...given: Parameters<typeof ledger.history>) => {
        if (broken === given[0]) throw down();
        return ledger.history(...given);
      },
    },
  };
  const target = async (): Promise<ConsoleTarget> => {
    if (broken === 'target') throw down();
    return {
      deps,
      connections: async () => {
        if (broken === 'list') throw down();
        return [connection, 'globex'];
      },
      isRows: true,
    };
  };
  browser = await consoleOn(world, { target }).open();
});

afterEach(() => world.close());

const later = () => world.clock.advance(16_000);
const times = (page: string) => Array.from(page.matchAll(/datetime="([^"]*)"/g), ([, at]) => at);

test.each(['list', 'target'] as const)(
  'a fleet whose %s cannot be read is shown as it was, and since when that is',
  async (what) => {
    await browser.page('/');
    broken = what;
    later();
    const since = new Date(world.clock.now()).toISOString().slice(0, 16);
    const page = await browser.page('/');
    expect(page).toMatch(/The list of connections cannot be read since[\s\S]*does not answer/);
    expect(page).toContain('1 in sync');
    expect(times(page)[0]?.slice(0, 16)).toBe(since);
    later();
    const still = await browser.page('/servers');
    expect(times(still)[0]).toBe(times(page)[0]);
    expect(still).toContain('acme/first');
    broken = 'nothing';
    later();
    expect(await browser.page('/')).not.toContain('cannot be read');
  },
);

test('a connection that cannot be read is shown as it was, and the others as they are', async () => {
  await browser.page('/');
  broken = 'acme';
  later();
  for (const path of ['/', '/servers', '/plan']) {
    const page = await browser.page(path);
    expect(page).toMatch(
      /cannot be read since[\s\S]*does not answer[\s\S]*The page shows the state of/,
    );
  }
  expect(await browser.page('/servers')).toContain('acme/first');
  expect(await browser.page('/')).toMatch(/aria-label="globex"[\s\S]*no pass yet/);
  const history = await browser.page('/history');
  expect(history).toMatch(/The history of\s+acme cannot be read/);
});

test('a connection that never could be read says that nothing is known of it', async () => {
  broken = 'acme';
  const page = await browser.page('/');
  expect(page).toMatch(/cannot be read since[\s\S]*Nothing was read before/);
});

test('a server of a table that cannot be read is an error with the next step', async () => {
  await browser.page('/');
  broken = 'acme';
  const answer = await browser.get(`/server?connection=acme&id=${a}`);
  expect([answer.status, await answer.text()]).toEqual([
    500,
    expect.stringMatching(/does not answer[\s\S]*Next: /),
  ]);
});
