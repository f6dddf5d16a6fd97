import { expect, test } from '@jest/globals';
import { shownCaller } from '../../../lib/model/text/shown-caller.ts';

test.each([
  ['kim@laptop', 'kim@laptop'],
  ['unknown', 'unknown'],
  ['arn:aws:sts::123456789012:assumed-role/Admin/kim', 'assumed-role/Admin/kim'],
  ['arn:aws-cn:iam::123456789012:user/ops/kim', 'user/ops/kim'],
  ['arn:aws:s3:::bucket', 'arn:aws:s3:::bucket'],
  ['arn:aws:iam::123456789012:root', 'root'],
  ['k\u001B[2Ji\u202Em', 'kim'],
  ['x'.repeat(300), `${'x'.repeat(127)}…`],
])('%j is shown as %j', (by, shown) => {
  expect(shownCaller(by)).toBe(shown);
});
