import { eachLimited } from '../lib/pass/limited.ts';
import { reconcile } from '../lib/pass/reconcile.ts';
import { alternate } from './harness/alternate.ts';
import { floorCalls, floorInSync } from './harness/floor.ts';
import { main } from './harness/main.ts';
import { passInSync } from './harness/pass.ts';
import { callsMeasure, countMeasure, ratioMeasure, type Section } from './harness/section.ts';
import { startBenchWorld } from './world/world.ts';

const count = 100;
const servers = 100;
/** How many a scheduled function works on at the same time by default. */
const atOnce = 10;

async function run(): Promise<Section> {
  const world = await startBenchWorld();
  try {
    const names = Array.from({ length: count }, (_, index) => `many-${index}`);
    // oxlint-disable-next-line no-await-in-loop -- a preparation, one account after the other
    for (const name of names) await world.connect(name, servers);
    const deps = world.wired();
    const calls = floorCalls(world);
    const ours = (list: readonly string[]) =>
      eachLimited(list, atOnce, (name) => passInSync(deps, name));
    const { median, last } = await alternate(
      5,
      {
        ours: async () => void (await ours(names)),
        floor: async () =>
          void (await eachLimited(names, atOnce, (name) => floorInSync(calls, name))),
      },
      { after: world.calls },
    );

    const [silent = '', ...others] = names;
    let ended = 0;
    const passOthers = async () => {
      await eachLimited(others, atOnce - 1, async (name) => {
        await passInSync(deps, name);
        ended += 1;
      });
    };
    const alone = new AbortController();
    const hanging: Promise<unknown>[] = [];
    const withOneDown = await alternate(
      3,
      {
        // The silent one has a place of its own of the ten, and keeps it.
        beside: () => passOthers(),
        without: () => passOthers(),
      },
      {
        before: async (name) => {
          if (name !== 'beside') return;
          await world.vendor.call('hang', { connection: silent, on: true });
          const request = { connection: silent, trigger: 'schedule', stop: alone.signal } as const;
          hanging.push(reconcile(request, deps).catch((error: unknown) => error));
        },
        after: async (name) => {
          const passes = ended;
          ended = 0;
          if (name === 'beside') {
            await world.vendor.call('hang', { connection: silent, on: false });
          }
          return { passes };
        },
      },
    );
    alone.abort();
    await Promise.all(hanging);
    const { beside, without } = withOneDown.median;
    return {
      title: `${count} connections of ${servers} servers, in sync`,
      floor: `The baseline is as for one connection, with ${atOnce} connections at the same time.`,
      measures: [
        callsMeasure('calls', last.ours, last.floor),
        ratioMeasure('wall time', median.ours.wallMs / median.floor.wallMs, 1.25),
        countMeasure(
          'passes of the others while one gateway does not answer',
          withOneDown.last.beside['passes'] ?? 0,
          count - 1,
        ),
        ratioMeasure(
          'wall time of the others, against a run without it',
          beside.wallMs / without.wallMs,
          1.1,
        ),
      ],
    };
  } finally {
    await world.close();
  }
}

await main(run);
