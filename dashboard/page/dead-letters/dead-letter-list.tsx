import type { DeadLetterPage } from '../../api.ts';
import { formatCount, formatTime } from '../format.ts';
import { UntrustedText } from '../parts/untrusted-text.tsx';
import { toHash } from '../route.ts';

/** The messages of a dead-letter queue, oldest first, each with its errors. */
export function DeadLetterList({ page: { queue, letters, seen } }: { page: DeadLetterPage }) {
  return (
    <section aria-labelledby="messages-heading">
      <h2 id="messages-heading">
        Messages
        {seen > letters.length && <span class="muted"> (oldest {formatCount(letters.length)})</span>}
      </h2>
      <ul class="card dead-letter-list">
        {letters.map(({ id, order_id, reason, errors, sent_at, body }) => (
          <li key={id}>
            <div class="dead-letter-head">
              <a href={toHash('dead-letters', queue, id)}>
                <UntrustedText text={order_id ?? `Message ${id}`} cut />
              </a>
              <time dateTime={sent_at} class="muted number">
                {formatTime(sent_at)}
              </time>
            </div>
            {errors.length > 0 ? (
              errors.map((error) => (
                <p key={error} class="dead-letter-error">
                  <UntrustedText text={error} />
                </p>
              ))
            ) : (
              <p class="muted">
                <UntrustedText text={reason.text} />
              </p>
            )}
            <code class="dead-letter-body muted">
              <UntrustedText text={body.slice(0, 200)} />
            </code>
          </li>
        ))}
      </ul>
    </section>
  );
}
