import { main } from './harness/main.ts';
import { pass, passInSync } from './harness/pass.ts';
import { callsText, countMeasure, type Section } from './harness/section.ts';
import { startBenchWorld } from './world/world.ts';

const servers = 100;
const connection = 'rotation';

async function run(): Promise<Section> {
  const world = await startBenchWorld({ latencyMs: 0 });
  try {
    await world.connect(connection, servers);
    const deps = world.wired();
    await passInSync(deps, connection);
    await world.rotate(connection, servers, 1);
    const { counts } = await pass(deps, connection);
    if (counts.updated !== servers) throw new Error(JSON.stringify(counts));
    const calls = await world.calls();
    const of = (name: string) => calls[name] ?? 0;
    return {
      title: `${servers} secrets rotated`,
      floor:
        'The least that this work takes: version ids from a list, values in batches of 20, and one PUT for each server. In the ledger: an intent before each PUT, because what it sends cannot be read back, then the result and a line of history, and a report of the pass.',
      measures: [
        countMeasure('ListSecrets', of('ListSecrets'), Math.ceil((servers + 1) / 100)),
        countMeasure('BatchGetSecretValue', of('BatchGetSecretValue'), servers / 20),
        countMeasure(
          'other calls of Secrets Manager',
          of('GetSecretValue') + of('DescribeSecret'),
          0,
        ),
        countMeasure('PUTs', of('put'), servers),
        countMeasure('GETs', of('get'), 0),
        countMeasure('list calls', of('list'), Math.ceil(servers / 100)),
        countMeasure('items put into the ledger, the lease twice', of('PutItem'), 3 * servers + 4),
        countMeasure('Query', of('Query'), 2),
        { what: 'calls', value: callsText(calls) },
      ],
    };
  } finally {
    await world.close();
  }
}

await main(run);
