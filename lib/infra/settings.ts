import { Duration, Token } from 'aws-cdk-lib';
import { providerNames } from '../gateways/names.ts';
import type { TrueupReconcilerProps } from './props.ts';

/** The props that are plain values, checked and with defaults. */
export interface InfraSettings {
  /** `provider=host[:port]`, separated by commas, as the functions read it. */
  readonly allowedHosts: string;
  readonly schedule: Duration;
  /** Maximum age of a scheduled invocation: until the next one is due, at most an hour. */
  readonly tickAge: Duration;
  readonly inlineShare: number;
  readonly connectionsAtOnce: number;
  readonly concurrency: number;
  readonly memory: number;
  readonly secretPrefix: string;
  readonly failingFor: Duration;
  readonly failingShare: number;
}

/** A function's time limit. Trueup hands over to the queue before it ends. */
export const functionTimeout = Duration.minutes(5);

/** Fills in the defaults. @throws Error with the prop and what is expected */
export function settingsOf(props: TrueupReconcilerProps): InfraSettings {
  const secretPrefix = props.secretPrefix ?? 'trueup';
  // Parameter Store allows fewer characters than Secrets Manager, and reserves two prefixes for AWS.
  check(
    /^(?!aws|ssm)[A-Za-z0-9_.-]+$/i.test(secretPrefix),
    'secretPrefix',
    "one name segment of letters, digits, '_', '.' and '-' that does not begin with 'aws' or 'ssm'",
  );
  const schedule = minutes('schedule', props.schedule ?? Duration.minutes(5), [1, 480]);
  return {
    allowedHosts: hostsOf(props.allowedHosts),
    schedule,
    tickAge: Duration.minutes(Math.min(schedule.toMinutes(), 60)),
    inlineShare: whole('inlineShare', props.inlineShare ?? 20, [1, 999_999]),
    connectionsAtOnce: whole('connectionsAtOnce', props.connectionsAtOnce ?? 10, [1, 1000]),
    concurrency: whole('concurrency', props.concurrency ?? 10, [2, 1000]),
    memory: whole('memory', props.memory ?? 512, [256, 10_240]),
    secretPrefix,
    failingShare: percent('failingShare', props.failingShare ?? 0),
    failingFor: minutes('failingFor', props.failingFor ?? Duration.hours(1), [1, 1440]),
  };
}

/** The form of a host: exact, without scheme, path or wildcard. */
const hostForm = /^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?$/i;

/** The error if no host is allowed, with an example. */
const hostsWanted =
  'set: the hosts that credentials may be sent to, by provider, such as ' +
  `{ "${providerNames[0]}": ["gateway.example.com"] }. The providers are ${providerNames.join(', ')}`;

function hostsOf(hosts: TrueupReconcilerProps['allowedHosts'] | undefined): string {
  const lists = Object.entries(hosts ?? {});
  for (const [provider] of lists) {
    const problem = `lists of hosts by provider: '${provider}' is not one of ${providerNames.join(', ')}`;
    check(isProvider(provider), 'allowedHosts', problem);
  }
  const entries = lists.flatMap(([provider, names]) =>
    names.map((host) => {
      check(hostForm.test(host), 'allowedHosts', `exact hosts: '${host}' is not one`);
      return `${provider}=${host}`;
    }),
  );
  check(entries.length > 0, 'allowedHosts', hostsWanted);
  return entries.join(',');
}

const isProvider = (name: string) => providerNames.some((one) => one === name);

function whole(prop: string, value: number, [from, to]: readonly [number, number]): number {
  const fits =
    Token.isUnresolved(value) || (Number.isInteger(value) && value >= from && value <= to);
  check(fits, prop, `a whole number from ${from} to ${to}`);
  return value;
}

function percent(prop: string, value: number): number {
  // CloudWatch's percentiles and JavaScript's numbers agree up to this many digits.
  const fits =
    Token.isUnresolved(value) ||
    (value >= 0 && value <= 50 && /^\d+(\.\d{1,3})?$/.test(String(value)));
  check(fits, prop, 'a number from 0 to 50 with at most three decimals');
  return value;
}

function minutes(prop: string, value: Duration, range: readonly [number, number]): Duration {
  return Duration.minutes(whole(prop, value.toMinutes({ integral: false }), range));
}

function check(fits: boolean, prop: string, expected: string): asserts fits {
  if (!fits) throw new Error(`Trueup: ${prop} must be ${expected}`);
}
