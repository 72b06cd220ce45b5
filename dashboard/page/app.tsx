import { useRef } from 'preact/hooks';
import { Header } from './frame/header.tsx';
import { TroubleBanner } from './live/trouble-banner.tsx';
import { NoticeBar } from './notices/notice-bar.tsx';
import type { Route } from './routing/route.ts';
import { useRoute } from './routing/use-route.ts';
import { DeadLettersView } from './views/dead-letters-view.tsx';
import { MailboxView } from './views/mailbox-view.tsx';
import { OrderView } from './views/order-view.tsx';
import { OverviewView } from './views/overview-view.tsx';
import { SalesView } from './views/sales-view.tsx';
import { SearchView } from './views/search-view.tsx';
import { ShippingView } from './views/shipping-view.tsx';
import { UnknownView } from './views/unknown-view.tsx';

/** The page: its frame, and the view that the address names. */
export function App() {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  return (
    <>
      {/* No link to #main: the part of the address after # names the view. */}
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <Header route={route} />
      <main ref={main} id="main" tabIndex={-1}>
        <TroubleBanner />
        {viewOf(route)}
      </main>
      <NoticeBar />
    </>
  );
}

function viewOf(route: Route) {
  switch (route.view) {
    case 'overview':
      return <OverviewView />;
    case 'dead-letters':
      return <DeadLettersView queue={route.queue} id={route.id} />;
    case 'mailbox':
      return <MailboxView query={route.query} />;
    case 'shipping':
      return <ShippingView />;
    case 'sales':
      return <SalesView />;
    case 'order':
      return <OrderView key={route.orderId} orderId={route.orderId} />;
    case 'search':
      return <SearchView key={route.query} query={route.query} />;
    case 'unknown':
      return <UnknownView />;
  }
}
