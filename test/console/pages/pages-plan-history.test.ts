import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { consoleOn, formIn } from '../../support/console.ts';
import type { Browser } from '../../support/console.ts';
import { alloyConnection, connection, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';

const ids = serverIds(3);
const [a = ''] = ids;

let world: TestWorld;
let browser: Browser;

beforeEach(async () => {
  world = await startWorld(
    { servers: ids.map((id) => ({ id, name: `Live ${id}` })) },
    { sqliteLedger: true },
  );
  await world.declareConnection();
  browser = await consoleOn(world).open();
});

afterEach(() => world.close());

describe('plan', () => {
  test('is made on request only, across the fleet, and a gateway that fails leaves the others', async () => {
    await world.declare({ id: a, label: 'first', spec: { name: 'A' } });
    await world.declareAlloyConnection({ baseUrl: 'http://127.0.0.1:1' });
    world.callsSince();
    await browser.page('/plan');
    expect(world.callsSince()).not.toHaveProperty('list');
    const page = await browser.page('/plan?make=now');
    expect(page).toMatch(/acme: 1 to update/);
    expect(page).toMatch(/~ acme\/first  \(adopt\)/);
    expect(page).toMatch(/No plan: /);
    expect(page).toContain('trueup apply acme --stack trueup-test');
    expect(world.barndoor.find(a).name).toBe(`Live ${a}`);
  });

  test('sets apart what loosens access', async () => {
    world.alloy.add({
      serverId: 's1',
      name: 'One',
      restrictions: { users: { mode: 'allowlist', allowedIds: ['a'] } },
    });
    await world.declareAlloyConnection();
    const restrictions = { users: { mode: 'allowlist', allowedIds: ['a', 'b'] } };
    await world.declareAtAlloy({ id: 's1', label: 'desk', spec: { restrictions } });
    const page = await browser.page(`/plan?make=now&connection=${alloyConnection}`);
    expect(page).toMatch(/Loosens access: 1 server[\s\S]*globex\/desk[\s\S]*loosens access/);
  });
});

describe('history', () => {
  test('says who, what and why, and is filtered by server, person and pass', async () => {
    await world.declare({ id: a, label: 'first', spec: { name: 'A' } });
    const { pass } = await world.pass();
    await browser.post(formIn(await browser.page('/act?act=pause&connection=acme')));
    const all = await browser.page('/history');
    expect(all).toMatch(/acme<[^]*|acme: paused, by\s+kim@laptop/);
    expect(all).toMatch(/acme\/first[\s\S]*by schedule/);
    expect(await browser.page('/history?by=kim')).not.toContain('by schedule');
    expect(await browser.page('/history?server=first')).not.toContain('paused');
    expect(await browser.page(`/history?pass=${pass}`)).toContain('acme/first');
    expect(await browser.page('/history?pass=none')).toContain('Nothing was done.');
  });

  test('has the newest first, fifty a page', async () => {
    const { ledger } = world.deps;
    for (let index = 0; index < 120; index += 1) {
      const at = new Date(world.clock.now() - index).toISOString();
      await ledger.record(connection, { kind: 'login', at, by: 'kim' });
    }
    const count = async (path: string) => (await browser.page(path)).match(/signed in/g)?.length;
    expect(await count('/history')).toBe(50);
    expect(await browser.page('/history?by=kim')).toContain('/history?by=kim&amp;page=2');
    expect(await count('/history?page=3')).toBe(20);
    expect(await browser.page('/history?page=3')).not.toContain('rel="next"');
    expect(await count('/history?page=99')).toBeUndefined();
  });
});
