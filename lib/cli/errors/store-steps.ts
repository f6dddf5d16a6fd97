import type { TrueupError } from '../../model/errors/errors.ts';
import type { Steps } from './steps.ts';

/** Next steps by code, for errors of stores. */
export function storeSteps({ code, context }: TrueupError): Steps {
  const isOfFile = typeof context['path'] === 'string' && code.startsWith('store-');
  return (isOfFile ? fileSteps : steps)[code] ?? others;
}

const others: Steps = [
  '`trueup doctor` checks credentials, tables and connections one by one',
  'run it again; if it continues, please report it with the text above',
];

const steps: Readonly<Record<string, Steps>> = {
  'store-region': 'pass --region REGION, or set the variable AWS_REGION',
  'store-denied':
    'sign in to AWS (--profile NAME, --region REGION), with the policy of the stack output TrueupOperatorPolicyArn',
  'store-absent': 'check the name, and pass the right --region and --profile',
  'store-unreachable': 'check the network, and --region',
  'store-throttled': 'try again in a minute',
  'store-limit':
    'if the message names a label, remove it; otherwise request a higher quota from AWS (Service Quotas). A secret may have about 100 versions per day',
  'bad-digest': [
    '`trueup status CONNECTION` shows the digests of held plans',
    'pass the digest of a held plan',
  ],
  'not-held': [
    '`trueup plan CONNECTION` shows the current digest; only the digest of a whole connection can be approved',
    'pass the digest of the current held plan, of a whole connection',
  ],
  'ambiguous-digest': 'pass more characters of the digest',
  'allowed-hosts': 'write it as provider=host or provider=host:port, separated by commas',
  'lease-lost': 'run it again: another process has taken over this connection',
  redeclared: 'run it again: the declaration of the connection changed meanwhile',
};

/** The same for files, whose errors have the path. */
const fileSteps: Readonly<Record<string, Steps>> = {
  'store-denied':
    'make it accessible only to you: chmod 600 for a file, in a folder that you can write to',
  'store-absent': 'check the path; a secrets file is a JSON object from name to secret',
  'store-malformed':
    'fix it or restore a backup; a secrets file is a JSON object from name to secret',
  'store-busy': 'wait until the other command has finished',
  'store-too-large': 'split it, or remove what is not needed',
  'store-failed': 'check the disk and the path; --state DIR names another folder',
};
