import { drained, serverId, token, type Scene } from '../scene.ts';
import { check, eventually } from '../steps.ts';

const fleet = 'fleet';
export const fleetSize = 30;
const shared = `trueup/${fleet}/shared`;
const ids = Array.from({ length: fleetSize }, (_, n) => serverId(n));
/** DynamoDB takes so many rows in one call. */
const rowsAtOnce = 25;
/** The schedule is hours away: what is sent so soon is sent by the event. */
const seconds = 20;

/** More servers than one message names share a secret, and it is rotated. */
export async function rotation(scene: Scene): Promise<void> {
  const { step } = scene.steps;
  await step(`${fleetSize} rows that share one secret: it is sent to all`, () => declares(scene));
  await step(`a rotated secret is pushed to ${fleetSize} servers by its event`, () =>
    rotates(scene),
  );
}

async function declares({ aws, fleetVendor, output }: Scene): Promise<void> {
  await aws.createSecret(`trueup/${fleet}/token`, token);
  await aws.createSecret(shared, 'first-secret');
  const auth = { type: 'bearer', token: { secret: `trueup/${fleet}/token` } };
  const policy = { mode: 'correct', limits: { updates: '100%', minimum: fleetSize } };
  const own = { item: 'connection', provider: 'barndoor', baseUrl: fleetVendor.url, auth, policy };
  const servers = ids.map((id, n) => ({
    item: `server#${id}`,
    spec: { name: `Server ${n}`, client_secret: { secret: shared } },
  }));
  const rows = [own, ...servers].map((row) => ({ connection: fleet, ...row }));
  await aws.put(output('DesiredTable'), rows.slice(0, rowsAtOnce));
  await aws.put(output('DesiredTable'), rows.slice(rowsAtOnce));
  await eventually('the first secret at all servers', () => haveAll(fleetVendor, 'first-secret'));
}

async function rotates(scene: Scene): Promise<void> {
  const { aws, fleetVendor } = scene;
  await drained(scene);
  const before = puts(fleetVendor);
  await aws.rotate(shared, 'second-secret');
  await eventually(
    'the new secret at all servers',
    () => haveAll(fleetVendor, 'second-secret'),
    seconds,
  );
  await drained(scene);
  const sent = puts(fleetVendor) - before;
  check(sent === fleetSize, `one PUT each, not ${sent}`);
}

const puts = ({ requests }: Scene['fleetVendor']) =>
  requests.filter(({ method }) => method === 'PUT').length;

function haveAll(vendor: Scene['fleetVendor'], secret: string): true | undefined {
  const old = ids.filter((id) => vendor.find(id).client_secret !== secret);
  if (old.length > 0) throw new Error(`${old.length} servers have another`);
  return true;
}
