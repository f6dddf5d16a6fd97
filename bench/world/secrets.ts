/** A process with Secrets Manager's API. */
import { startSecretsManager } from '../../lib/local/aws/secrets-manager/secrets-manager.ts';
import { serve } from './protocol.ts';

const secrets = await startSecretsManager();

const handlers = {
  endpoint: () => secrets.endpoint,
  /** Calls since the last time. */
  calls: () => {
    const calls = { ...secrets.calls };
    for (const operation of Object.keys(secrets.calls)) delete secrets.calls[operation];
    return calls;
  },
};

export type SecretsHandlers = typeof handlers;

serve(handlers);
