import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { noQueue } from '../../../lib/work/queue.ts';
import { StoreError } from '../../../lib/model/errors/store-error.ts';
import { consoleOn, formIn } from '../../support/console.ts';
import type { Browser, TestConsole } from '../../support/console.ts';
import { holdPut, until } from '../../support/held.ts';
import { connection, serverIds, startWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';

const ids = serverIds(12);
const [a = '', b = ''] = ids;

let world: TestWorld;
let served: TestConsole;
let browser: Browser;

beforeEach(async () => {
  world = await startWorld(
    { servers: ids.map((id) => ({ id, name: `Old ${id}` })) },
    { sqliteLedger: true },
  );
  await world.declareConnection();
  await world.declare({ id: a, label: 'first', spec: { name: 'A' } });
  served = consoleOn(world);
  browser = await served.open();
});

afterEach(() => world.close());

const acts = async () =>
  (await world.deps.ledger.history(connection)).filter(({ kind }) => kind !== 'change');
const formAt = async (path: string) => formIn(await browser.page(path));
const asked = (act: string, more = '') => `/act?act=${act}&connection=${connection}${more}`;
const sent = async (fields: Record<string, string>) => {
  const answer = await browser.post(fields);
  return { status: answer.status, text: await answer.text() };
};

/** Everything changes at once: the guard holds it. */
async function held(): Promise<string> {
  await world.declare(...ids.map((id) => ({ id, spec: { name: `New ${id}` } })));
  return (await world.pass()).held ?? '';
}

describe('a form', () => {
  test.each([
    ['reconcile', '', `trueup reconcile ${connection} --stack trueup-test`],
    ['pause', '', `trueup pause ${connection} --reason REASON --stack trueup-test`],
    ['pause', `&id=${a}`, `trueup pause ${connection}/${a} --reason REASON --stack trueup-test`],
    ['retry', `&id=${a}`, `trueup retry ${connection}/${a} --stack trueup-test`],
    ['resume', '', `trueup resume ${connection} --stack trueup-test`],
  ])('of %s%s shows the command that does the same: %s', async (act, more, line) => {
    expect(await browser.page(asked(act, more))).toContain(`>${line}</code>`);
  });

  test.each([
    '/act',
    '/act?act=delete&connection=acme',
    '/act?act=pause&connection=none',
    '/act?act=pause&connection=..%2Facme',
    `/act?act=pause&connection=acme&id=${b}`,
    '/act?act=approve&connection=acme',
    '/act?act=approve&connection=acme&digest=x',
    '/act?act=approve&connection=acme&digest=00000000000000000000',
    `/act?act=reconcile&connection=acme&id=${a}`,
  ])('is not found for %s, which no page leads to', async (path) => {
    expect((await browser.get(path)).status).toBe(404);
  });

  test('of a console that only reads cannot be sent, and is refused if it is', async () => {
    const form = await formAt(asked('pause'));
    const reader = await consoleOn(world, { isWriting: false }).open();
    const page = await reader.page(asked('pause'));
    expect(page).toContain('This console is read-only');
    expect(formIn(page)).toEqual({});
    expect((await reader.post(form)).status).toBe(403);
    expect(await acts()).toEqual([]);
  });
});

describe('an act is in the history with the person', () => {
  test('pause of a connection, with its reason and end; then resume', async () => {
    const form = await formAt(asked('pause'));
    const { status, text } = await sent({ ...form, reason: "it's down", until: '4h' });
    expect(status).toBe(200);
    expect(text).toContain('trueup pause acme --until 4h --reason');
    const [pause] = await world.deps.ledger.pauses(connection);
    expect(pause).toMatchObject({ by: 'kim@laptop', reason: "it's down" });
    expect(Date.parse(pause?.until ?? '') - Date.parse(pause?.at ?? '')).toBe(4 * 3_600_000);
    expect(await browser.page('/')).toContain('it&#39;s down');
    expect((await sent(await formAt(asked('resume')))).status).toBe(200);
    expect(await world.deps.ledger.pauses(connection)).toEqual([]);
    expect(await acts()).toMatchObject([
      { kind: 'resume', by: 'kim@laptop' },
      { kind: 'pause', by: 'kim@laptop' },
    ]);
  });

  test('pause of one server, until it is resumed', async () => {
    expect((await sent(await formAt(asked('pause', `&id=${a}`)))).status).toBe(200);
    expect(await world.deps.ledger.pauses(connection)).toMatchObject([{ id: a, by: 'kim@laptop' }]);
    expect(await browser.page(`/servers?outcome=paused`)).toContain('acme/first');
  });

  test('reconcile asks the functions', async () => {
    expect((await sent(await formAt(asked('reconcile')))).status).toBe(200);
    expect(world.sqs.queue(world.queueUrl).messages).toHaveLength(1);
    expect(await acts()).toMatchObject([{ kind: 'reconcile', by: 'kim@laptop' }]);
  });

  test('approve permits what the guard holds, and the next pass sends it', async () => {
    const digest = await held();
    expect(await browser.page('/plan')).toMatch(new RegExp(`held as\\s+${digest.slice(0, 12)}`));
    const { status, text } = await sent(await formAt(asked('approve', `&digest=${digest}`)));
    expect([status, text]).toEqual([200, expect.stringContaining('Approved 12 changes')]);
    expect(await acts()).toMatchObject([{ kind: 'approve', by: 'kim@laptop', digest }]);
    expect((await world.pass()).counts.updated).toBe(12);
  });

  test('retry of what failed hands the pass to the functions', async () => {
    world.barndoor.misbehave({ method: 'PUT', effect: { kind: 'status', status: 403 } });
    await world.pass();
    const { status, text } = await sent(await formAt(asked('retry', `&id=${a}`)));
    expect([status, text]).toEqual([200, expect.stringContaining('1 server that failed')]);
    expect(await acts()).toMatchObject([{ kind: 'retry', by: 'kim@laptop', server: a }]);
    expect(world.sqs.queue(world.queueUrl).messages).toHaveLength(1);
  });

  test('retry from files makes the pass in this process', async () => {
    const own = consoleOn({ ...world, deps: { ...world.deps, queue: noQueue } });
    const person = await own.open();
    const page = await person.page(asked('retry', `&id=${a}`));
    const answer = await person.post(formIn(page));
    expect(await answer.text()).toContain('runs in this process');
    await Promise.all(own.behind);
    expect(world.barndoor.find(a).name).toBe('A');
    const [change] = await world.deps.ledger.history(connection);
    expect(change).toMatchObject({ kind: 'change', by: 'kim@laptop', command: 'retry' });
  });
});

describe('a form that is sent twice', () => {
  test('acts once, and both are answered alike', async () => {
    const form = { ...(await formAt(asked('pause'))), reason: 'once' };
    const [first, second] = await Promise.all([sent(form), sent(form)]);
    expect(second).toEqual(first);
    expect(await sent(form)).toEqual(first);
    expect(await acts()).toHaveLength(1);
  });

  test('is the same form also after a resume: it pauses nothing again', async () => {
    const form = await formAt(asked('pause'));
    await sent(form);
    await sent(await formAt(asked('resume')));
    await sent(form);
    expect(await world.deps.ledger.pauses(connection)).toEqual([]);
  });

  test('acts the second time where the first found a store that failed', async () => {
    let isDown = true;
    const { ledger } = world.deps;
    const failing = {
      ...ledger,
      pause: async (...arguments_: Parameters<typeof ledger.pause>) => {
        if (isDown) throw new StoreError('store-unavailable', 'PutItem: no answer');
        await ledger.pause(...arguments_);
      },
    };
    const own = await consoleOn({ ...world, deps: { ...world.deps, ledger: failing } }).open();
    const form = formIn(await own.page(asked('pause')));
    const first = await own.post(form);
    expect([first.status, await first.text()]).toEqual([500, expect.stringContaining('no answer')]);
    isDown = false;
    expect((await own.post(form)).status).toBe(200);
    expect(await acts()).toHaveLength(1);
  });
});

describe('what changed since the page was made', () => {
  test('is refused with the new state, and nothing is done', async () => {
    const stale = await formAt(asked('pause'));
    await world.deps.ledger.pause(connection, {
      at: new Date().toISOString(),
      by: 'lee',
      reason: 'mine',
    });
    const { status, text } = await sent({ ...stale, reason: 'other' });
    expect(status).toBe(409);
    expect(text).toContain('Nothing was done');
    expect(text).toContain('by lee (mine)');
    expect(await acts()).toMatchObject([{ kind: 'pause', by: 'lee' }]);
  });

  test('of two people who approve at once one does, and the other is told who did', async () => {
    const digest = await held();
    const other = consoleOn(world, { caller: async () => 'lee@desk' });
    const lee = await other.open();
    const path = asked('approve', `&digest=${digest}`);
    const [mine, theirs] = [await formAt(path), formIn(await lee.page(path))];
    expect((await sent(mine)).status).toBe(200);
    const late = await lee.post(theirs);
    expect([late.status, await late.text()]).toEqual([
      409,
      expect.stringContaining('by kim@laptop'),
    ]);
    expect(await acts()).toHaveLength(1);
  });

  test('of two forms of one console that are sent at once one acts', async () => {
    const digest = await held();
    const path = asked('approve', `&digest=${digest}`);
    const forms = [await formAt(path), await formAt(path)];
    const answers = await Promise.all(forms.map(sent));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
    expect(await acts()).toHaveLength(1);
  });

  test('is a plan that is no longer held', async () => {
    const digest = await held();
    const stale = await formAt(asked('approve', `&digest=${digest}`));
    await world.declare(...ids.map((id) => ({ id, spec: { name: `Other ${id}` } })));
    await world.pass();
    expect((await sent(stale)).status).toBe(409);
    expect(await acts()).toEqual([]);
  });

  test('is a retry while another process reconciles the connection', async () => {
    const form = await formAt(asked('retry'));
    const release = holdPut(world, a);
    const pass = world.pass();
    await until(() => world.barndoor.requests.some(({ method }) => method === 'PUT'));
    const { status, text } = await sent(form);
    release();
    await pass;
    expect([status, text]).toEqual([409, expect.stringContaining('reconciles acme now')]);
    expect(await acts()).toEqual([]);
  });

  test('is a time that the form does not offer', async () => {
    const form = await formAt(asked('pause'));
    expect((await sent({ ...form, until: '100d' })).status).toBe(409);
    expect((await sent({ ...(await formAt(asked('pause'))), until: 'toString' })).status).toBe(409);
    expect(await acts()).toEqual([]);
  });
});
