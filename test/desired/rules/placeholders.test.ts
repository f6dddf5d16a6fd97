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
