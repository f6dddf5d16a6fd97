import * as z from 'zod/mini';
import type { JsonObject } from '../../model/json/json.types.ts';
import { documentSchema } from '../../desired/rules/schema.ts';
import { offlineProviders } from '../targets/files/providers.ts';

/**
 * The JSON Schema of declarations, for editors: one connection, or a list of them. The schema of `spec` depends on the
 * provider, which the zod schema of the document does not express.
 */
export function declarationSchema(): JsonObject {
  const specs = Object.fromEntries(
    [...offlineProviders()].map(([name, { table }]) => [`spec of ${name}`, table.spec] as const),
  );
  // One schema for all, so that shared definitions are in one place.
  const made = z.toJSONSchema(z.object({ ...specs, connection: documentSchema }), { io: 'input' });
  const { connection, ...others } = (made.properties ?? {}) as Record<string, JsonObject>;
  const allOf = Object.entries(others).map(([name, spec]) => ({
    if: {
      properties: { provider: { const: name.slice('spec of '.length) } },
      required: ['provider'],
    },
    // oxlint-disable-next-line no-thenable -- a keyword of JSON Schema
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
