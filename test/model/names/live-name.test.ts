import { expect, test } from '@jest/globals';
import { liveName } from '../../../lib/model/names/live-name.ts';

test.each([
  [{ id: 'a', fields: { name: 'Jira' } }, 'Jira'],
  [{ id: 'a', fields: { alias: 'jira' }, name: 'jira' }, 'jira'],
  [{ id: 'a', fields: { name: null } }, undefined],
  [{ id: 'a', fields: {} }, undefined],
])('%j is called %s', (server, name) => {
  expect(liveName(server)).toBe(name);
});
