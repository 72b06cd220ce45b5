import { useEffect, useId, useState } from 'preact/hooks';
import { printable } from '../../../lib/text.ts';
import type { MailboxPage, MailRow } from '../../api.ts';
import { formatCount, formatTime } from '../format.ts';
import { useLive } from '../live/live-store.ts';
import { Failure } from '../parts/failure.tsx';
import { SearchForm } from '../parts/search-form.tsx';
import { UntrustedText } from '../parts/untrusted-text.tsx';
import { ViewHeading } from '../parts/view-heading.tsx';
import { useLoaded, withQuery } from '../request.ts';
import { toHash } from '../route.ts';

/** The e-mails that SNS would send on AWS. */
export function MailboxView({ query }: { query: string }) {
  const hasMailbox = useLive((live) => live.status?.features.mailbox);
  return (
    <>
      <ViewHeading title="Mailbox" />
      {hasMailbox === false && (
        <p class="empty">
          The mailbox is available in the embedded cloud only. On AWS, SNS sends confirmations to customers
          and keeps no copy.
        </p>
      )}
      {hasMailbox && <Mails query={query} />}
    </>
  );
}

function Mails({ query }: { query: string }) {
  const { data: page, error, reload } = useLoaded<MailboxPage>(withQuery('mailbox', { q: query }));
  const [open, setOpen] = useState<string | null>(null);
  const hasNewer = useNewer(page);
  return (
    <>
      <div class="view-head">
        <SearchForm
          label="Order ID or e-mail address"
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
                : `Latest ${formatCount(page.mails.length)} of ${formatCount(page.total)}`)}
            {hasNewer && ', new e-mail available'}
          </p>
          <button type="button" onClick={reload}>
            Refresh
          </button>
        </div>
      </div>
      {error && <Failure message={error.message} onRetry={reload} />}
      {!page && !error && <p class="muted">Loading…</p>}
      {page?.mails.length === 0 && (
        <p class="empty">{query ? 'No e-mail matches this order ID or address.' : 'No e-mail yet.'}</p>
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

/** Returns whether orders have been confirmed since the mailbox was loaded. */
function useNewer(page: MailboxPage | null): boolean {
  const confirmed = useLive((live) => live.status?.confirmed) ?? 0;
  const [atLoad, setAtLoad] = useState(confirmed);
  // `confirmed` is not a dependency: the baseline is its value at load time.
  useEffect(() => setAtLoad(confirmed), [page]);
  return confirmed > atLoad;
}

interface MailProps {
  mail: MailRow;
  open: boolean;
  onToggle: () => void;
}

/** One e-mail: a row that expands to its text. */
function Mail({ mail: { email_id, subject, message, order_id, sent_at }, open, onToggle }: MailProps) {
  const id = useId();
  return (
    <li>
      <h2>
        <button type="button" class="mail-line" aria-expanded={open} aria-controls={id} onClick={onToggle}>
          <span class="mail-subject">
            <UntrustedText text={subject} cut />
          </span>
          <span class="muted">
            <UntrustedText text={email_id} cut />
          </span>
          <time dateTime={sent_at} class="muted number">
            {formatTime(sent_at)}
          </time>
        </button>
      </h2>
      <div id={id} hidden={!open} class="mail-text">
        {/* Keeps the line breaks and escapes every other control character. */}
        <p class="mail-body">{message.split('\n').map(printable).join('\n')}</p>
        {order_id && <a href={toHash('orders', order_id)}>View order</a>}
      </div>
    </li>
  );
}
