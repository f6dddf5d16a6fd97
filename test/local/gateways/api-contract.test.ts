import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { OpenAPIBackend } from 'openapi-backend';
import { parse } from 'yaml';
import { apiContract } from '../../../lib/local/gateways/api-contract.ts';

const server = {
  id: 'a',
  name: 'A',
  slug: 'a',
  connection_status: 'connected',
  provider: null,
  url: 'https://a.example.com/mcp',
};
const put = (body: unknown) => ({
  method: 'PUT',
  path: '/api/servers/a',
  query: {},
  headers: { 'content-type': 'application/json' },
  body,
});

describe('the contract of Barndoor', () => {
  test.each([
    [{ name: 5 }, ['body', 'name']],
    [{ slug: 'No Slug' }, ['body', 'slug']],
    [{ meta: [] }, ['body', 'meta']],
  ])('refuses the body %j', (body, path) => {
    const contract = apiContract('barndoor.openapi.yaml');
    expect(contract.request('put', put(body))[0]).toMatchObject({ path });
    expect(contract.request('put', put({ name: 'A', extra: 1, meta: null }))).toEqual([]);
  });

  test.each([
    { ...server, client_secret: 'never' },
    { ...server, connection_status: 'odd' },
    { ...server, url: 'no url' },
    { ...server, name: undefined },
    'text',
  ])('notices the answer %j', (answer) => {
    const contract = apiContract('barndoor.openapi.yaml');
    expect(contract.answer('get', 200, answer)).not.toEqual([]);
    expect(contract.answer('get', 200, server)).toEqual([]);
    expect(contract.answer('get', 404, { neither: 'form' })).not.toEqual([]);
  });
});

test("the contract of Alloy is the vendor's document", () => {
  const contract = apiContract('alloy.openapi.yaml');
  const mode = { restrictions: { connectors: { mode: 'both' } } };
  expect(contract.request('update-server', put(mode))[0]).toMatchObject({
    path: ['body', 'restrictions', 'connectors', 'mode'],
  });
  expect(contract.answer('update-server', 200, { createdAt: 'once' })).not.toEqual([]);
  expect(contract.answer('update-server', 200, { createdAt: '2026-01-01T00:00:00Z' })).toEqual([]);
});

test.each(['barndoor', 'alloy'])('the document of %s is valid OpenAPI', async (vendor) => {
  const file = new URL(
    `../../../lib/local/gateways/openapi/${vendor}.openapi.yaml`,
    import.meta.url,
  );
  const definition = parse(readFileSync(file, 'utf8'));
  const api = new OpenAPIBackend({ definition, strict: true, validate: false });
  await expect(api.init()).resolves.toBeDefined();
});
