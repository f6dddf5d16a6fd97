import * as z from 'zod/mini';

/**
 * Adds a description for JSON Schemas to the schema itself; only for a schema that is used in one
 * place.
 */
export function described<Schema extends z.ZodMiniType>(schema: Schema, what: string): Schema {
  // `z.describe` would add a check that runs on each parse.
  z.globalRegistry.add(schema, { description: what });
  return schema;
}

/** A copy of a shared schema (or of a recursive one, such as `z.json()`) with a description of its own. */
export function redescribed<Schema extends z.ZodMiniType>(schema: Schema, what: string): Schema {
  return described(z.clone(schema), what);
}
