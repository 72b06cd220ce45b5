import { createHash } from 'node:crypto';
import type { Order } from '../../lib/order/order.ts';

const TEXTS = ['customer_name', 'product_id', 'product_name'] as const;
const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Parses an order by the contract in `docs/order.md`, independently of the schema. Returns undefined for an invalid order. */
export function orderByContract(value: unknown): Order | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const written = new Map(Object.entries(value));
  if (!TEXTS.every((field) => isText(written.get(field)))) return undefined;
  const { customer_name, product_id, product_name, price, timestamp, email_id, order_id } =
    Object.fromEntries(written);
  if (typeof email_id !== 'string' || !isAddress(email_id.trim())) return undefined;
  if (typeof price !== 'number' || !(price >= 0 && price <= Number.MAX_VALUE)) return undefined;
  const moment = typeof timestamp === 'string' ? momentOfDate(timestamp.trim()) : momentOfNumber(timestamp);
  if (moment === undefined || !(moment >= 0 && moment < Date.UTC(10_000, 0))) return undefined;
  const fields = {
    customer_name: customer_name.trim(),
    email_id: email_id.trim(),
    // JSON writes -0 as 0.
    price: price + 0,
    product_id: product_id.trim(),
    product_name: product_name.trim(),
    timestamp: moment + 0,
  };
  if (order_id === undefined) return { ...fields, order_id: sha256(JSON.stringify(fields)) };
  return isOrderId(order_id) ? { ...fields, order_id: order_id.trim() } : undefined;
}

function isText(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const text = value.trim();
  return text.length >= 1 && text.length <= 256 && isWellFormed(text) && [...text].every(isNoControl);
}

/** UTF-8 turns a lone surrogate into U+FFFD. SQS rejects U+FFFE and U+FFFF. */
function isWellFormed(text: string): boolean {
  return Buffer.from(text).toString() === text && !text.includes('\ufffe') && !text.includes('\uffff');
}

function isNoControl(character: string): boolean {
  return character >= ' ' && !(character >= '\x7f' && character <= '\x9f');
}

function isAddress(text: string): boolean {
  const [local = '', domain = '', ...others] = text.split('@');
  if (others.length > 0 || text.length > 254) return false;
  const labels = domain.split('.');
  const top = labels.pop() ?? '';
  return (
    local.split('.').every((atom) => atom !== '' && hasOnly("_'+-", atom)) &&
    !local.endsWith("'") &&
    labels.length > 0 &&
    labels.every((name) => name !== '' && name[0] !== '-' && hasOnly('-', name)) &&
    top.length >= 2 &&
    [...top].every(isLetter)
  );
}

function isOrderId(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const text = value.trim();
  return text.length >= 1 && text.length <= 64 && hasOnly('._:-', text);
}

const isLetter = (character: string): boolean =>
  (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
const isDigit = (character: string): boolean => character >= '0' && character <= '9';

const hasOnly = (others: string, text: string): boolean =>
  [...text].every((character) => isLetter(character) || isDigit(character) || others.includes(character));

function momentOfNumber(value: unknown): number | undefined {
  if (typeof value !== 'number') return undefined;
  return Math.round(value < 1e11 ? value * 1000 : value);
}

/** `2026-11-22`, `2026-11-22T10:00`, with seconds and decimals, with `Z` or an offset. */
function momentOfDate(text: string): number | undefined {
  const date = text.slice(0, 10);
  const [year, month, day] = numbers(date.split('-'), [4, 2, 2]) ?? [];
  if (year === undefined || month === undefined || day === undefined || !isDay(year, month, day)) {
    return undefined;
  }
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day);
  if (text.length === 10) return midnight;
  if (!'Tt '.includes(text.charAt(10))) return undefined;

  const clockAndZone = text.slice(11);
  const zoneAt = clockAndZone.search(/[Zz+-]/);
  const clock = zoneAt === -1 ? clockAndZone : clockAndZone.slice(0, zoneAt);
  const sinceMidnight = momentOfClock(clock);
  const offset = zoneAt === -1 ? 0 : offsetOfZone(clockAndZone.slice(zoneAt));
  if (sinceMidnight === undefined || offset === undefined) return undefined;
  return midnight + sinceMidnight - offset;
}

function isDay(year: number, month: number, day: number): boolean {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 && isLeap ? 29 : DAYS_OF_MONTHS[month - 1];
  return days !== undefined && day >= 1 && day <= days;
}

function momentOfClock(clock: string): number | undefined {
  const [whole = '', decimals, ...others] = clock.replace(',', '.').split('.');
  const parts = whole.split(':');
  const [hours, minutes, seconds = 0] = numbers(parts, [2, 2, 2].slice(0, parts.length)) ?? [];
  if (hours === undefined || minutes === undefined || others.length > 0) return undefined;
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  if (decimals !== undefined && (parts.length < 3 || decimals === '' || ![...decimals].every(isDigit))) {
    return undefined;
  }
  const milliseconds = Math.round(Number(`${seconds}.${decimals ?? 0}`) * 1000);
  return (hours * 60 + minutes) * 60_000 + milliseconds;
}

function offsetOfZone(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0;
  const digits = zone.slice(1);
  const parts = digits.includes(':') ? digits.split(':') : [digits.slice(0, 2), digits.slice(2) || '00'];
  const [hours, minutes] = numbers(parts, [2, 2]) ?? [];
  if (hours === undefined || minutes === undefined || hours > 23 || minutes > 59) return undefined;
  if (!'+-'.includes(zone.charAt(0))) return undefined;
  return (hours * 60 + minutes) * 60_000 * (zone.startsWith('-') ? -1 : 1);
}

/** Parses parts with the given numbers of digits. Returns undefined if a part does not match or there are too many. */
function numbers(parts: string[], digits: number[]): number[] | undefined {
  const isNumber = (part: string, index: number) => part.length === digits[index] && [...part].every(isDigit);
  return parts.every(isNumber) ? parts.map(Number) : undefined;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
