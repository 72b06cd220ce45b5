import type { DeadLetterPage } from '../../api.ts';
import { formatCount, formatTime } from '../format.ts';
import { Received } from '../parts/received.tsx';
import { toHash } from '../route.ts';

/** The letters themselves, oldest first, each with what is wrong. */
export function LetterList({ page: { queue, letters, seen } }: { page: DeadLetterPage }) {
  return (
    <section aria-labelledby="letters-heading">
      <h2 id="letters-heading">
        Letters
        {seen > letters.length && <span class="muted"> (the oldest {formatCount(letters.length)})</span>}
      </h2>
      <ul class="card letters">
        {letters.map(({ id, order_id, reason, errors, sent_at, body }) => (
          <li key={id}>
            <div class="letter-head">
              <a href={toHash('dead-letters', queue, id)}>
                <Received text={order_id ?? `Message ${id}`} cut />
              </a>
              <time dateTime={sent_at} class="muted number">
                {formatTime(sent_at)}
              </time>
            </div>
            {errors.length > 0 ? (
              errors.map((error) => (
                <p key={error} class="letter-error">
                  <Received text={error} />
                </p>
              ))
            ) : (
              <p class="muted">
                <Received text={reason.text} />
              </p>
            )}
            <code class="letter-body muted">
              <Received text={body.slice(0, 200)} />
            </code>
          </li>
        ))}
      </ul>
    </section>
  );
}
