import { formatCount } from './format.ts';
import { type Connection, useLive } from './live/live-store.ts';
import { SearchForm } from './parts/search-form.tsx';
import { type Route, toHash } from './route.ts';

/** The header of every view: stage, connection state, search and navigation. */
export function Header({ route }: { route: Route }) {
  const stage = useLive((live) => live.status?.stage);
  return (
    <header class="header">
      <div class="header-line">
        <p class="brand">
          order-pipeline
          <span class={stage === undefined || stage === 'local' ? 'stage' : 'stage stage-aws'}>
            {stage === 'local' ? 'Embedded cloud' : (stage ?? '…')}
          </span>
        </p>
        <ConnectionState />
        <SearchForm
          label="Order ID or e-mail"
          value={route.view === 'search' ? route.query : ''}
          compact
          onSearch={(text) => {
            if (text) location.hash = toHash('search', text);
          }}
        />
      </div>
      <Navigation view={route.view} />
    </header>
  );
}

const VIEWS: readonly { view: Route['view']; hash: string; text: string }[] = [
  { view: 'overview', hash: toHash(''), text: 'Overview' },
  { view: 'dead-letters', hash: toHash('dead-letters'), text: 'Dead letters' },
  { view: 'mailbox', hash: toHash('mailbox'), text: 'Mailbox' },
  { view: 'shipping', hash: toHash('shipping'), text: 'Shipping' },
  { view: 'sales', hash: toHash('sales'), text: 'Sales' },
];

function Navigation({ view: current }: { view: Route['view'] }) {
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

const CONNECTION_TEXTS: Record<Connection, string> = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
  unavailable: 'Unavailable',
};

/** The connection to the server. Screen readers announce it only when it changes. */
function ConnectionState() {
  const connection = useLive((live) => live.connection);
  return (
    <p class={`connection connection-${connection}`} role="status">
      <span class="connection-mark" aria-hidden="true" />
      <span class="visually-hidden">Connection: </span>
      {CONNECTION_TEXTS[connection]}
    </p>
  );
}
