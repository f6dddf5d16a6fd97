import type { MisbehaviourRule } from '../../../lib/local/gateways/misbehaviour.ts';
import type { RecordedRequest } from '../../../lib/local/gateways/vendor.ts';
import { alloyConnection, connection, type TestWorld } from '../../support/world.ts';

/** A connection at one of the gateways, in terms that both have. */
export interface AtGateway {
  readonly connection: string;
  readonly requests: readonly RecordedRequest[];
  readonly misbehave: (...rules: readonly MisbehaviourRule[]) => () => void;
  readonly declareConnection: () => Promise<void>;
  readonly declare: (id: string, spec: Record<string, unknown>) => Promise<void>;
  readonly add: (id: string, name: string) => void;
  readonly rename: (id: string, name: string) => void;
  /** What the gateway has of a server, shown or not. */
  readonly stored: (id: string) => Readonly<Record<string, unknown>>;
  /** A field that no answer shows. */
  readonly unreadable: string;
  /** One that answers may show masked, or not at all, and how. */
  readonly masked: { readonly field: string; readonly value?: unknown };
}

export type GatewayName = 'Barndoor' | 'Alloy';
export const gatewayNames = ['Barndoor', 'Alloy'] as const;

export function atGateway(world: TestWorld, name: GatewayName): AtGateway {
  const { barndoor, alloy } = world;
  if (name === 'Barndoor') {
    return {
      connection,
      requests: barndoor.requests,
      misbehave: barndoor.misbehave,
      declareConnection: () => world.declareConnection(),
      declare: (id, spec) => world.declare({ id, spec }),
      add: (id, text) => void barndoor.add({ id, name: text, slug: id }),
      rename: (id, text) => void barndoor.edit(id, { name: text }),
      stored: (id) => ({ ...barndoor.find(id) }),
      unreadable: 'client_id',
      masked: { field: 'client_id' },
    };
  }
  return {
    connection: alloyConnection,
    requests: alloy.requests,
    misbehave: alloy.misbehave,
    declareConnection: () => world.declareAlloyConnection(),
    declare: (id, spec) => world.declareAtAlloy({ id, spec }),
    add: (id, text) => void alloy.add({ serverId: id, name: text }),
    rename: (id, text) => void alloy.edit(id, { name: text }),
    stored: (id) => ({ ...alloy.find(id) }),
    unreadable: 'instructions',
    masked: { field: 'description', value: 0 },
  };
}
