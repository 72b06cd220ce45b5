import { useEffect, useState } from 'preact/hooks';
import { QUEUE_NAMES } from '../../topology.ts';
import type { QueueName } from '../api.ts';

/** A view and its parameters. */
export type Route =
  | { view: 'overview' }
  | { view: 'dead-letters'; queue: QueueName; id: string | null }
  | { view: 'mailbox'; query: string }
  | { view: 'shipping' }
  | { view: 'sales' }
  | { view: 'order'; orderId: string }
  | { view: 'search'; query: string }
  | { view: 'unknown' };

const isQueue = (name: string): name is QueueName => QUEUE_NAMES.some((each) => each === name);

/** Parses the fragment of the URL. */
function parseRoute(hash: string): Route {
  const [view = '', first = '', second = ''] = hash
    .replace(/^#?\/?/, '')
    .split('/')
    .map(decode);
  switch (view) {
    case '':
      return { view: 'overview' };
    case 'dead-letters': {
      const queue = first || 'order';
      return isQueue(queue) ? { view, queue, id: second || null } : { view: 'unknown' };
    }
    case 'mailbox':
    case 'search':
      return { view, query: first };
    case 'shipping':
    case 'sales':
      return { view };
    case 'orders':
      return first ? { view: 'order', orderId: first } : { view: 'unknown' };
    default:
      return { view: 'unknown' };
  }
}

/** Returns the link to a view, with each part URL-encoded: `toHash('orders', 'A-1')` is `#/orders/A-1`. */
export const toHash = (...parts: readonly string[]): string => `#/${parts.map(encodeURIComponent).join('/')}`;

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Returns the route of the current URL. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const read = () => setHash(location.hash);
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  return parseRoute(hash);
}
