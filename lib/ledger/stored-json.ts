import type * as z from 'zod/mini';

/** Maximum bytes of JSON in one item of history; well below DynamoDB's 400 KB. */
export const jsonMaximum = 200_000;

export const jsonBytes = (json: string) => Buffer.byteLength(json);

/** A value that was stored as JSON text, without unknown members; undefined if it does not match the schema. */
export function parsed(schema: z.ZodMiniType, text: unknown): unknown {
  try {
    return typeof text === 'string' ? schema.safeParse(JSON.parse(text)).data : undefined;
  } catch {
    return undefined;
  }
}
