import { type Parameters, textOf } from '../aws-services/query-parameters.ts';
import type { ServiceRequest } from '../aws-services/service.ts';
import { escapeXml } from '../aws-services/xml.ts';
import { invalidParameter } from './errors.ts';
import type { Sns } from './sns.ts';

/** An action of SNS's API. Returns the XML of its result, and throws AwsError. */
export type Action = (sns: Sns, parameters: Parameters, request: ServiceRequest) => string;

/** Items in a page of a list: https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptions.html */
const PAGE_SIZE = 100;

/** Returns an XML element with text. */
export const element = (name: string, text: string): string => `<${name}>${escapeXml(text)}</${name}>`;

/** Returns the `Attributes` element of a result. Omits undefined values. */
export function attributesElement(attributes: Record<string, string | undefined>): string {
  let entries = '';
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) entries += `<entry>${element('key', name)}${element('value', value)}</entry>`;
  }
  return `<Attributes>${entries}</Attributes>`;
}

/**
 * Returns the XML of a page of a list. `NextToken` is the position of its last item. So the next page skips no items, even if
 * others were deleted in between.
 *
 * @param items Items in the order of their positions.
 * @throws AwsError `InvalidParameter` for an invalid `NextToken`
 */
export function pageElement<Item extends { order: number }>(
  list: string,
  items: Iterable<Item>,
  parameters: Parameters,
  toXml: (item: Item) => string,
): string {
  const after = readToken(textOf(parameters, 'NextToken'));
  let members = '';
  let count = 0;
  let last = 0;
  for (const item of items) {
    if (item.order <= after) continue;
    if (count === PAGE_SIZE) return `<${list}>${members}</${list}>${element('NextToken', toToken(last))}`;
    members += `<member>${toXml(item)}</member>`;
    last = item.order;
    count++;
  }
  return `<${list}>${members}</${list}>`;
}

const toToken = (order: number): string => Buffer.from(`after ${order}`).toString('base64');

function readToken(token: string | undefined): number {
  if (token === undefined || token === '') return 0;
  const [, order] = /^after (\d+)$/.exec(Buffer.from(token, 'base64').toString()) ?? [];
  if (order === undefined) throw invalidParameter('NextToken Reason: not a token of an earlier response');
  return Number(order);
}
