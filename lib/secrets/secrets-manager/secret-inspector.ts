import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { secretNameProblem } from '../../model/names/secret-name.ts';
import type { SecretFinding, SecretInspector } from '../secret-source.ts';
import { nameOf, secretStoreError } from '../../table/store-errors.ts';

/** DescribeSecret calls at a time. */
const atOnce = 10;

/** `SecretInspector` on AWS Secrets Manager. */
export function secretInspector(options: {
  readonly client: SecretsManagerClient;
  /** First part of all names; defaults to `trueup`. */
  readonly prefix?: string;
}): SecretInspector {
  const { client, prefix = 'trueup' } = options;

  async function look(connection: string, name: string): Promise<SecretFinding | undefined> {
    const breach = secretNameProblem(name, connection, prefix);
    if (breach !== undefined) {
      const fix = `name it ${prefix}/${connection}/..., without an ARN`;
      return { problem: `the name ${breach}`, fix, isMisnamed: true };
    }
    try {
      const { DeletedDate: deleted, VersionIdsToStages: stages = {} } = await client.send(
        new DescribeSecretCommand({ SecretId: name }),
      );
      if (deleted) {
        const fix = `aws secretsmanager restore-secret --secret-id ${name}`;
        return { problem: 'is marked for deletion', fix };
      }
      if (Object.values(stages).some((labels) => labels.includes('AWSCURRENT'))) return undefined;
      const fix = `aws secretsmanager put-secret-value --secret-id ${name} --secret-string file://FILE`;
      return { problem: 'has no current value', fix };
    } catch (error) {
      return findingOf(error, connection, name);
    }
  }

  function findingOf(error: unknown, connection: string, name: string): SecretFinding {
    switch (nameOf(error)) {
      case 'ResourceNotFoundException':
        return {
          problem: 'does not exist in this account and region',
          fix: `set --region if it is in another one, or: aws secretsmanager create-secret --name ${name} --secret-string file://FILE`,
        };
      case 'AccessDeniedException':
        return {
          problem: 'cannot be described with these credentials',
          fix: 'attach the policy of the stack output TrueupOperatorPolicyArn, which allows this prefix',
        };
      default: {
        const call = 'SecretsManager DescribeSecret';
        throw secretStoreError(error, { call, store: `${prefix}/${connection}/`, connection });
      }
    }
  }

  return {
    inspect: async (connection, requests) => {
      const findings = new Map<string, SecretFinding>();
      const all = [...new Set(requests.map(({ secret }) => secret))];
      for (let from = 0; from < all.length; from += atOnce) {
        const part = all.slice(from, from + atOnce);
        // oxlint-disable-next-line no-await-in-loop
        const found = await Promise.all(part.map((name) => look(connection, name)));
        for (const [at, finding] of found.entries()) {
          if (finding) findings.set(part[at] as string, finding);
        }
      }
      return findings;
    },
  };
}
