import { describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';
import { isJsonObject } from '../../../lib/model/json/json.ts';
import type { Json } from '../../../lib/model/json/json.types.ts';
import { connectionNameSchema } from '../../../lib/model/names/connection-name.ts';
import {
  budgetSchema,
  connectionRowSchema,
  documentSchema,
  labelSchema,
  serverIdSchema,
  serverRowSchema,
} from '../../../lib/desired/rules/schema.ts';

const fits = (schema: z.ZodMiniType, value: unknown) => schema.safeParse(value).success;

describe('the schemas', () => {
  test.each<[z.ZodMiniType, string, boolean]>([
    [connectionNameSchema, 'acme-barndoor', true],
    [connectionNameSchema, '0', true],
    [connectionNameSchema, 'a'.repeat(63), true],
    [connectionNameSchema, 'a'.repeat(64), false],
    [connectionNameSchema, '-a', false],
    [connectionNameSchema, 'Acme', false],
    [connectionNameSchema, 'a\n', false],
    [connectionNameSchema, '', false],
    [serverIdSchema, '123e4567-e89b-12d3-a456-426614174000', true],
    [serverIdSchema, 'a:b', true],
    [serverIdSchema, 'a b', false],
    [serverIdSchema, 'a\u00a0', false],
    [serverIdSchema, '\u200ba', false],
    [serverIdSchema, '...', true],
    [serverIdSchema, '\u{1f511}'.repeat(128), true],
    [serverIdSchema, 'x'.repeat(129), false],
    [serverIdSchema, '', false],
    [serverIdSchema, 'a/b', false],
    [serverIdSchema, 'a#b', false],
    [serverIdSchema, '.', false],
    [serverIdSchema, '..', false],
    [serverIdSchema, 'a\u0000', false],
    [serverIdSchema, 'a\u202e', false],
    [serverIdSchema, '\ud83d', false],
    [labelSchema, 'Salesforce (prod) ü', true],
    [labelSchema, ' a', false],
    [labelSchema, 'a ', false],
    [labelSchema, '', false],
    [labelSchema, 'a\u001b[31m', false],
    [labelSchema, 'x'.repeat(129), false],
  ])('%# %j', (schema, text, right) => {
    expect(fits(schema, text)).toBe(right);
  });

  test.each([
    [{}, true],
    [{ requestsPerMinute: 20, concurrency: 1 }, true],
    [{ requestsPerMinute: 19 }, false],
    [{ requestsPerMinute: 20.5 }, false],
    [{ concurrency: 0 }, false],
    [{ concurrency: 21 }, false],
  ])('budget %j', (budget, right) => {
    expect(fits(budgetSchema, budget)).toBe(right);
  });

  test.each([
    ['a connection', connectionRowSchema],
    ['a server', serverRowSchema],
    ['a document', documentSchema],
  ])('%s has a JSON Schema that describes every key', (_, schema) => {
    const bare: string[] = [];
    const look = (node: Json, path: string): void => {
      if (Array.isArray(node)) node.forEach((one: Json, at) => look(one, `${path}/${at}`));
      if (!isJsonObject(node)) return;
      for (const [key, member] of Object.entries(node)) {
        if (key === 'properties' && isJsonObject(member)) {
          for (const [name, property] of Object.entries(member)) {
            if (!isJsonObject(property) || typeof property['description'] !== 'string') {
              bare.push(`${path}/${name}`);
            }
          }
        }
        look(member, `${path}/${key}`);
      }
    };
    look(z.toJSONSchema(schema) as Json, '');
    expect(bare).toEqual([]);
  });
});
