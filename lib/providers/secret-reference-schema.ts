import * as z from 'zod';

/** A secret by name, and the key if its value is a JSON object; never a value. */
export const secretReferenceSchema = z.strictObject({
  secret: z.string().min(1).describe('Name in the secret store'),
  key: z.string().min(1).optional().describe('Key, if the value is a JSON object'),
});
