import { ConnectionState } from '../live/connection-state.tsx';
import { useLive } from '../live/use-live.ts';
import { SearchForm } from '../parts/search-form.tsx';
import { type Route, toHash } from '../routing/route.ts';
import { Navigation } from './navigation.tsx';

/** What all views share: whose pipeline it is, the way to the views, search, and whether figures are of now. */
export function Header({ route }: { route: Route }) {
  const stage = useLive((live) => live.status?.stage);
  return (
    <header class="header">
      <div class="header-line">
        <p class="brand">
          order-pipeline
          <span class={stage === undefined || stage === 'local' ? 'stage' : 'stage stage-aws'}>
            {stage === 'local' ? 'embedded cloud' : (stage ?? '…')}
          </span>
        </p>
        <ConnectionState />
        <SearchForm
          label="Order id or e-mail"
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
