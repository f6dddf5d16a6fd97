import { expect, test } from '@jest/globals';
import { deadlineOf } from '../../../../functions/runtime/run-pass.ts';
import { functionMs, listBudgetIssue } from '../../../../lib/cli/commands/push/list-budget.ts';
import { functionTimeout } from '../../../../lib/infra/settings.ts';

const paged = { requestsPerMinute: 20, serversOnPage: 100 };

test('a function has the time that the check takes it to have', () => {
  expect(functionMs).toBe(deadlineOf(0, functionTimeout.toMilliseconds()));
});

test.each([
  [3300, undefined],
  [3400, 21],
  [5000, 24],
  [10_000, 36],
])('at 20 requests a minute %i servers need %s', (servers, smallest) => {
  const issue = listBudgetIssue(paged, servers);
  if (smallest === undefined) expect(issue).toBeUndefined();
  else expect(issue).toContain(`must be at least ${smallest}`);
});

test('what the connection says comes before the provider’s default', () => {
  expect(listBudgetIssue(paged, 10_000, 300)).toBeUndefined();
  expect(listBudgetIssue({ ...paged, requestsPerMinute: 300 }, 10_000, 20)).toBeDefined();
});

test('a list that is whole in one answer fits every budget', () => {
  expect(listBudgetIssue({ requestsPerMinute: 20 }, 100_000)).toBeUndefined();
});

test('a PUT that may take longer leaves less time for the list', () => {
  expect(listBudgetIssue({ ...paged, putPatience: 3 }, 3300)).toBeDefined();
});
