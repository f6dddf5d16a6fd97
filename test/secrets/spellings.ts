/** How a vendor may write down what it was sent. */
export const spellings: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'in capitals': (text) => text.toUpperCase(),
  'in small letters': (text) => text.toLowerCase(),
  'as JSON': (text) => JSON.stringify(text).slice(1, -1),
  'as JSON within JSON': (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
  'as JSON in ASCII': (text) => units(text, (code) => `\\u${code.toString(16).padStart(4, '0')}`),
  'as JSON with escaped slashes': (text) =>
    JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
  'with code points in braces': (text) =>
    Array.from(text, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`).join(''),
  'as bytes with a backslash': (text) => bytes(text, (hex) => `\\x${hex}`),
  'in a URL': (text) => encodeURIComponent(text),
  'in a URL, in small letters': (text) => encodeURIComponent(text).toLowerCase(),
  'in a URL, all of it': (text) => bytes(text, (hex) => `%${hex}`),
  'in a URL, twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  'in a form': (text) => new URLSearchParams([['', text]]).toString().slice(1),
  'in HTML': (text) =>
    text.replaceAll(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`).replaceAll('&#38;', '&amp;'),
  'in HTML, all of it': (text) =>
    Array.from(text, (one) => `&#x${(one.codePointAt(0) ?? 0).toString(16)};`).join(''),
  'in base64': (text) => base64(text),
  'in base64 for URLs': (text) => Buffer.from(text).toString('base64url'),
  'in base64, in a URL': (text) => encodeURIComponent(base64(text)),
  'in base64 of JSON': (text) => base64(JSON.stringify({ key: text })),
  'in base64, with more before and after': (text) => base64(`id:${text}:id`),
  'in base64 of a URL': (text) => base64(encodeURIComponent(text)),
  'in base64, on several lines': (text) => base64(text).replaceAll(/.{7}/g, '$&\r\n'),
  'in hexadecimal': (text) => Buffer.from(text).toString('hex'),
  'in hexadecimal capitals': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'in hexadecimal, in pairs': (text) => bytes(text, (hex) => `${hex} `),
  'broken by white space': (text) => text.replaceAll(/.{3}/gsu, '$&\n '),
  'broken by what is not seen': (text) => Array.from(text).join('\0\u200b'),
  'in a URL that is broken': (text) => bytes(text, (hex) => `%${hex}`).replaceAll(/.{5}/g, '$&\n'),
};

const base64 = (text: string) => Buffer.from(text).toString('base64');

const units = (text: string, write: (code: number) => string) =>
  Array.from({ length: text.length }, (_, at) => write(text.charCodeAt(at))).join('');

const bytes = (text: string, write: (hex: string) => string) =>
  Array.from(Buffer.from(text), (byte) => write(byte.toString(16).padStart(2, '0'))).join('');
