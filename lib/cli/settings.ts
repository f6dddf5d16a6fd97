/** What the command line reads from its environment; AWS's own variables are the SDK's affair. */
export interface CliSettings {
  /** `NO_COLOR`, or `FORCE_COLOR=0`: no colour, whatever the terminal. */
  readonly noColor: boolean;
  /** `FORCE_COLOR`: colour in pipes too; comes before `NO_COLOR`. */
  readonly forceColor: boolean;
  /** `TERM=dumb`: a terminal that knows neither colours nor lines that change. */
  readonly dumbTerminal: boolean;
  /** `CI`: questions cannot be answered. */
  readonly ci: boolean;
  /** `TRUEUP_SECRET_...`: secrets without a file, by the variable's whole name. */
  readonly secretVariables: Readonly<Record<string, string>>;
  /** `TRUEUP_SECRET_PREFIX`: first part of the names of secrets, where no stack says it. */
  readonly secretPrefix: string;
  /** `TRUEUP_ALLOWED_HOSTS`, where no stack says it: `provider=host[:port]`, separated by commas. */
  readonly allowedHosts: string;
  /** `TRUEUP_FINGERPRINT_SECRET`, where no stack says it. */
  readonly fingerprintSecret: string;
  /** Who this is, for the record: `USER`, or what a CI says. */
  readonly user: string | undefined;
}

const prefixVariable = 'TRUEUP_SECRET_PREFIX';

/** Reads the settings of the command line. */
export function readCliSettings(environment: NodeJS.ProcessEnv = process.env): CliSettings {
  const text = (name: string) => environment[name] || undefined;
  const isOn = (name: string) => !['', '0', 'false'].includes(environment[name] ?? '');
  const secrets = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[0].startsWith('TRUEUP_SECRET_') &&
      entry[0] !== prefixVariable &&
      entry[1] !== undefined,
  );
  return {
    noColor: text('NO_COLOR') !== undefined || ['0', 'false'].includes(text('FORCE_COLOR') ?? ''),
    forceColor: isOn('FORCE_COLOR'),
    dumbTerminal: text('TERM') === 'dumb',
    ci: isOn('CI'),
    secretVariables: Object.fromEntries(secrets),
    secretPrefix: text(prefixVariable) ?? 'trueup',
    allowedHosts: text('TRUEUP_ALLOWED_HOSTS') ?? '',
    fingerprintSecret: text('TRUEUP_FINGERPRINT_SECRET') ?? 'trueup-fingerprint-key',
    user: text('GITHUB_ACTOR') ?? text('USER') ?? text('USERNAME'),
  };
}
