import { readFileSync } from 'node:fs';
import { OpenAPIBackend, type Document } from 'openapi-backend';
import { parse } from 'yaml';

/** Where and how a value does not match the document. */
export interface Breach {
  /** Segments from the top, such as `['body', 'slug']`. */
  readonly path: readonly string[];
  readonly message: string;
  /** The JSON schema keyword that failed. */
  readonly keyword: string;
}

/** An OpenAPI document that requests and answers are checked against. */
export interface ApiContract {
  request(
    operationId: string,
    request: {
      readonly method: string;
      readonly path: string;
      readonly query: Readonly<Record<string, string>>;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: unknown;
    },
  ): Breach[];
  answer(operationId: string, status: number, body: unknown): Breach[];
}

interface SchemaError {
  readonly instancePath: string;
  readonly message?: string;
  readonly keyword: string;
}

/** Ids are not checked: tests choose their own. */
const formats = {
  uuid: true,
  uri: (text: string) => URL.canParse(text),
  'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
} as const;

const loaded = new Map<string, ApiContract>();

/** The contract of `openapi/<file>` beside this module. The document is not validated here: a test does that. */
export function apiContract(file: string): ApiContract {
  const known = loaded.get(file);
  if (known) return known;
  let loadedValidator: Validator | undefined;
  // Loaded on first use: most worlds call only one gateway, and loading a document takes as long as a hundred calls.
  const validator = () => (loadedValidator ??= load(file));
  const contract: ApiContract = {
    request: (operationId, request) => {
      const { errors } = validator().validateRequest(
        { ...request, query: { ...request.query }, headers: { ...request.headers } },
        operationId,
      );
      return (errors ?? []).map(breachOf);
    },
    answer: (operationId, status, body) => {
      const { errors } = validator().validateResponse(body, operationId, status);
      return (errors ?? []).map(breachOf);
    },
  };
  loaded.set(file, contract);
  return contract;
}

type Validator = OpenAPIBackend['validator'];

function load(file: string): Validator {
  const text = readFileSync(new URL(`openapi/${file}`, import.meta.url), 'utf8');
  const definition = parse(text, { prettyErrors: false }) as Document;
  const api = new OpenAPIBackend({
    definition,
    strict: true,
    quick: true, // takes an eighth of the time: the document itself is not checked
    coerceTypes: true,
    // Schemas are not checked either, and compiled without optimisation because they are used for few values.
    ajvOpts: { formats, validateSchema: false, meta: false, code: { optimize: false } },
  });
  // With `quick`, this is synchronous.
  void api.init();
  return api.validator;
}

const breachOf = ({ instancePath, message, keyword }: SchemaError): Breach => ({
  path: instancePath
    .split('/')
    .slice(1)
    .map((segment) => (segment === 'requestBody' ? 'body' : segment)),
  message: message ?? 'is not valid',
  keyword,
});
