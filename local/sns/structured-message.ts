import { parseJson } from '../../lib/json.ts';
import { invalidParameter } from './errors.ts';

/**
 * Returns a function that returns the text of a message for a protocol.
 *
 * @param structure `json` for a JSON object of texts by protocol; any other value is a plain message, as on AWS.
 * @throws AwsError `InvalidParameter` for an empty message, or an object without a default text
 */
export function readTexts(message: string, structure: string | undefined): (protocol: string) => string {
  if (message === '') throw invalidParameter('Empty message');
  if (structure !== 'json') return () => message;

  const parsed = parseJson(message);
  if (parsed === undefined) {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  const texts = new Map(Object.entries(Object(parsed)));
  const fallback = texts.get('default');
  if (typeof fallback !== 'string') {
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  }
  return (protocol) => {
    const text = texts.get(protocol);
    // "Non-string values will cause the key to be ignored": https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    return typeof text === 'string' ? text : fallback;
  };
}
