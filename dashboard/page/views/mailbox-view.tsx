import { useEffect, useState } from 'preact/hooks';
import type { MailboxPage } from '../../api.ts';
import { formatCount } from '../format/format-count.ts';
import { useLive } from '../live/use-live.ts';
import { Mail } from '../mailbox/mail.tsx';
import { Failure } from '../parts/failure.tsx';
import { SearchForm } from '../parts/search-form.tsx';
import { ViewHeading } from '../parts/view-heading.tsx';
import { withQuery } from '../request.ts';
import { toHash } from '../routing/route.ts';
import { useLoaded } from '../use-loaded.ts';

/** The e-mails that SNS would have sent. */
export function MailboxView({ query }: { query: string }) {
  const hasMailbox = useLive((live) => live.status?.features.mailbox);
  return (
    <>
      <ViewHeading title="Mailbox" />
      {hasMailbox === false && (
        <p class="empty">
          This stage runs on AWS, where SNS sends each confirmation to its customer and keeps no copy. On the
          embedded cloud this view shows what would have been sent.
        </p>
      )}
      {hasMailbox && <Mails query={query} />}
    </>
  );
}

function Mails({ query }: { query: string }) {
  const { answer: page, error, reload } = useLoaded<MailboxPage>(withQuery('mailbox', { q: query }));
  const [open, setOpen] = useState<string | null>(null);
  const hasNewer = useNewer(page);
  return (
    <>
      <div class="view-head">
        <SearchForm
          label="Order id or e-mail address"
          value={query}
          onSearch={(text) => {
            location.hash = text ? toHash('mailbox', text) : toHash('mailbox');
          }}
        />
        <div class="actions">
          <p class="muted number" role="status">
            {page &&
              (query
                ? `${formatCount(page.mails.length)} found`
                : `The latest ${formatCount(page.mails.length)} of ${formatCount(page.total)}`)}
            {hasNewer && ', newer ones have come'}
          </p>
          <button type="button" onClick={reload}>
            Look again
          </button>
        </div>
      </div>
      {error && <Failure message={error.message} onRetry={reload} />}
      {!page && !error && <p class="muted">Looking …</p>}
      {page?.mails.length === 0 && (
        <p class="empty">{query ? 'No e-mail is about that order, or to that address.' : 'No e-mail yet.'}</p>
      )}
      {page && page.mails.length > 0 && (
        <ul class="card mails">
          {page.mails.map((mail, index) => {
            const key = `${mail.order_id} ${mail.sent_at} ${index}`;
            const isOpen = open === null ? index === 0 : open === key;
            return <Mail key={key} mail={mail} open={isOpen} onToggle={() => setOpen(isOpen ? '' : key)} />;
          })}
        </ul>
      )}
    </>
  );
}

/** Whether more orders have been confirmed since the page was loaded. */
function useNewer(page: MailboxPage | null): boolean {
  const confirmed = useLive((live) => live.status?.confirmed) ?? 0;
  const [atLoad, setAtLoad] = useState(confirmed);
  // Only at loading: what is confirmed later is newer.
  useEffect(() => setAtLoad(confirmed), [page]);
  return confirmed > atLoad;
}
