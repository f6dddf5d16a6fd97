import type { TrueupError } from '../../model/errors/errors.ts';
import type { Steps } from './steps.ts';

/** What to do next, by the code of an error that is neither the gateway's nor the command line's. */
export function storeSteps({ code, context }: TrueupError): Steps {
  const isOfFile = typeof context['path'] === 'string' && code.startsWith('store-');
  return (isOfFile ? fileSteps : steps)[code] ?? others;
}

const others: Steps = [
  '`trueup doctor` checks credentials, tables and connections one by one',
  'run it again; if it continues, please report it with the text above',
];

const steps: Readonly<Record<string, Steps>> = {
  'store-region': 'set --region REGION, or the variable AWS_REGION',
  'store-denied':
    'sign in to AWS (--profile NAME, --region REGION), with the policy of the stack output OperatorPolicyArn',
  'store-absent': 'check the name, and set --region and --profile to where it is',
  'store-unreachable': 'check the network, and --region',
  'store-throttled': 'try again in a minute',
  'store-limit':
    'where the message names a label, remove it; otherwise ask AWS for a higher quota (Service Quotas); a secret has about 100 versions a day, and then waits a day',
  'bad-digest': [
    '`trueup status CONNECTION` shows the digest of what is held',
    'pass the digest of what is held',
  ],
  'not-held': [
    '`trueup plan CONNECTION` shows what would be held now; the digest of a whole connection can be approved',
    'pass the digest of what is held now, of a whole connection',
  ],
  'ambiguous-digest': 'pass more characters of it',
  'allowed-hosts': 'write it as provider=host or provider=host:port, separated by commas',
  'lease-lost': 'run it again: another process has taken over this connection',
  redeclared: 'run it again: the declaration of the connection changed meanwhile',
};

/** The same of files, whose errors name their path. */
const fileSteps: Readonly<Record<string, Steps>> = {
  'store-denied': 'make it yours alone: chmod 600 for a file, in a folder that you may write to',
  'store-absent': 'check the path; a secrets file is a JSON object from name to secret',
  'store-malformed':
    'fix it, or restore a copy; a secrets file is a JSON object from name to secret',
  'store-busy': 'wait until the other command is done',
  'store-too-large': 'split it, or take out what is not needed',
  'store-failed': 'check the disk and the path; --state DIR names another folder',
};
