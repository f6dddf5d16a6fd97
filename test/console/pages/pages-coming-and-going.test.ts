import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { forge, startComingAndGoing } from '../../support/coming-and-going.ts';
import type { ComingAndGoing } from '../../support/coming-and-going.ts';
import { consoleOn, formIn } from '../../support/console.ts';
import type { Browser } from '../../support/console.ts';

let world: ComingAndGoing;
let browser: Browser;

beforeAll(async () => {
  world = await startComingAndGoing();
  browser = await consoleOn(world).open();
});

afterAll(() => world.close());

const serverAt = (id: string) => `/server?connection=${forge}&id=${encodeURIComponent(id)}`;
const actAt = (act: string, id: string) =>
  `/act?act=${act}&connection=${forge}&id=${encodeURIComponent(id)}`;

test('the fleet counts servers that come and go by their outcomes', async () => {
  expect(await browser.page('/')).toMatch(
    /1 unsure[^]*1 held[^]*1 failed[^]*1 waiting[^]*1 in sync[^]*1 not seen yet/,
  );
});

test.each([
  ['unsure', 'lost'],
  ['held', 'leaving'],
  ['failed', 'denied'],
  ['waiting', 'taken'],
  ['unseen', 'fresh'],
  ['inSync', 'created'],
])('servers are filtered by %s: %s, which its label leads to', async (outcome, label) => {
  const page = await browser.page(`/servers?outcome=${outcome}`);
  const links = [...page.matchAll(/<a href="(\/server\?[^"]*)"\s*>([^<]*)</g)];
  expect(links.map(([, , text]) => text)).toEqual([`${forge}/${label}`]);
  const path = (links[0]?.[1] ?? '').replaceAll('&amp;', '&');
  expect(path).not.toContain('#');
  expect(await browser.page(path)).toContain(`<h1>${forge}/${label}</h1>`);
});

describe('the page of a server', () => {
  test('that is not created yet shows no id, and on request what a pass over the connection would do', async () => {
    const page = await browser.page(serverAt('new#fresh'));
    expect(page).toMatch(/no id yet[^]*Trueup creates it[^]*not applied yet/);
    world.callsSince();
    const live = await browser.page(`${serverAt('new#fresh')}&live=now`);
    expect(live).toMatch(
      /not known to have it[^]*What a pass would do now[^]*\+ forge\/fresh {2}\(create\)/,
    );
    expect(live).not.toContain('forge/denied');
    expect(world.contextforge.servers.map(({ name }) => name)).not.toContain('fresh');
  });

  test('that was created has its fields and its history from before it had an id', async () => {
    const page = await browser.page(serverAt(await world.idOf('created')));
    expect(page).toMatch(
      /Trueup created it[^]*&quot;Of created&quot;[^]*to be created, by schedule/,
    );
    expect(page).not.toContain('not applied yet');
    expect(await browser.page(serverAt('new#created'))).toContain(await world.idOf('created'));
    expect(await browser.page(`/history?server=created`)).toContain('to be created');
  });

  test('that is declared absent says that it waits for an approval', async () => {
    const path = serverAt(await world.idOf('leaving'));
    expect(await browser.page(path)).toMatch(/and deletes it once that is approved/);
    expect(await browser.page(`${path}&live=now`)).toMatch(
      /! forge\/leaving {2}\(held by the guard: delete\)/,
    );
  });

  test('that may exist says what is known of it', async () => {
    expect(await browser.page(serverAt('new#lost'))).toMatch(
      /unsure since[^]*it may exist, so the request is not sent again until that is known/,
    );
  });

  test('that another server has the name of shows the command that adopts it', async () => {
    expect(await browser.page(serverAt('new#taken'))).toContain('trueup import forge/another');
  });
});

test('a plan sets creates and deletes apart, and each server is in it once', async () => {
  const page = await browser.page('/plan?make=now');
  const [, made = ''] = page.split('What passes would do now');
  expect(made).toMatch(
    /1 to create, 1 unsure, 1 held, 1 waiting, 1 failed[^]*Creates or deletes: 3 servers[^]*! forge\/leaving[^]*\+ forge\/fresh[^]*x forge\/denied[^]*Other changes: 2 servers/,
  );
  for (const label of ['leaving', 'fresh', 'denied', 'lost', 'taken']) {
    expect(made.split(new RegExp(`forge/${label}  \\(`))).toHaveLength(2);
  }
});

describe('forms', () => {
  test('pause and resume a server that has no id yet, in the words of the command line', async () => {
    const page = await browser.page(actAt('pause', 'new#fresh'));
    expect(page).toMatch(/Pause forge\/fresh[^]*trueup pause &#39;forge\/new#fresh&#39; --reason/);
    expect((await browser.post({ ...formIn(page), reason: 'not now' })).status).toBe(200);
    expect(await world.deps.ledger.pauses(forge)).toMatchObject([{ id: 'new#fresh' }]);
    expect(await browser.page('/servers?outcome=paused')).toContain('forge/fresh');
    expect(await browser.page(serverAt('new#fresh'))).toMatch(/paused since[^]*Resume/);
    expect(await browser.page('/history')).toMatch(/forge\/fresh<\/a\s*>: paused \(not now\)/);
    const resume = formIn(await browser.page(actAt('resume', 'new#fresh')));
    expect((await browser.post(resume)).status).toBe(200);
    expect(await world.deps.ledger.pauses(forge)).toEqual([]);
  });

  test('of a server that was created since act on it', async () => {
    const form = formIn(await browser.page(actAt('pause', 'new#created')));
    const id = await world.idOf('created');
    expect(form['id']).toBe(id);
    expect((await browser.post({ ...form, id: 'new#created' })).status).toBe(200);
    expect(await world.deps.ledger.pauses(forge)).toMatchObject([{ id }]);
    await world.deps.ledger.resume(forge, { id, at: new Date().toISOString(), by: 'kim' });
  });

  test('retry what could not be created in a pass over the whole connection', async () => {
    const form = formIn(await browser.page(actAt('retry', 'new#denied')));
    const answer = await browser.post(form);
    expect([answer.status, await answer.text()]).toEqual([
      200,
      expect.stringContaining('1 server that failed'),
    ]);
    const [message] = world.sqs.queue(world.queueUrl).messages;
    expect(JSON.parse(message?.body ?? '')).not.toHaveProperty('servers');
  });

  test('of what is no id and no label are not found', async () => {
    for (const id of ['new#none', 'x#y', 'new#fresh#', `new#${'x'.repeat(300)}`]) {
      expect((await browser.get(actAt('pause', id))).status).toBe(404);
    }
  });

  test('approve a deletion, which the next pass sends; what is left is its history', async () => {
    const id = await world.idOf('leaving');
    const page = await browser.page('/plan');
    const [, path = ''] = /href="(\/act\?act=approve[^"]*)"/.exec(page) ?? [];
    const form = await browser.page(path.replaceAll('&amp;', '&'));
    expect(form).toMatch(/Creates or deletes: 1 server[^]*! forge\/leaving/);
    expect((await browser.post(formIn(form))).status).toBe(200);
    expect((await world.pass({ connection: forge })).counts.deleted).toBe(1);
    await world.desired.remove(forge, 'new#leaving');
    world.clock.advance(16_000);
    const left = await browser.page(serverAt(id));
    expect(left).toMatch(/Nothing declared has this id now[^]*to be deleted, by/);
    // What is not declared cannot be retried or paused.
    expect(left).not.toContain('href="/act');
    expect(await browser.page('/history')).toMatch(/forge\/leaving[^]*to be deleted/);
  });
});
