import { type Parameters, parseParameters } from '../aws-services/query-parameters.ts';
import { escapeXml } from '../aws-services/xml.ts';
import type { Input } from './input.ts';

/** Lists, with their name in the JSON protocol. */
const LISTS = new Map<string, string>([
  ['ActionName', 'Actions'],
  ['AttributeName', 'AttributeNames'],
  ['AWSAccountId', 'AWSAccountIds'],
  ['ChangeMessageVisibilityBatchRequestEntry', 'Entries'],
  ['DeleteMessageBatchRequestEntry', 'Entries'],
  ['MessageAttributeName', 'MessageAttributeNames'],
  ['MessageSystemAttributeName', 'MessageSystemAttributeNames'],
  ['SendMessageBatchRequestEntry', 'Entries'],
  ['TagKey', 'TagKeys'],
]);
/** Maps, with their name in the JSON protocol, and the names of a key and a value. */
const MAPS = new Map<string, readonly [map: string, key: string, value: string]>([
  ['Attribute', ['Attributes', 'Name', 'Value']],
  ['MessageAttribute', ['MessageAttributes', 'Name', 'Value']],
  ['MessageSystemAttribute', ['MessageSystemAttributes', 'Name', 'Value']],
  ['Tag', ['Tags', 'Key', 'Value']],
]);
const INTEGERS = new Set([
  'DelaySeconds',
  'MaxNumberOfMessages',
  'MaxNumberOfMessagesPerSecond',
  'MaxResults',
  'VisibilityTimeout',
  'WaitTimeSeconds',
]);
const ITEM_NAMES = new Map<string, string>([
  ['Failed', 'BatchResultErrorEntry'],
  ['Messages', 'Message'],
  ['QueueUrls', 'QueueUrl'],
  ['queueUrls', 'QueueUrl'],
  ['Results', 'ListMessageMoveTasksResultEntry'],
]);
const MAP_NAMES = new Map([...MAPS].map(([name, [map, key, value]]) => [map, [name, key, value] as const]));

/** Parses a form of the query protocol into the action and its input in the form of the JSON protocol. */
export function parseQuery(form: string): { action: string; input: Record<string, unknown> } {
  const { Action: action, ...parameters } = parseParameters(form);
  return { action: typeof action === 'string' ? action : '', input: toInput(parameters) };
}

/** Converts the output of an action to XML without a root element. @param action Name of the action */
export function toXml(action: string, output: object): string {
  return Object.entries(output)
    .map(([name, value]) => elementOf(action, name, value))
    .join('');
}

function elementOf(action: string, name: string, value: unknown): string {
  if (Array.isArray(value)) {
    const item = ITEM_NAMES.get(name) ?? `${action}ResultEntry`;
    return value.map((each) => elementOf(action, item, each)).join('');
  }
  if (typeof value !== 'object' || value === null) return `<${name}>${escapeXml(String(value))}</${name}>`;
  const [item, keyName, valueName] = MAP_NAMES.get(name) ?? [];
  if (item === undefined || keyName === undefined || valueName === undefined) {
    return `<${name}>${toXml(action, value)}</${name}>`;
  }
  return Object.entries(value)
    .map(([key, each]) => `<${item}>${toXml(action, { [keyName]: key, [valueName]: each })}</${item}>`)
    .join('');
}

function toInput(parameters: Parameters): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => toMember(name, value)));
}

function toMember(name: string, value: string | Parameters): [string, unknown] {
  const list = LISTS.get(name);
  if (list !== undefined) return [list, itemsOf(value).map(toValue)];
  const map = MAPS.get(name);
  if (map) return [map[0], Object.fromEntries(itemsOf(value).map((item) => toEntry(item, map)))];
  return [name, INTEGERS.has(name) ? toInteger(value) : toValue(value)];
}

/** Returns the items of `Name.1`, `Name.2` and so on. JavaScript keeps such keys in order. `Name=` is an empty list. */
const itemsOf = (list: string | Parameters): (string | Parameters)[] =>
  typeof list === 'string' ? [list].filter(Boolean) : Object.values(list);

const toValue = (value: string | Parameters): unknown => (typeof value === 'string' ? value : toInput(value));

function toEntry(item: string | Parameters, [, keyName, valueName]: readonly string[]): [string, unknown] {
  const { [keyName ?? '']: key, [valueName ?? '']: value }: Input = typeof item === 'string' ? {} : item;
  return [String(key ?? ''), value === undefined ? undefined : toValue(value as string | Parameters)];
}

const toInteger = (value: string | Parameters): unknown =>
  typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
