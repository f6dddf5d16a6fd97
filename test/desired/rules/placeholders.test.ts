import { expect, test } from '@jest/globals';
import { placeholderIssues } from '../../../lib/desired/rules/placeholders.ts';

const paths = (value: Parameters<typeof placeholderIssues>[0]) =>
  placeholderIssues(value).map(({ path }) => path);

test.each([
  '${NAME}',
  ' ${NAME}\n',
  '${{ secrets.NAME }}',
  '{{name}}',
  '$(name)',
  '#{name}#',
  '<%= name %>',
  '<client-id>',
  '{{{name}}}',
  '${NAME:-${OTHER}}',
  '\u200b${NAME}',
  '$CLIENT_ID',
  '%CLIENT_ID%',
])('%j is a placeholder', (text) => {
  expect(paths(text)).toEqual(['']);
});

test.each([
  '',
  'a ${b}',
  '{{a}}{{b}}',
  '{}',
  '<',
  '<a> or <b>',
  '$5',
  '$USD',
  '$client_id',
  '100%',
  '%20',
  '%a b%',
  '{{{a}}',
  '{"a":1}',
  '<1>',
  `\${${'x'.repeat(300)}}`,
])('%j is text', (text) => {
  expect(paths(text)).toEqual([]);
});

test('placeholders are found at any place, and not repeated', () => {
  const value = { a: [1, '${hunter2}', null], 'b/c': { d: '{{hunter2}}' }, e: true };
  expect(paths(value)).toEqual(['/a/1', '/b~1c/d']);
  expect(JSON.stringify(placeholderIssues(value))).not.toContain('hunter2');
});
