import * as z from 'zod/mini';

/**
 * The schema with a description for JSON Schemas. A copy, since the schema may stand in other places too; not by
 * `z.describe`, which is a check that each parse would run.
 */
export function described<Schema extends z.ZodMiniType>(schema: Schema, what: string): Schema {
  const copy = z.clone(schema);
  z.globalRegistry.add(copy, { description: what });
  return copy;
}
