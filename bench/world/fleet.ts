import type { JsonObject } from '../../lib/model/json/json.types.ts';
import type { BarndoorServerInit } from '../../lib/local/gateways/barndoor/simulator.ts';

/** The servers that benchmarks declare: four fields that can be compared or not, and a secret of each server's own. */
export interface FleetServer {
  readonly id: string;
  readonly label: string;
  readonly spec: JsonObject;
}

export const secretName = (connection: string, index: number) =>
  `trueup/${connection}/${String(index).padStart(6, '0')}`;

export const tokenName = (connection: string) => `trueup/${connection}/token`;

export const secretText = (round: number, index: number) => `secret ${round} of ${index}`;

export const secretValue = (round: number, index: number) =>
  JSON.stringify({ client_secret: secretText(round, index) });

export function fleetId(index: number): string {
  return `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

/** The server as declared. `round` 0 is what the vendor has; another one changes its name. */
export function fleetServer(connection: string, index: number, round = 0): FleetServer {
  const number = String(index).padStart(6, '0');
  return {
    id: fleetId(index),
    label: `server-${number}`,
    spec: {
      name: round === 0 ? `Server ${number}` : `Server ${number} of round ${round}`,
      slug: `server-${number}`,
      client_id: `client-of-server-${number}`,
      client_secret: { secret: secretName(connection, index), key: 'client_secret' },
      meta: { team: `team-${index % 20}`, environment: 'production' },
    },
  };
}

/** The same server as the vendor stores it. */
export function vendorServer(connection: string, index: number): BarndoorServerInit {
  const { id, spec } = fleetServer(connection, index);
  const { name, slug, client_id: clientId, meta } = spec as Record<string, string>;
  return {
    id,
    name: name ?? '',
    slug: slug ?? '',
    client_id: clientId ?? '',
    meta: meta as unknown as JsonObject,
  };
}
