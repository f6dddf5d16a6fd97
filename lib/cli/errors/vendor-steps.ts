import { isTransientStatus } from '../../model/errors/failure.ts';
import type { VendorError, VendorErrorKind } from '../../model/errors/vendor-error.ts';
import type { Steps } from './steps.ts';

/**
 * Next steps for errors of a gateway or its token issuer.
 *
 * @param secret - the name of the secret that the connection signs in with
 */
export function vendorSteps(error: VendorError, secret = 'the secret that `auth` names'): Steps {
  const { operation, kind, status } = error;
  if (operation === 'token') return tokenSteps(error, secret);
  if (kind === 'status') return statusSteps(error, secret);
  if (kind === 'body') {
    if (status !== undefined) return "see the gateway's message above";
    return bodySteps[error.code] ?? kindSteps.body;
  }
  return kind === 'token' ? credentialSteps(secret) : kindSteps[kind];
}

function statusSteps({ operation, status = 0 }: VendorError, secret: string): Steps {
  const isList = operation === 'list';
  switch (status) {
    case 401:
      return `the gateway does not accept the token: put a valid one into ${secret}`;
    case 403:
      return isList
        ? 'give the account of this token permission to list and update servers at the gateway'
        : 'give the account of this token permission to read and update this server at the gateway';
    case 404:
      return isList
        ? 'check the path in baseUrl: the API is not there'
        : 'declare the id that the server has now, or remove the server from the declaration';
    case 409:
      return kindSteps.conflict;
    case 429:
      return 'wait a minute; if it continues, lower budget.requestsPerMinute';
  }
  if (isTransientStatus(status)) {
    return 'try again later; if it continues, look at the status page of the gateway';
  }
  return isList
    ? "check baseUrl, and the gateway's message above"
    : "correct the declaration: the gateway's message above shows what is wrong";
}

/** By the code of an unusable answer. */
const bodySteps: Readonly<Record<string, Steps>> = {
  'body-html':
    'check that baseUrl is the address of the API, not of the web site; a proxy or its sign-in page answers like this too',
  'body-encoding':
    'configure the proxy in between to forward `accept-encoding: identity`: answers must not be compressed',
  'body-size':
    'split the account: Trueup reads at most 200,000 servers and 256 MB per list, and 32 MB per answer',
  'body-repeated':
    'try again; if it continues, report it to the vendor: its list does not end, so nothing is changed',
  'body-lacking':
    'if these servers are gone, remove them from the declaration; if not, give the account of this token permission to see them',
};

const kindSteps: Readonly<Record<Exclude<VendorErrorKind, 'status' | 'token'>, Steps>> = {
  upstream:
    'check the MCP server behind the gateway: its address, and whether it accepts the credential',
  conflict: 'declare a value that no other server has, or change the other server first',
  timeout: 'try again; if it continues, look at the status page of the gateway',
  cut: 'try again; if it continues, look at the status page of the gateway',
  'no-route': 'check baseUrl and the network',
  tls: 'check baseUrl; a proxy may have replaced the certificate',
  body: 'check that baseUrl is the address of the API; if it is, report the answer to the vendor',
  redirect: 'set baseUrl to the address that it redirects to',
  host: 'check baseUrl: credentials are sent to that host. If it is right, allow it',
  'needs-login': ['`trueup login CONNECTION`', 'sign in again, in the browser'],
  aborted: 'run it again',
};

/** A credential that cannot be read or sent. */
function credentialSteps(secret: string): Steps {
  return [
    `give ${secret} a valid value; \`trueup doctor CONNECTION\` checks each secret without showing it`,
    `give ${secret} a valid value`,
  ];
}

function tokenSteps(error: VendorError, secret: string): Steps {
  const { kind, status, vendorCode } = error;
  switch (kind) {
    case 'token':
      if (vendorCode !== undefined) return issuerSteps(vendorCode, secret);
      return status === undefined ? credentialSteps(secret) : byIssuer(secret);
    case 'status':
      if (status === 404) return 'check the path in tokenUrl';
      return isTransientStatus(status ?? 0)
        ? 'try again later; if it continues, look at the status page of the issuer'
        : byIssuer(secret);
    case 'body':
      return 'check that tokenUrl is the address of the token endpoint, not of a web site';
    case 'timeout':
    case 'cut':
      return 'try again; if it continues, look at the status page of the issuer';
    case 'no-route':
    case 'tls':
    case 'host':
    case 'redirect': {
      const step = kindSteps[kind];
      return typeof step === 'string' ? step.replace('baseUrl', 'tokenUrl') : step;
    }
    case 'upstream':
    case 'conflict':
    case 'needs-login':
    case 'aborted':
      return kindSteps[kind];
  }
}

const byIssuer = (secret: string): string =>
  `check client_id and tokenUrl in \`auth\`, and ${secret}, by what the issuer says above`;

/** By the issuer's error code, RFC 6749, 5.2. */
function issuerSteps(vendorCode: string, secret: string): Steps {
  switch (vendorCode) {
    case 'invalid_client':
      return `check client_id in \`auth\`, and that ${secret} has the client secret of this client`;
    case 'unauthorized_client':
    case 'unsupported_grant_type':
      return "allow this client's grant at the issuer: client credentials or refresh tokens";
    case 'invalid_scope':
      return 'check `audience` and `scope` in `auth`: the client must be allowed to use them';
    case 'invalid_target':
    case 'access_denied':
      return 'check `audience` in `auth`: the client must be allowed to use it';
    case 'invalid_grant':
      return kindSteps['needs-login'];
    default:
      return byIssuer(secret);
  }
}
