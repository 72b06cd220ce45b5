import { useId } from 'preact/hooks';
import { printable } from '../../../lib/text.ts';
import type { MailRow } from '../../api.ts';
import { formatTime } from '../format/format-time.ts';
import { Received } from '../parts/received.tsx';
import { toHash } from '../routing/route.ts';

interface MailProps {
  mail: MailRow;
  open: boolean;
  onToggle: () => void;
}

/** One e-mail: a line that opens to what the customer reads. */
export function Mail({ mail: { email_id, subject, message, order_id, sent_at }, open, onToggle }: MailProps) {
  const id = useId();
  return (
    <li>
      <h2>
        <button type="button" class="mail-line" aria-expanded={open} aria-controls={id} onClick={onToggle}>
          <span class="mail-subject">
            <Received text={subject} cut />
          </span>
          <span class="muted">
            <Received text={email_id} cut />
          </span>
          <time dateTime={sent_at} class="muted number">
            {formatTime(sent_at)}
          </time>
        </button>
      </h2>
      <div id={id} hidden={!open} class="mail-text">
        {/* Line ends are the mail's own; whatever else could reorder it is spelt out. */}
        <p class="letter-paper">{message.split('\n').map(printable).join('\n')}</p>
        {order_id && <a href={toHash('orders', order_id)}>Follow this order</a>}
      </div>
    </li>
  );
}
