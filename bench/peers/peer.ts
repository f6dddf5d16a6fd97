import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FleetServer } from '../world/fleet.ts';
import { tofu as openTofu } from './build.ts';
import type { Measured } from './measure-process.ts';

/** An address that no registry has: the provider is the one that was built. */
const source = 'peers.invalid/mastercard/restapi';

/** Where OpenTofu works: a folder with its configuration and its state. */
export interface PeerSetup {
  readonly folder: string;
  /** Folders of the binaries. */
  readonly tofu: string;
  readonly provider: string;
  readonly url: string;
  readonly token: string;
}

/** Only fields that the vendor reads back, as JSON: what the provider takes as `data`. */
function dataOf({ spec }: FleetServer): string {
  return JSON.stringify({ name: spec['name'], slug: spec['slug'] });
}

const nameOf = (index: number) => `server_${index}`;

/** Writes the configuration: a `restapi_object` for each server. */
export function declare({ folder, url, token }: PeerSetup, servers: readonly FleetServer[]): void {
  const configuration = {
    terraform: { required_providers: { restapi: { source } } },
    provider: {
      restapi: {
        uri: url,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        // Else each PUT is followed by a GET.
        write_returns_object: true,
      },
    },
    resource: {
      restapi_object: Object.fromEntries(
        servers.map((server, index) => [
          nameOf(index),
          { path: '/api/servers', object_id: server.id, data: dataOf(server) },
        ]),
      ),
    },
  };
  writeFileSync(resolve(folder, 'main.tf.json'), JSON.stringify(configuration));
}

/** Writes the state that an import of all servers would have left, and the configuration that names OpenTofu's provider. */
export function seedState({ folder, provider }: PeerSetup, servers: readonly FleetServer[]): void {
  const state = {
    version: 4,
    terraform_version: openTofu.version.slice(1),
    serial: 1,
    lineage: '00000000-0000-4000-8000-000000000000',
    outputs: {},
    resources: servers.map((server, index) => ({
      mode: 'managed',
      type: 'restapi_object',
      name: nameOf(index),
      provider: `provider["${source}"]`,
      instances: [
        {
          schema_version: 0,
          attributes: {
            id: server.id,
            object_id: server.id,
            path: '/api/servers',
            data: dataOf(server),
          },
        },
      ],
    })),
  };
  writeFileSync(resolve(folder, 'terraform.tfstate'), JSON.stringify(state));
  writeFileSync(
    resolve(folder, 'cli.tfrc'),
    `provider_installation {\n  dev_overrides {\n    "${source}" = ${JSON.stringify(provider)}\n  }\n  direct {}\n}\n`,
  );
}

/** A command of OpenTofu, ten resources at a time: as many as Trueup's. */
export function peerCommand(
  { folder, tofu }: PeerSetup,
  command: 'plan' | 'apply',
  exitCode: number,
): Measured {
  const own = command === 'plan' ? ['-detailed-exitcode'] : ['-auto-approve'];
  return {
    command: [
      resolve(tofu, 'tofu'),
      command,
      ...own,
      '-input=false',
      '-no-color',
      '-parallelism=10',
    ],
    cwd: folder,
    env: {
      TF_CLI_CONFIG_FILE: resolve(folder, 'cli.tfrc'),
      TF_IN_AUTOMATION: '1',
      CHECKPOINT_DISABLE: '1',
      TF_LOG: '',
    },
    exitCode,
  };
}
