import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { failureReasons } from '../../lib/model/errors/failure-reason.ts';
import { outcomes } from '../../lib/model/outcome.ts';
import { approve } from '../../lib/pass/approve.ts';
import { reconcile } from '../../lib/pass/reconcile.ts';
import { wire } from '../../lib/wiring.ts';
import { eventSource } from '../../lib/work/event-bus.ts';
import { asWorkMessage } from '../../lib/work/message.ts';
import { connection, serverIds, startWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/** The examples of a page, by what stands behind `json` at their fence. */
function examples(page: string): Readonly<Record<string, unknown>> {
  const found = readFileSync(page, 'utf8').matchAll(/^```json (.+)\n([^]*?)^```$/gm);
  return Object.fromEntries(
    [...found].map(([, name = '', json = '']) => [name, JSON.parse(json) as unknown]),
  );
}

/** `fields[].before.kind` and the like; what stands under a shown `value` is anybody's. */
function paths(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((member) => paths(member, `${path}[]`));
  if (typeof value !== 'object' || value === null || path.endsWith('.value')) return [path];
  return Object.entries(value).flatMap(([key, member]) => paths(member, `${path}.${key}`));
}

const documented = examples('docs/events.md');
/** Members that an event may lack. */
const optional =
  /\.(label|omitted|undeclared|throttled|(differs|failing)Since|reason|held|pointer|value|secret|version)$|^\.(reason|failures|details)\b/;
const [a = ''] = serverIds(1);

let world: TestWorld;

beforeEach(async () => {
  world = await startWorld();
  await world.declareConnection();
});

afterEach(async () => {
  await world.close();
});

/** A pass whose events go to the bus. */
async function pass(): Promise<void> {
  const { settings, log, endpoints, clock } = world;
  await reconcile({ connection, trigger: 'schedule' }, wire(settings, log, { endpoints, clock }));
}

function sent(type: string) {
  const found = world.eventBridge.events.find((event) => event['detail-type'] === type);
  if (!found) throw new Error(`no ${type} was sent`);
  expect(found).toMatchObject({ source: eventSource, bus: 'trueup' });
  return found.detail;
}

function expectAsDocumented(type: string): void {
  const example = paths(documented[type]);
  const detail = paths(sent(type));
  expect(detail.filter((path) => !example.includes(path))).toEqual([]);
  const always = example.filter((path) => path === '.version' || !optional.test(path));
  expect(always.filter((path) => !detail.includes(path))).toEqual([]);
  expect(sent(type)['version']).toBe((documented[type] as { version: unknown }).version);
}

describe('events are as docs/events.md says', () => {
  test('Server Updated and Pass Completed', async () => {
    const secret = `trueup/${connection}/a`;
    await world.secrets.write(secret, JSON.stringify({ client_secret: 'hush' }));
    world.barndoor.add({ id: a, name: 'Old', slug: 'a' });
    const client = { client_secret: { secret, key: 'client_secret' } };
    await world.declare({ id: a, label: 'one', spec: { name: 'New', ...client } });
    await pass();
    expectAsDocumented('Server Updated');
    expectAsDocumented('Pass Completed');
    const { counts } = documented['Pass Completed'] as { counts: object };
    expect(Object.keys(counts)).toEqual([...outcomes]);
    const reasons = readFileSync('docs/events.md', 'utf8').split('The reasons that')[1];
    for (const reason of failureReasons) expect(reasons).toContain(`\`${reason}\``);
    expect(JSON.stringify(world.eventBridge.events)).not.toContain('hush');
  });

  test('Drift Detected', async () => {
    world.barndoor.add({ id: a, name: 'As declared', slug: 'a' });
    await world.declare({ id: a, spec: { name: 'As declared' }, policy: { mode: 'report' } });
    await pass();
    world.barndoor.edit(a, { name: 'Somebody’s own' });
    await pass();
    expectAsDocumented('Drift Detected');
  });

  test('Update Failed', async () => {
    world.barndoor.add({ id: a, name: 'Old', slug: 'a' });
    world.barndoor.misbehave({ method: 'PUT', effect: { kind: 'status', status: 400 } });
    await world.declare({ id: a, label: 'one', spec: { name: 'New' } });
    await pass();
    expectAsDocumented('Update Failed');
  });

  test('Plan Held', async () => {
    const ids = serverIds(10);
    for (const id of ids) world.barndoor.add({ id, name: `Old ${id}`, slug: `s-${id}` });
    await world.declare(...ids.map((id) => ({ id, spec: { name: `New ${id}` } })));
    await pass();
    expectAsDocumented('Plan Held');
  });

  test('Server Created, Server Unsure and Server Deleted', async () => {
    const policy = { mode: 'correct', manage: ['update', 'create', 'delete'] };
    await world.declareConnection({ policy });
    const mcp = { mcp_server_directory_id: '00000000-0000-4000-8000-000000000001' };
    const declare = (label: string, more: object = {}) =>
      world.desired.put(connection, `new#${label}`, { spec: { name: label, ...mcp }, ...more });
    await declare('one');
    await pass();
    expectAsDocumented('Server Created');
    world.barndoor.misbehave({ operation: 'create', times: 1, effect: { kind: 'cut' } });
    await declare('two');
    await pass();
    expectAsDocumented('Server Unsure');
    await declare('one', { state: 'absent' });
    await pass();
    const { digest } = sent('Plan Held') as { digest: string };
    await approve(connection, digest, world.deps, 'kim');
    await pass();
    expectAsDocumented('Server Deleted');
  });

  test('and there are no others', () => {
    const { rule: _rule, ...types } = documented;
    expect(Object.keys(types).toSorted()).toEqual([
      'Drift Detected',
      'Pass Completed',
      'Plan Held',
      'Server Created',
      'Server Deleted',
      'Server Unsure',
      'Server Updated',
      'Update Failed',
    ]);
  });
});

test('the message of docs/messages.md is one', () => {
  const { message } = examples('docs/messages.md');
  expect(asWorkMessage(message)).toEqual(message);
});
