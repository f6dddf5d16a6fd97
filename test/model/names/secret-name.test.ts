import { describe, expect, test } from '@jest/globals';
import { secretNameProblem } from '../../../lib/model/names/secret-name.ts';

describe('secretNameProblem', () => {
  test.each([
    ['trueup/acme/salesforce'],
    ['trueup/acme/a/b/c'],
    ['trueup/acme/A-z_0+=.@9'],
    ['trueup/acme/..dots..'],
  ])('%s is fine', (name) => {
    expect(secretNameProblem(name, 'acme', 'trueup')).toBeUndefined();
  });

  test.each([
    ['trueup/other/salesforce', "does not begin with 'trueup/acme/'"],
    ['trueup/acme-two/salesforce', "does not begin with 'trueup/acme/'"],
    ['trueup/acme', "does not begin with 'trueup/acme/'"],
    ['Trueup/acme/x', "does not begin with 'trueup/acme/'"],
    ['', "has an empty, '.' or '..' part"],
    ['trueup/acme/', "has an empty, '.' or '..' part"],
    ['/trueup/acme/x', "has an empty, '.' or '..' part"],
    ['trueup/acme//x', "has an empty, '.' or '..' part"],
    ['trueup/acme/../other/x', "has an empty, '.' or '..' part"],
    ['trueup/acme/./x', "has an empty, '.' or '..' part"],
    ['trueup/acme/a b', 'has characters other than A-Z a-z 0-9 / _ + = . @ -'],
    ['trueup/acme/a\n', 'has characters other than A-Z a-z 0-9 / _ + = . @ -'],
    ['trueup/acme/ä', 'has characters other than A-Z a-z 0-9 / _ + = . @ -'],
    ['arn:aws:secretsmanager:eu-west-1:1:secret:trueup/acme/x-AbCdEf', 'is an ARN, not a name'],
    [`trueup/acme/${'x'.repeat(501)}`, 'is longer than 512 characters'],
  ])('%s is not', (name, problem) => {
    expect(secretNameProblem(name, 'acme', 'trueup')).toBe(problem);
  });

  test("a deployment's own prefix, with folders of its own", () => {
    expect(secretNameProblem('ops/trueup/acme/x', 'acme', 'ops/trueup')).toBeUndefined();
    expect(secretNameProblem('trueup/acme/x', 'acme', 'ops/trueup')).toBe(
      "does not begin with 'ops/trueup/acme/'",
    );
  });
});
