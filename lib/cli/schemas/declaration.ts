import * as z from 'zod/mini';
import type { JsonObject } from '../../model/json/json.types.ts';
import { documentSchema } from '../../desired/rules/schema.ts';
import { offlineProviders } from '../targets/files/providers.ts';

/**
 * The JSON Schema of declarations, for editors: one connection, or a list of them. What `spec` may hold depends on the
 * provider, which no zod schema of the document says.
 */
export function declarationSchema(): JsonObject {
  const specs = Object.fromEntries(
    [...offlineProviders()].map(([name, { table }]) => [`spec of ${name}`, table.spec] as const),
  );
  // All in one, so that what they refer to is in one place.
  const made = z.toJSONSchema(z.object({ ...specs, connection: documentSchema }), { io: 'input' });
  const { connection, ...others } = (made.properties ?? {}) as Record<string, JsonObject>;
  const allOf = Object.entries(others).map(([name, spec]) => ({
    if: {
      properties: { provider: { const: name.slice('spec of '.length) } },
      required: ['provider'],
    },
    // oxlint-disable-next-line no-thenable -- JSON Schema's word
    then: { properties: { servers: { items: { properties: { spec } } } } },
  }));
  const one = { $ref: '#/$defs/connection' };
  return {
    $schema: made.$schema ?? '',
    title: 'Trueup: a connection and its servers, or a list of connections',
    anyOf: [one, { type: 'array', items: one }],
    $defs: { ...(made.$defs as JsonObject), connection: { ...connection, allOf } },
  };
}
