import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TrueupError } from '../lib/model/errors/errors.ts';
import type { WiringSettings } from '../lib/wiring.ts';

/** The settings that the functions read from their environment. Only this file has the names of the variables. */
export interface Settings extends WiringSettings {
  /** Number of connections that a scheduled pass reconciles concurrently. */
  readonly connectionsAtOnce: number;
  /** Number of connections that a scheduled pass reconciles itself if there is a queue for the others. */
  readonly inlineShare: number;
}

/** A variable is missing or not valid. */
export class SettingsError extends TrueupError {
  static override readonly name: string = 'SettingsError';
}

/** Reads the settings. @throws SettingsError with the variable and what is expected */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const text = (name: string, meaning: string): string => {
    const value = environment[name];
    if (value !== undefined && value !== '') return value;
    throw new SettingsError('settings', `${name} is not set; it is ${meaning}`, {
      context: { variable: name },
    });
  };
  const whole = (name: string, fallback: number): number => {
    const value = environment[name] ?? String(fallback);
    if (/^[1-9][0-9]{0,5}$/.test(value)) return Number(value);
    throw new SettingsError('settings', `${name} must be a whole number from 1 to 999999`, {
      context: { variable: name },
    });
  };
  const optional = (name: string) => environment[name] || undefined;
  const eventBus = optional('TRUEUP_EVENT_BUS');
  const queueUrl = optional('TRUEUP_QUEUE_URL');
  return {
    desiredTable: text('TRUEUP_DESIRED_TABLE', 'the name of the table Desired'),
    ledgerTable: text('TRUEUP_LEDGER_TABLE', 'the name of the table Ledger'),
    fingerprintSecret: text(
      'TRUEUP_FINGERPRINT_SECRET',
      'the name of the secret that holds the fingerprint key',
    ),
    secretPrefix: environment['TRUEUP_SECRET_PREFIX'] ?? 'trueup',
    allowedHosts: environment['TRUEUP_ALLOWED_HOSTS'] || deployedHosts(environment),
    connectionsAtOnce: whole('TRUEUP_CONNECTIONS_AT_ONCE', 10),
    inlineShare: whole('TRUEUP_INLINE_SHARE', 20),
    ...(queueUrl !== undefined && { queueUrl }),
    ...(eventBus !== undefined && { eventBus }),
  };
}

/**
 * The file that the deployment puts next to the code. A row can never allow a host, so without the file no gateway can
 * be called.
 */
function deployedHosts({ LAMBDA_TASK_ROOT: folder }: NodeJS.ProcessEnv): string {
  if (folder !== undefined) {
    try {
      return readFileSync(join(folder, 'allowed-hosts.txt'), 'utf8');
    } catch {
      // Treated like a missing folder.
    }
  }
  throw new SettingsError(
    'settings',
    'TRUEUP_ALLOWED_HOSTS is not set, and there is no allowed-hosts.txt next to the code; it has the hosts that credentials may be sent to, such as PROVIDER=gateway.example.com',
    { context: { variable: 'TRUEUP_ALLOWED_HOSTS' } },
  );
}

/**
 * The settings of a function that needs the queue for work that it cannot do itself.
 *
 * @throws SettingsError
 */
export function readSettingsWithQueue(environment?: NodeJS.ProcessEnv): Settings {
  const settings = readSettings(environment);
  if (settings.queueUrl !== undefined) return settings;
  throw new SettingsError('settings', 'TRUEUP_QUEUE_URL is not set; it is the URL of the queue', {
    context: { variable: 'TRUEUP_QUEUE_URL' },
  });
}
