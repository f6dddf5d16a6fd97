import type { JsonObject } from '../../lib/model/json/json.types.ts';
import { core } from '../../test/support/canaries.ts';
import type { Chance } from './chance.ts';
import { foundCredential } from './generate-contextforge.ts';
import { liveOf, secretsFor, specOf } from './generate-specs.ts';
import { clientSecretOf, refreshOf } from './issuer.ts';
import type { ConnectionInit, ServerInit, VendorName } from './scenario.types.ts';
import { hostOf, tokenHostOf } from './wire.ts';

/** A connection at one of the vendors, its servers near or far from what is declared of them. */
export function connectionOf(
  chance: Chance,
  name: string,
  hosted: VendorName | undefined,
): ConnectionInit {
  const other = chance.is(0.5) ? 'barndoor' : 'alloy';
  const vendor: VendorName = hosted ?? other;
  const count = chance.weighed([
    [6, chance.between(1, 4)],
    [3, chance.between(5, 8)],
    [2, chance.between(10, 13)],
    [0.4, chance.between(18, 24)],
  ]);
  const ids = Array.from({ length: count }, (_, index) => `${vendor[0]}${index + 1}`);
  const shows = { meta: chance.is(0.7), mask: chance.is(0.5) };
  const servers = ids.map((id): ServerInit => {
    const spec = specOf(chance, vendor, name, id);
    const found = liveOf(chance, vendor, spec, id);
    const live = vendor === 'contextforge' ? { ...found, ...foundCredential(chance, id) } : found;
    const policy = serverPolicy(chance, vendor);
    const row = { spec, ...(chance.is(0.5) && { generation: 1 }), ...policy };
    return { id, ...(!chance.is(0.05) && { row }), ...(!chance.is(0.04) && { live }) };
  });
  const auth = authOf(chance, name);
  return {
    name,
    vendor,
    row: {
      provider: vendor,
      baseUrl: `https://${hostOf(name)}`,
      auth: auth.row,
      budget: {
        requestsPerMinute: chance.pick([20, 30, 60, 300]),
        concurrency: chance.between(1, 4),
      },
      policy: connectionPolicy(chance, vendor),
    },
    servers,
    secrets: { ...auth.secrets, ...secretsFor(name, ids) },
    shows,
  };
}

/** What a policy may leave to the vendor; a declaration that spells it out does not fit. */
const ignorable = {
  barndoor: '/meta/costCenter',
  alloy: '/restrictions/users',
  contextforge: '/visibility',
  litellm: '/timeout',
} as const;

function serverPolicy(chance: Chance, vendor: VendorName): JsonObject {
  return chance.weighed<JsonObject>([
    [16, {}],
    [1, { policy: { mode: 'report' } }],
    [1, { policy: { mode: 'off' } }],
    [1, { policy: { ignore: [ignorable[vendor]] } }],
    [1, { policy: { reassertEvery: '30m' } }],
  ]);
}

export function connectionPolicy(chance: Chance, vendor: VendorName): JsonObject {
  return {
    mode: chance.is(0.93) ? 'correct' : 'report',
    ...(chance.is(0.15) && { reassertEvery: '30m' }),
    ...(chance.is(0.1) && { ignore: [ignorable[vendor]] }),
    ...(chance.is(0.3) && { limits: { updates: '40%', minimum: 5 } }),
  };
}

function authOf(
  chance: Chance,
  name: string,
): { row: JsonObject; secrets: Record<string, string> } {
  const secret = `trueup/${name}/auth`;
  const endpoint = { tokenUrl: `https://${tokenHostOf(name)}/token`, client_id: 'trueup' };
  switch (chance.pick(['bearer', 'client-credentials', 'refresh-token'] as const)) {
    case 'bearer':
      return {
        row: { type: 'bearer', token: { secret } },
        secrets: { [secret]: `${core}-bearer-of-${name}` },
      };
    case 'client-credentials':
      return {
        row: { type: 'client-credentials', ...endpoint, client_secret: { secret } },
        secrets: { [secret]: clientSecretOf(name) },
      };
    case 'refresh-token':
      return {
        row: { type: 'refresh-token', ...endpoint, refresh_token: { secret } },
        secrets: { [secret]: JSON.stringify({ refresh_token: refreshOf(name, 0) }) },
      };
  }
}
