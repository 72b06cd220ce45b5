import { XMLParser } from 'fast-xml-parser';
import { escapeXml } from '../aws-services/xml.ts';
import { malformedXml } from './s3-error.ts';

/** Keeps text unchanged: it is neither trimmed nor converted to numbers. */
const PARSER = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  // For numeric character references.
  htmlEntities: true,
});
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
/** Control characters that XML 1.0 forbids. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: object keys may contain them.
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F]/;

/** Returns an XML document in S3's namespace. */
export function xmlDocument(root: string, ...children: string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${children.join('')}</${root}>`;
}

/** Returns an element with child elements. */
export const element = (name: string, ...children: string[]) => `<${name}>${children.join('')}</${name}>`;

/** Returns an element that contains escaped text, or nothing if there is no text. */
export const text = (name: string, value: string | number | boolean | undefined) =>
  value === undefined ? '' : `<${name}>${typeof value === 'string' ? escapeXml(value) : value}</${name}>`;

/**
 * Returns an element that contains a listed key. Like S3, refers to forbidden control characters by number: the AWS SDK
 * for JavaScript reads them, while other clients request `encoding-type=url`.
 */
export function keyText(name: string, key: string): string {
  if (!FORBIDDEN.test(key)) return text(name, key);
  const escaped = Array.from(key, (character) =>
    FORBIDDEN.test(character) ? `&#x${character.charCodeAt(0).toString(16)};` : escapeXml(character),
  );
  return `<${name}>${escaped.join('')}</${name}>`;
}

/** Encodes a key as S3 does in events and in listings with `encoding-type=url`: form-encoded, except slashes. */
export const encodeKey = (key: string) =>
  new URLSearchParams({ key }).toString().slice('key='.length).replaceAll('%2F', '/');

/** Formats an entity tag, in quotes. */
export const quote = (etag: string) => `"${etag}"`;

/** Formats a time in milliseconds as XML responses contain it. */
export const isoTime = (time: number) => new Date(time).toISOString();

/** An XML element without attributes: its text, or its child elements by name. Repeated elements are an array. */
export type XmlValue = string | { [name: string]: XmlValue | XmlValue[] };

/**
 * Parses the XML of a request. Text stays exactly as the client sent it.
 *
 * @returns The root element's children.
 * @throws S3Error `MalformedXML`, also for another root element
 */
export function parseXml(body: Buffer, root: string): Record<string, XmlValue | XmlValue[]> {
  const xml = body.toString();
  // A document type could define entities.
  if (xml.includes('<!DOCTYPE')) throw malformedXml();
  let value: XmlValue | undefined;
  try {
    value = (PARSER.parse(xml, true) as Record<string, XmlValue>)[root];
  } catch {
    throw malformedXml();
  }
  // An empty element is parsed as empty text.
  if (value === '') return {};
  if (typeof value !== 'object') throw malformedXml();
  return value;
}

/** Returns the child elements with this name. */
export function elements(parent: XmlValue | XmlValue[] | undefined, name: string): XmlValue[] {
  if (typeof parent !== 'object' || Array.isArray(parent)) return [];
  const children = parent[name];
  return children === undefined ? [] : Array.isArray(children) ? children : [children];
}

/** Returns the text of the only child element with this name. @throws S3Error `MalformedXML` if it is repeated or no text */
export function childText(parent: XmlValue | XmlValue[] | undefined, name: string): string | undefined {
  const [child, ...others] = elements(parent, name);
  if (child === undefined) return undefined;
  if (typeof child !== 'string' || others.length > 0) throw malformedXml();
  return child;
}
