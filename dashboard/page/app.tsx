import { useRef } from 'preact/hooks';
import { Header } from './header.tsx';
import { useLive } from './live/live-store.ts';
import { NoticeBar } from './notices.tsx';
import { Failure } from './parts/failure.tsx';
import { ViewHeading } from './parts/view-heading.tsx';
import { type Route, toHash, useRoute } from './route.ts';
import { DeadLettersView } from './views/dead-letters-view.tsx';
import { MailboxView } from './views/mailbox-view.tsx';
import { OrderView } from './views/order-view.tsx';
import { OverviewView } from './views/overview-view.tsx';
import { SalesView } from './views/sales-view.tsx';
import { SearchView } from './views/search-view.tsx';
import { ShippingView } from './views/shipping-view.tsx';

/** The header, the current view and the notification bar. */
export function App() {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  return (
    <>
      {/* A button, not a link to #main: the URL fragment is the route. */}
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <Header route={route} />
      <main ref={main} id="main" tabIndex={-1}>
        <StaleDataBanner />
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
      return <NotFoundView />;
  }
}

/** Warns that the data shown is out of date, and says why. */
function StaleDataBanner() {
  const connection = useLive((live) => live.connection);
  const trouble = useLive((live) => live.trouble);
  if (connection !== 'unavailable') return null;
  return (
    <Failure
      message={
        trouble
          ? `Data is out of date because the pipeline can’t be read: ${trouble}`
          : 'Data is out of date because the dashboard server can’t be reached. Reconnecting…'
      }
    />
  );
}

function NotFoundView() {
  return (
    <>
      <ViewHeading title="Page not found" />
      <p>
        This address doesn’t match any page. <a href={toHash('')}>Go to the overview</a>
      </p>
    </>
  );
}
