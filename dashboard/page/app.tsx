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

/** Says that figures are old, and why. */
function TroubleBanner() {
  const connection = useLive((live) => live.connection);
  const trouble = useLive((live) => live.trouble);
  if (connection !== 'trouble') return null;
  return (
    <Failure
      message={
        trouble
          ? `The pipeline cannot be read, so figures are old: ${trouble}`
          : 'The server of this page is out of reach, so figures are old. The page keeps trying to connect.'
      }
    />
  );
}

/** For addresses that name no view. */
function UnknownView() {
  return (
    <>
      <ViewHeading title="There is no such view" />
      <p>
        The address names none of the views above. <a href={toHash('')}>Go to the overview</a>.
      </p>
    </>
  );
}
