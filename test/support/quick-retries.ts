import type { RetryStrategy } from '../../lib/table/dynamodb/client.ts';

type Token = Awaited<ReturnType<RetryStrategy['acquireInitialRetryToken']>>;

const attempts = 4;
const token = (count: number): Token => ({
  getRetryCount: () => count,
  getRetryDelay: () => 0,
});

/** Repeats what the SDK's own strategy repeats, as often, and at once: that one waits for seconds. */
export const quickRetries: RetryStrategy = {
  acquireInitialRetryToken: async () => token(0),
  refreshRetryTokenForRetry: async (last, { errorType }) => {
    const isRetryable = errorType === 'THROTTLING' || errorType === 'TRANSIENT';
    const count = last.getRetryCount() + 1;
    if (!isRetryable || count >= attempts) throw new Error('not repeated');
    return token(count);
  },
  recordSuccess: () => undefined,
};
