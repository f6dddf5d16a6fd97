import type * as z from 'zod/mini';

/** Bytes of JSON in one item of history: well below DynamoDB's 400 KB. */
export const jsonMaximum = 200_000;

export const jsonBytes = (json: string) => Buffer.byteLength(json);

/** What was stored as JSON text, less members that are not known; undefined if it is not of the schema. */
export function parsed(schema: z.ZodMiniType, text: unknown): unknown {
  try {
    return typeof text === 'string' ? schema.safeParse(JSON.parse(text)).data : undefined;
  } catch {
    return undefined;
  }
}
