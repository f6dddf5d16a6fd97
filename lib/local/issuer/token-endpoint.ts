import {
  startLoopbackServer,
  type LoopbackAnswer,
  type LoopbackRequest,
} from '../loopback-server.ts';
import {
  misbehaviour,
  type MisbehaviourRule,
  type SimulatedOperation,
} from '../gateways/misbehaviour.ts';
import { answerInPlace, isApplied } from '../gateways/misbehaving-answer.ts';
import type { OnHang } from '../gateways/vendor.ts';
import { grants, oauthError } from './token-grants.ts';
import type { Form, GrantOptions, IssuedTokens } from './token-grants.ts';

/** A token request, credentials included. */
export interface RecordedTokenRequest {
  readonly path: string;
  readonly form: Form;
  /** Milliseconds since the epoch. */
  readonly at: number;
  status?: number;
}

/** A simulated OIDC issuer. */
export interface TokenEndpoint {
  /** The issuer; discovery is at `/.well-known/openid-configuration` under it. */
  readonly url: string;
  readonly tokenUrl: string;
  readonly authorizeUrl: string;
  /** Client ids and secrets, which tests may change; `undefined` is a public client. */
  readonly clients: Map<string, string | undefined>;
  /** Token requests by grant type, `authorize` and `discovery`. */
  readonly counts: Record<string, number>;
  readonly requests: RecordedTokenRequest[];
  /** Whether a bearer token was issued here and has not expired: for the option `tokens` of a simulator. */
  readonly accepts: (token: string) => boolean;
  readonly issueRefreshToken: (clientId: string) => string;
  /** All tokens that are valid now: for the option `issued` of the next issuer. */
  readonly issued: () => IssuedTokens;
  /** Revokes a token, or all of them. */
  readonly revoke: (token?: string) => void;
  /** Rules match the operations `token` and `authorize`. */
  readonly misbehave: (...rules: readonly MisbehaviourRule[]) => () => void;
  readonly close: () => Promise<void>;
}

/**
 * Starts an issuer with `client_credentials`, `refresh_token` (rotating, an old one is `invalid_grant`) and
 * `authorization_code` with PKCE (S256), whose `/authorize` consents by itself and redirects with code and state.
 */
export async function startTokenEndpoint(
  options: {
    readonly now?: () => number;
    /** Used if it is free. Defaults to any free port. */
    readonly port?: number;
    readonly clients?: Readonly<Record<string, string | undefined>>;
    /** Lifetime of access tokens in seconds. Defaults to 300. */
    readonly expiresIn?: number;
    /** Required for `client_credentials` if it is set. */
    readonly audience?: string;
    readonly rotateRefreshTokens?: boolean;
    readonly onHang?: OnHang;
    /** Tokens that a previous issuer has issued. */
    readonly issued?: IssuedTokens | undefined;
  } = {},
): Promise<TokenEndpoint> {
  const { now = Date.now } = options;
  const clients = new Map(Object.entries(options.clients ?? {}));
  const counts: Record<string, number> = {};
  const requests: RecordedTokenRequest[] = [];
  const rules = misbehaviour();
  const http = await startLoopbackServer(async (request) => {
    const operation = operations[request.path] ?? 'other';
    const form = operation === 'token' ? readForm(request) : Object.fromEntries(request.query);
    const record: RecordedTokenRequest = { path: request.path, form, at: now() };
    requests.push(record);
    const counted =
      operation === 'token' ? (form['grant_type'] ?? 'none') : request.path.split('/').at(-1);
    const name = counted === 'openid-configuration' ? 'discovery' : String(counted);
    counts[name] = (counts[name] ?? 0) + 1;
    const effects = rules.take({ method: request.method, path: request.path, operation });
    for (const { effect } of effects) {
      if (effect.kind === 'latency') await http.delay(effect.ms);
      if (effect.kind === 'wait') await http.wait(effect.until);
    }
    const inPlace = effects.find(({ effect }) => answerInPlace(effect, failure))?.effect;
    const answer = !inPlace || isApplied(inPlace) ? handle(operation, request, form) : undefined;
    const outcome = inPlace ? answerInPlace(inPlace, failure) : answer;
    if (typeof outcome === 'object') record.status = outcome.status;
    if (outcome === 'hang') options.onHang?.(request);
    return outcome ?? 'cut';
  }, options.port);

  const issuing: GrantOptions = {
    now,
    clients,
    issuer: http.url,
    expiresIn: options.expiresIn ?? 300,
    audience: options.audience,
    rotate: options.rotateRefreshTokens ?? true,
    issued: options.issued,
  };
  const issuer = grants(issuing);

  function handle(
    operation: SimulatedOperation,
    request: LoopbackRequest,
    form: Form,
  ): LoopbackAnswer {
    if (operation === 'token' && request.method === 'POST') {
      const { status, body } = issuer.exchange(form);
      return { status, body, headers: { 'cache-control': 'no-store' } };
    }
    if (operation === 'authorize') return authorize(form);
    if (request.path !== discoveryPath) return { status: 404, body: failure(404, 'Not found') };
    const body = {
      issuer: http.url,
      token_endpoint: `${http.url}/token`,
      authorization_endpoint: `${http.url}/authorize`,
      grant_types_supported: ['client_credentials', 'refresh_token', 'authorization_code'],
      code_challenge_methods_supported: ['S256'],
    };
    return { status: 200, body };
  }

  function authorize(form: Form): LoopbackAnswer {
    const { client_id: clientId = '', redirect_uri: redirectUri = '' } = form;
    if (!clients.has(clientId) || !URL.canParse(redirectUri)) {
      return oauthError(400, 'invalid_request', 'The client or the redirect URI is not known');
    }
    const to = new URL(redirectUri);
    if (form['state'] !== undefined) to.searchParams.set('state', form['state']);
    const codeChallenge = form['code_challenge'];
    const asked = form['response_type'] === 'code' && form['code_challenge_method'] === 'S256';
    if (asked && codeChallenge !== undefined) {
      to.searchParams.set('code', issuer.authorize({ clientId, redirectUri, codeChallenge }));
    } else {
      to.searchParams.set('error', 'invalid_request');
    }
    return { status: 302, headers: { location: to.href } };
  }

  return {
    url: http.url,
    tokenUrl: `${http.url}/token`,
    authorizeUrl: `${http.url}/authorize`,
    clients,
    counts,
    requests,
    accepts: issuer.accepts,
    issueRefreshToken: issuer.issueRefreshToken,
    issued: issuer.issued,
    revoke: issuer.revoke,
    misbehave: rules.add,
    close: http.close,
  };
}

const failure = (status: number, message: string) =>
  oauthError(status, 'server_error', message).body;

const discoveryPath = '/.well-known/openid-configuration';

const operations: Readonly<Record<string, SimulatedOperation>> = {
  '/token': 'token',
  '/authorize': 'authorize',
};

/** The form. Client credentials in a Basic header count as part of it. A body of another type is not a form. */
function readForm(request: LoopbackRequest): Form {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded')) return {};
  const form = Object.fromEntries(new URLSearchParams(request.text));
  const basic = /^Basic (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (basic === undefined) return form;
  const [clientId = '', secret = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  return {
    ...form,
    client_id: decodeURIComponent(clientId),
    client_secret: decodeURIComponent(secret),
  };
}
