import { secretsFileName } from '../model/names/declaration-file.ts';

/** An environment variable that the command line reads. */
export interface Variable {
  readonly name: string;
  /** Its description, for `--help` and the page of all variables. */
  readonly meaning: string;
  /** Its default. */
  readonly usual?: string;
}

/** Defaults if there is neither an option nor a variable. */
export const defaults = {
  file: 'trueup.yaml',
  state: '.trueup',
  secrets: secretsFileName,
  secretPrefix: 'trueup',
  fingerprintSecret: 'trueup-fingerprint-key',
} as const;

/** All variables that `readCliSettings` reads. AWS's own variables are read by the SDK. */
export const variables: readonly Variable[] = [
  {
    name: 'TRUEUP_FILE',
    meaning: 'as --file: a file or folder of declarations',
    usual: `\`${defaults.file}\` of this folder`,
  },
  { name: 'TRUEUP_STACK', meaning: 'as --stack: the name of a deployed stack' },
  {
    name: 'TRUEUP_STATE',
    meaning: 'as --state: the folder of the ledger, with files',
    usual: `\`${defaults.state}\``,
  },
  {
    name: 'TRUEUP_SECRETS',
    meaning: 'as --secrets: the file of the secrets, with files',
    usual: `\`${defaults.secrets}\` beside the declarations`,
  },
  {
    name: 'TRUEUP_SECRET_<NAME>',
    meaning: 'with files: one secret; trueup/acme/a-b is in TRUEUP_SECRET_ACME_A_B',
  },
  {
    name: 'TRUEUP_SECRET_PREFIX',
    meaning: 'without a stack: the prefix of the names of secrets',
    usual: `\`${defaults.secretPrefix}\``,
  },
  {
    name: 'TRUEUP_ALLOWED_HOSTS',
    meaning:
      'without a stack: hosts that credentials may be sent to, as PROVIDER=HOST[:PORT], separated by commas',
    usual: "with files the gateways' documented hosts",
  },
  {
    name: 'TRUEUP_FINGERPRINT_SECRET',
    meaning: 'with tables and no stack: the secret of the fingerprint key',
    usual: `\`${defaults.fingerprintSecret}\``,
  },
  { name: 'NO_COLOR', meaning: 'turns colour off' },
  {
    name: 'FORCE_COLOR',
    meaning: 'turns colour on, also outside a terminal; 0 is the same as NO_COLOR',
  },
  { name: 'TERM', meaning: 'dumb: no colour and no progress line' },
  { name: 'CI', meaning: 'does not open a browser; apply with files needs a ledger or --adopt' },
  {
    name: 'GITHUB_ACTOR, USER, USERNAME',
    meaning: 'the first that is set is the user in the history',
  },
];

/** The settings that the command line reads from its environment. */
export interface CliSettings {
  /** `TRUEUP_FILE`, `TRUEUP_STACK`: the target, if no option gives one. */
  readonly file: string | undefined;
  readonly stack: string | undefined;
  /** `TRUEUP_STATE`, `TRUEUP_SECRETS`: like the options with these names. */
  readonly state: string | undefined;
  readonly secrets: string | undefined;
  /** `NO_COLOR`, or `FORCE_COLOR=0`: turns colour off. */
  readonly noColor: boolean;
  /** `FORCE_COLOR`: colour in pipes too; overrides `NO_COLOR`. */
  readonly forceColor: boolean;
  /** `TERM=dumb`: a terminal without colours and progress lines. */
  readonly dumbTerminal: boolean;
  /** `CI`: questions cannot be answered. */
  readonly ci: boolean;
  /** `TRUEUP_SECRET_...`: secrets, by the variable's full name. */
  readonly secretVariables: Readonly<Record<string, string>>;
  /** `TRUEUP_SECRET_PREFIX`: first part of the names of secrets, if there is no stack. */
  readonly secretPrefix: string;
  /** `TRUEUP_ALLOWED_HOSTS`, if there is no stack: `provider=host[:port]`, separated by commas. */
  readonly allowedHosts: string;
  /** `TRUEUP_FINGERPRINT_SECRET`, if there is no stack. */
  readonly fingerprintSecret: string;
  /** The user for the history: `USER`, or the one of the CI system. */
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
    file: text('TRUEUP_FILE'),
    stack: text('TRUEUP_STACK'),
    state: text('TRUEUP_STATE'),
    secrets: text('TRUEUP_SECRETS'),
    noColor: text('NO_COLOR') !== undefined || ['0', 'false'].includes(text('FORCE_COLOR') ?? ''),
    forceColor: isOn('FORCE_COLOR'),
    dumbTerminal: text('TERM') === 'dumb',
    ci: isOn('CI'),
    secretVariables: Object.fromEntries(secrets),
    secretPrefix: text(prefixVariable) ?? defaults.secretPrefix,
    allowedHosts: text('TRUEUP_ALLOWED_HOSTS') ?? '',
    fingerprintSecret: text('TRUEUP_FINGERPRINT_SECRET') ?? defaults.fingerprintSecret,
    user: text('GITHUB_ACTOR') ?? text('USER') ?? text('USERNAME'),
  };
}
