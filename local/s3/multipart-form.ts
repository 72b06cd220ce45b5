import { S3Error } from './s3-error.ts';

/** A parsed form. */
export interface Form {
  /** Fields before the file, by lower-case name. As in S3, fields after the file are ignored. */
  fields: Map<string, string>;
  /** The field named `file`. */
  file?: { name: string; content: Buffer };
}

const LINE_END = Buffer.from('\r\n');

/**
 * Parses a body of type `multipart/form-data`: https://www.rfc-editor.org/rfc/rfc7578
 *
 * @throws S3Error `MalformedPOSTRequest`
 */
export function parseForm(contentType: string, body: Buffer): Form {
  const [, quoted, bare] = /;\s*boundary=(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(contentType) ?? [];
  const boundary = quoted?.replace(/\\(.)/g, '$1') ?? bare;
  if (!boundary) throw malformedForm();
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  const form: Form = { fields: new Map() };
  let start = findDelimiter(body, delimiter, 0);
  if (start === -1) throw malformedForm();
  while (!form.file) {
    start += delimiter.length;
    if (body.toString('latin1', start, start + 2) === '--') return form;
    const headEnd = body.indexOf('\r\n\r\n', start);
    const end = findDelimiter(body, delimiter, start);
    if (headEnd === -1 || end === -1 || headEnd + 4 > end) throw malformedForm();
    // The line end before a delimiter belongs to the delimiter. A part without content has only the line end of its head.
    const content = body.subarray(headEnd + 4, Math.max(headEnd + 4, end - LINE_END.length));
    addPart(form, body.toString('utf8', start, headEnd), content);
    start = end;
  }
  return form;
}

/** Returns the position of the next delimiter that begins a line. */
function findDelimiter(body: Buffer, delimiter: Buffer, from: number): number {
  for (let index = from; ; index++) {
    index = body.indexOf(delimiter, index);
    if (index <= 0) return index;
    if (index >= 2 && body.subarray(index - 2, index).equals(LINE_END)) return index;
  }
}

function addPart(form: Form, head: string, content: Buffer): void {
  const disposition = /^content-disposition:\s*form-data\s*(;.*)$/im.exec(head)?.[1];
  const name = disposition && readParameter(disposition, 'name');
  if (!name) throw malformedForm();
  if (name.toLowerCase() !== 'file') {
    form.fields.set(name.toLowerCase(), content.toString());
    return;
  }
  form.file = { name: readParameter(disposition, 'filename') ?? '', content };
}

/** Reads a parameter, also in the form of RFC 5987: `filename*=utf-8''na%C3%AFve.csv`. */
function readParameter(disposition: string, name: string): string | undefined {
  const extended = new RegExp(`;\\s*${name}\\*=utf-8'[^']*'([^;\\s]+)`, 'i').exec(disposition)?.[1];
  if (extended !== undefined) return decodePercents(extended);
  const [, quoted, bare] =
    new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, 'i').exec(disposition) ?? [];
  // Browsers percent-encode quotes and line ends in names: https://html.spec.whatwg.org/#multipart-form-data
  return (quoted?.replace(/\\(["\\])/g, '$1') ?? bare)
    ?.replaceAll('%22', '"')
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n');
}

function decodePercents(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const malformedForm = () =>
  new S3Error(
    'MalformedPOSTRequest',
    'The body of your POST request is not well-formed multipart/form-data.',
  );
