import * as z from 'zod/mini';

/** The schema itself, with a description for JSON Schemas; for one that is in no other place. */
export function described<Schema extends z.ZodMiniType>(schema: Schema, what: string): Schema {
  // Not by `z.describe`, which is a check that each parse would run.
  z.globalRegistry.add(schema, { description: what });
  return schema;
}

/** A copy with another description, of a schema that is in other places too; as `z.json()` does, in itself. */
export function redescribed<Schema extends z.ZodMiniType>(schema: Schema, what: string): Schema {
  return described(z.clone(schema), what);
}
