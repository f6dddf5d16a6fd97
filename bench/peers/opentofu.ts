import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fleetServer, secretText } from '../world/fleet.ts';
import { build, restapi, tofu } from './build.ts';
import type { Measured } from './measure-process.ts';
import type { Account, Managed, Peer } from './peer.ts';

/** An address that no registry has: the provider is the one that was built. */
const source = 'peers.invalid/mastercard/restapi';

/** As many requests as the budget of Trueup's connection allows at the same time. */
const parallelism = 10;

/** What is declared of a server: the round of its name, and of its secret. */
interface Rounds {
  readonly name: number;
  readonly secret: number;
}

const asImported: Rounds = { name: 0, secret: 0 };

/** OpenTofu with `Mastercard/restapi`, the general provider for REST APIs. Builds both once. */
export function openTofu(): Peer {
  const binaries = { tofu: build(tofu), provider: build(restapi) };
  return {
    id: 'opentofu',
    name: `OpenTofu ${tofu.version} with restapi ${restapi.version}`,
    manage: async (account) => manage(account, binaries),
  };
}

interface Binaries {
  readonly tofu: string;
  readonly provider: string;
}

function manage(account: Account, binaries: Binaries): Managed {
  const rounds = Array.from({ length: account.servers }, () => asImported);
  const redeclare = async (changed: number, round: Partial<Rounds>) => {
    for (let index = 0; index < changed; index += 1) {
      rounds[index] = { ...(rounds[index] ?? asImported), ...round };
    }
    writeConfiguration(account, rounds);
  };
  writeConfiguration(account, rounds);
  writeState(account, binaries.provider);
  return {
    declare: (changed, name) => redeclare(changed, { name }),
    passSecrets: (changed, secret) => redeclare(changed, { secret }),
    command: (kind, expected) => command(account, binaries.tofu, kind, expected),
    // `Plan: 0 to add, 3 to change, 0 to destroy.`; without a change there is no such line.
    updates: (stdout) => Number(/^Plan:.*?(\d+) to change/m.exec(stdout)?.[1] ?? 0),
  };
}

/** What the provider takes as `data`. The gateway does not read back the last three. */
function dataOf({ connection }: Account, index: number, { name, secret }: Rounds): string {
  const { spec } = fleetServer(connection, index, name);
  return JSON.stringify({ ...spec, client_secret: secretText(secret, index) });
}

const nameOf = (index: number) => `server_${index}`;

/** A `restapi_object` for each server. */
function writeConfiguration(account: Account, rounds: readonly Rounds[]): void {
  const configuration = {
    terraform: { required_providers: { restapi: { source } } },
    provider: {
      restapi: {
        uri: account.url,
        headers: { Authorization: 'Bearer any', 'Content-Type': 'application/json' },
        // Otherwise each PUT is followed by a GET.
        write_returns_object: true,
      },
    },
    resource: {
      restapi_object: Object.fromEntries(
        rounds.map((round, index) => [
          nameOf(index),
          {
            path: '/api/servers',
            object_id: fleetServer(account.connection, index).id,
            data: dataOf(account, index, round),
          },
        ]),
      ),
    },
  };
  writeFileSync(resolve(account.folder, 'main.tf.json'), JSON.stringify(configuration));
}

/** The state that an import of all servers would have left, and the configuration that names the built provider. */
function writeState(account: Account, provider: string): void {
  const { folder, servers, connection } = account;
  const state = {
    version: 4,
    terraform_version: tofu.version.slice(1),
    serial: 1,
    lineage: '00000000-0000-4000-8000-000000000000',
    outputs: {},
    resources: Array.from({ length: servers }, (_, index) => {
      const { id } = fleetServer(connection, index);
      const data = dataOf(account, index, asImported);
      return {
        mode: 'managed',
        type: 'restapi_object',
        name: nameOf(index),
        provider: `provider["${source}"]`,
        instances: [
          { schema_version: 0, attributes: { id, object_id: id, path: '/api/servers', data } },
        ],
      };
    }),
  };
  writeFileSync(resolve(folder, 'terraform.tfstate'), JSON.stringify(state));
  writeFileSync(
    resolve(folder, 'cli.tfrc'),
    `provider_installation {\n  dev_overrides {\n    "${source}" = ${JSON.stringify(provider)}\n  }\n  direct {}\n}\n`,
  );
}

function command(
  { folder }: Account,
  binaries: string,
  kind: 'plan' | 'apply',
  expected: 'in sync' | 'changes',
): Measured {
  const own = kind === 'plan' ? ['-detailed-exitcode'] : ['-auto-approve'];
  const shared = ['-input=false', '-no-color', `-parallelism=${parallelism}`];
  return {
    command: [resolve(binaries, 'tofu'), kind, ...own, ...shared],
    cwd: folder,
    env: {
      TF_CLI_CONFIG_FILE: resolve(folder, 'cli.tfrc'),
      TF_IN_AUTOMATION: '1',
      CHECKPOINT_DISABLE: '1',
      TF_LOG: '',
    },
    exitCode: kind === 'plan' && expected === 'changes' ? 2 : 0,
  };
}
