import { afterAll, describe, expect, test } from '@jest/globals';
import { removeApps, resources, statements, template } from './synthesised.ts';

afterAll(removeApps);

const one = template({ secretPrefix: 'team' });
const two = template({ secretPrefix: 'team-b' });
const roles = ['TrueupScheduledRole', 'TrueupStreamRole', 'TrueupQueuedRole'];

/** Whether a pattern of IAM's covers a text. */
const covers = (pattern: string, text: string) => {
  const plain = pattern.replaceAll(/[.+]/g, String.raw`\$&`);
  return new RegExp(`^${plain.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(text);
};

const secretsOf = (sid: string, role: string) => {
  const text = JSON.stringify(statements(one, role)[sid]?.Resource);
  return [...text.matchAll(/:secret:([^"]+)/g)].map(([, name = '']) => name);
};

describe('two stacks in one account', () => {
  test('have no name of their own choosing, so that neither stands in for the other’s', () => {
    const chosen = Object.entries(resources(one)).flatMap(([id, { Type, Properties }]) =>
      ['TableName', 'QueueName', 'FunctionName', 'RoleName', 'Name', 'LogGroupName', 'AlarmName']
        .filter((key) => typeof Properties?.[key] === 'string')
        .map((key) => `${id} ${Type} ${key}`),
    );
    expect(chosen).toEqual([]);
  });

  test.each(roles)('%s reaches no table and no queue but its stack’s', (role) => {
    const stores = Object.values(statements(one, role)).filter(({ Action: actions }) =>
      [actions].flat().some((action) => /^(?:dynamodb|sqs):/.test(action)),
    );
    const named = stores.flatMap(({ Resource: on }) =>
      [on].flat().filter((arn) => arn !== '*' && !/Fn::GetAtt/.test(JSON.stringify(arn))),
    );
    expect(stores.length).toBeGreaterThan(2);
    expect(named).toEqual([]);
  });

  test.each(roles)(
    '%s reads no secret of another prefix, though one begins as the other',
    (role) => {
      const [pattern = ''] = secretsOf('ReadSecrets', role);
      expect(pattern).toBe('team/*');
      expect(covers(pattern, 'team/acme/token-a1B2c3')).toBe(true);
      for (const other of ['team-b/acme/token-a1B2c3', 'trueup/acme/token-a1B2c3']) {
        expect(covers(pattern, other)).toBe(false);
      }
      const kept = JSON.stringify(statements(one, role)['KeepSignIns']?.Resource);
      expect(kept).toContain(':parameter/team/*/sign-in"');
    },
  );

  test('hear of no rotation of the other’s secrets', () => {
    const patterns = [one, two].map((stack) => {
      const rules = Object.values(resources(stack)).filter(
        ({ Type }) => Type === 'AWS::Events::Rule',
      );
      return JSON.stringify(rules.map(({ Properties }) => Properties['EventPattern']));
    });
    expect(patterns[0]).toContain('{"prefix":"team/"}');
    expect(patterns[1]).toContain('{"prefix":"team-b/"}');
    expect(patterns[1]).not.toContain('"team/"');
  });
});
