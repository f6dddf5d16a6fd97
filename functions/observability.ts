import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { outcomes } from '../lib/core/outcome.ts';
import type { PassReport } from '../lib/core/ledger.types.ts';
import type { Log } from '../lib/reconcile/ports/runtime.ts';

/** Where a function's log lines and metrics go. */
export interface Observability {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Structured logs and embedded metrics, as CloudWatch reads them. */
export function createObservability(): Observability {
  return {
    logger: new Logger({ serviceName: 'trueup' }),
    metrics: new Metrics({ namespace: 'Trueup', serviceName: 'trueup' }),
  };
}

/** The `Log` port on a Powertools logger: what `child` adds is on each line. */
export function logOf(logger: Logger): Log {
  return {
    debug: (message, fields = {}) => logger.debug(message, fields),
    info: (message, fields = {}) => logger.info(message, fields),
    warn: (message, fields = {}) => logger.warn(message, fields),
    error: (message, fields = {}) => logger.error(message, fields),
    child: (fields) => logOf(logger.createChild({ persistentLogAttributes: { ...fields } })),
  };
}

/**
 * Counts a pass. Dimensions are of the whole fleet: a dimension by connection would cost more than all the rest at
 * ten thousand connections; connection is a field of the log lines.
 */
export function measure(metrics: Metrics, report: PassReport): void {
  const count = (name: string, value: number) => metrics.addMetric(name, MetricUnit.Count, value);
  count('Passes', 1);
  count('PassesEndedEarly', report.state === 'ok' ? 0 : 1);
  for (const outcome of outcomes) {
    count(`Servers${outcome.charAt(0).toUpperCase()}${outcome.slice(1)}`, report.counts[outcome]);
  }
  for (const call of ['list', 'get', 'put'] as const) {
    const name = `VendorCalls${call.charAt(0).toUpperCase()}${call.slice(1)}`;
    count(name, report.vendorCalls[call]);
  }
  count('SecretsDecrypted', report.secretsDecrypted);
  count('CredentialsDecrypted', report.credentialsDecrypted);
  metrics.addMetric('PassDuration', MetricUnit.Milliseconds, report.durationMs);
}

/** The same, saying nothing: for a terminal that has its own way of telling. */
export function quietObservability(): Observability {
  return {
    logger: new Logger({ serviceName: 'trueup', logLevel: 'SILENT' }),
    metrics: new QuietMetrics({ namespace: 'Trueup', serviceName: 'trueup', logger: nowhere }),
  };
}

const drop = () => undefined;
const nowhere = { debug: drop, info: drop, warn: drop, error: drop };

class QuietMetrics extends Metrics {
  override publishStoredMetrics(): this {
    this.clearMetrics();
    return this;
  }
}
