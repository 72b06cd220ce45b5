import { formatCount } from '../format/format-count.ts';
import { useLive } from '../live/use-live.ts';
import { type Route, toHash } from '../routing/route.ts';

const VIEWS: readonly { view: Route['view']; hash: string; text: string }[] = [
  { view: 'overview', hash: toHash(''), text: 'Overview' },
  { view: 'dead-letters', hash: toHash('dead-letters'), text: 'Dead letters' },
  { view: 'mailbox', hash: toHash('mailbox'), text: 'Mailbox' },
  { view: 'shipping', hash: toHash('shipping'), text: 'Shipping' },
  { view: 'sales', hash: toHash('sales'), text: 'Sales' },
];

/** The way to the views. */
export function Navigation({ view: current }: { view: Route['view'] }) {
  const deadLetters = useLive((live) =>
    (live.status?.queues ?? []).reduce((sum, queue) => sum + queue.deadLetters, 0),
  );
  return (
    <nav aria-label="Views">
      <ul class="navigation">
        {VIEWS.map(({ view, hash, text }) => (
          <li key={view}>
            <a href={hash} aria-current={view === current ? 'page' : undefined}>
              {text}
              {view === 'dead-letters' && deadLetters > 0 && (
                <span class="badge badge-danger number">{formatCount(deadLetters)}</span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
