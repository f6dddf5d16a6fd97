import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { failureReason } from '../../lib/model/errors/failure-reason.ts';
import type { PassReport, Time } from '../../lib/model/ledger.types.ts';
import type { Log } from '../../lib/model/runtime.types.ts';

/** Where a function's log lines and metrics go. */
export interface Observability {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Structured logs and embedded metrics, as CloudWatch reads them. Powertools itself reads POWERTOOLS_SERVICE_NAME, the
 * deployment's own name: `service` on each line, and the only dimension of the metrics.
 */
export function createObservability(): Observability {
  return { logger: new Logger(), metrics: new Metrics({ namespace: 'Trueup' }) };
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
  // So that its average is a share.
  count('PassesFailed', 0);
  // Servers that come and go are rare, and each metric costs money: they count as changed, and their calls as writes.
  const { created, deleted, unsure, ...counts } = report.counts;
  const changed = { ...counts, updated: counts.updated + created + deleted };
  const waiting = { ...changed, waiting: counts.waiting + unsure };
  for (const [outcome, servers] of Object.entries(waiting)) {
    count(`Servers${capital(outcome)}`, servers);
  }
  const { list, get, put, create = 0, delete: deletions = 0 } = report.vendorCalls;
  count('VendorCallsList', list);
  count('VendorCallsGet', get);
  count('VendorCallsPut', put + create + deletions);
  count('VendorThrottled', report.vendorCalls.throttled ?? 0);
  // Only those that there are: CloudWatch asks money for each metric that had a value.
  for (const [reason, number] of Object.entries(report.failures ?? {})) {
    count(`Failures${capital(reason)}`, number);
  }
  const end = Date.parse(report.startedAt) + report.durationMs;
  const age = (name: string, since: Time | undefined) => {
    const seconds = since === undefined ? 0 : Math.max(0, (end - Date.parse(since)) / 1000);
    metrics.addMetric(name, MetricUnit.Seconds, seconds);
  };
  age('DriftAge', report.differsSince);
  age('FailingAge', report.failingSince);
  if (report.unsureSince !== undefined) age('UnsureAge', report.unsureSince);
  count('SecretsDecrypted', report.secretsDecrypted);
  count('CredentialsDecrypted', report.credentialsDecrypted);
  metrics.addMetric('PassDuration', MetricUnit.Milliseconds, report.durationMs);
}

/** Counts a pass that made no report, by the code of its error. */
export function measureFailure(metrics: Metrics, code: string): void {
  metrics.addMetric('PassesFailed', MetricUnit.Count, 1);
  metrics.addMetric(`Failures${capital(failureReason(code))}`, MetricUnit.Count, 1);
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

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
