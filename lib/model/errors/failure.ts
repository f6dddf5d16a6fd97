/** How a failed call is handled. See the table of {@link classifyFailure}. */
export type FailureClass = 'terminal' | 'conflict' | 'missing' | 'transient' | 'connection';

/**
 * What went wrong in a call to a vendor. How it is handled is decided by {@link classifyFailure}.
 *
 * | kind        | meaning |
 * |-------------|---------|
 * | `status`    | an answer with `status` other than 2xx |
 * | `upstream`  | an answer with `status`: the server behind the gateway failed; a PUT may have been applied, a POST created nothing |
 * | `conflict`  | an answer with `status`, which is not 409: another server has the value |
 * | `timeout`   | no answer in time; a PUT may have been applied |
 * | `cut`       | the connection broke; a PUT may have been applied |
 * | `no-route`  | no connection opened: DNS, refused, unreachable |
 * | `tls`       | the certificate or handshake was not acceptable |
 * | `body`      | an answer that is not the JSON that was asked for, or larger than 32 MB; to a POST also that its server exists already |
 * | `redirect`  | a 3xx: never followed |
 * | `host`      | the host is not allowed, or resolves to an address that is not; nothing was sent |
 * | `token` | no credentials: the token endpoint refused, or the secret cannot be read |
 * | `needs-login` | the refresh token is no longer valid |
 * | `aborted`   | the pass ended |
 */
export type FailureKind =
  | 'status'
  | 'upstream'
  | 'conflict'
  | 'timeout'
  | 'cut'
  | 'no-route'
  | 'tls'
  | 'body'
  | 'redirect'
  | 'host'
  | 'token'
  | 'needs-login'
  | 'aborted';

/** The call that failed. */
export type FailedOperation = 'list' | 'get' | 'put' | 'create' | 'delete' | 'token';

/** What {@link classifyFailure} decides by. */
export interface Failure {
  readonly operation: FailedOperation;
  readonly kind: FailureKind;
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
}

/**
 * | class        | what | next |
 * |--------------|------|------|
 * | `terminal`   | 400, 403 on one server, 422, any other 4xx | `failed`; unattended passes try again after an hour, doubling to a day |
 * | `conflict` | 409, or another answer that says that a value is taken | `failed`; retried once at the end of the pass, then as
 * `terminal` |
 * | `missing`    | 404 on one server | `missing` |
 * | `transient`  | 408, 429, 5xx, timeout, cut, not JSON, the server behind the gateway | `waiting`, with backoff |
 * | `connection` | 401, 403 on the list or token, 429 with a longer wait than a minute, no route, TLS, redirect, a host that is not allowed, a failed list | the pass ends |
 */
export function classifyFailure(failure: Failure): FailureClass {
  const { operation, kind, status } = failure;
  const whole = operation === 'list' || operation === 'token';
  if (isLockout(failure)) return 'connection';
  switch (kind) {
    case 'status':
      return whole ? 'connection' : classifyStatus(status ?? 0);
    case 'conflict':
      return whole ? 'connection' : 'conflict';
    case 'upstream':
    case 'timeout':
    case 'cut':
    case 'body':
      return whole ? 'connection' : 'transient';
    case 'no-route':
    case 'tls':
    case 'redirect':
    case 'host':
    case 'token':
    case 'needs-login':
    case 'aborted':
      return 'connection';
  }
}

function classifyStatus(status: number): FailureClass {
  if (status === 401) return 'connection';
  if (status === 404) return 'missing';
  if (status === 409) return 'conflict';
  if (isTransientStatus(status)) return 'transient';
  return 'terminal';
}

/**
 * A longer `Retry-After` is not rate limiting between requests: the vendor accepts nothing from this
 * connection for now.
 */
const longestPauseMs = 60_000;

/**
 * Whether the vendor accepts no requests for now. The process that got this answer sends nothing
 * more.
 */
export function isLockout({
  status,
  retryAfterMs = 0,
}: Pick<Failure, 'status' | 'retryAfterMs'>): boolean {
  return status === 429 && retryAfterMs > longestPauseMs;
}

/** Whether the same request may succeed later. */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** With fewer attempts, a share of failures says nothing about the connection. */
const attemptsAtLeast = 5;

/**
 * Whether the connection fails rather than its servers: more than half of at least five attempts failed transiently.
 */
export function isDown(attempts: number, transient: number): boolean {
  return attempts >= attemptsAtLeast && transient > attempts / 2;
}

/** Whether a request that failed this way may have reached the host. */
export function mayHaveReached({ kind }: Failure): boolean {
  switch (kind) {
    case 'no-route':
    case 'tls':
    case 'host':
    case 'token':
    case 'needs-login':
      return false;
    case 'status':
    case 'upstream':
    case 'conflict':
    case 'timeout':
    case 'cut':
    case 'body':
    case 'redirect':
    case 'aborted':
      return true;
  }
}

/**
 * Whether a request to create or delete that failed this way was certainly not processed: no connection was opened, or the
 * answer rejects it (also because the server behind the gateway failed first). After any other failure the server may have been
 * created or deleted.
 */
export function wasNotProcessed(failure: Failure): boolean {
  const { operation, kind, status = 0 } = failure;
  if (kind === 'upstream') return operation === 'create';
  if (kind !== 'status' && kind !== 'conflict') return !mayHaveReached(failure);
  return status >= 400 && status < 500 && status !== 408;
}

const maybeApplied: ReadonlySet<FailureKind> = new Set([
  'upstream',
  'timeout',
  'cut',
  'body',
  'aborted',
]);

/** Whether a PUT that failed this way may have been applied: then the state of its unreadable fields is unknown. */
export function mayHaveBeenApplied({ kind, status }: Failure): boolean {
  if (kind === 'status') return status === 408 || (status ?? 0) >= 500;
  return maybeApplied.has(kind);
}
